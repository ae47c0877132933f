"""The work calendar of an initiative: its time zone and the working days of its country and region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from typing import NamedTuple
from zoneinfo import ZoneInfo

SATURDAY = 5
DAY = timedelta(days=1)

FOR_EVER = date(9000, 1, 1)
"""What is dated later never becomes due: people write 9999 where they mean no end."""


class CorrectedDay(NamedTuple):
    """A day of a country or region that the library of holidays has wrong, with the source."""

    place: str
    """ISO 3166-1 or 3166-2 code."""
    day: date
    is_holiday: bool
    source: str


def no_corrections() -> tuple[CorrectedDay, ...]:
    return ()


@cache
def public_holidays(country: str | None, year: int, subdivision: str | None = None) -> frozenset[date]:
    """Return the public holidays of a country, and of one of its regions; none of an unknown country.

    Args:
        subdivision: ISO 3166-2 code, as ES-CT. A province keeps the holidays of its region. If the region has no
            holidays of its own in the library, those of the country hold.
    """
    if country is None:
        return frozenset()
    # Not imported above: the package loads every country of the world, which takes longer than most commands.
    holidays = import_module("holidays")
    try:
        supported = holidays.country_holidays(country).subdivisions
        region = next((part for part in _regions(country, subdivision) if part in supported), None)
        found = dict(holidays.country_holidays(country, subdiv=region, years=year, language="en_US"))
    except NotImplementedError:
        return frozenset()
    if country in _MOVES:
        found = _without_moved(found)
    return frozenset(found)


PublicHolidays = Callable[[str | None, int, str | None], frozenset[date]]
"""What ``public_holidays`` does: it takes a country, a year and a region."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days are Monday to Friday without the public holidays; of an unknown country, only without weekends.

    What the office corrects comes first, even a weekend on which people work.
    """

    timezone: str = "UTC"
    """IANA name; a day begins and ends at midnight there."""
    country: str | None = None
    """ISO 3166 code, two letters."""
    subdivision: str | None = None
    """ISO 3166-2 code of the region whose own holidays are kept."""
    corrections: Callable[[], tuple[CorrectedDay, ...]] = field(default=no_corrections, compare=False)
    """Reads the days that the office corrects, when first one is asked for."""
    public: PublicHolidays = field(default=public_holidays, compare=False)

    def today(self, now: datetime) -> date:
        """The day that a moment falls on."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def begins(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def is_working_day(self, day: date) -> bool:
        corrected = {c.place: c for c in self.corrections() if c.day == day}
        if corrected:
            region = (f"{self.country}-{part}" for part in _regions(self.country or "", self.subdivision))
            for place in (*region, self.country):
                if place in corrected:
                    return not corrected[place].is_holiday
        return day.weekday() < SATURDAY and day not in self.public(self.country, day.year, self.subdivision)

    def working_day(self, day: date) -> date:
        """The day itself, or the next working day."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def is_due(self, day: date, today: date) -> bool:
        """Whether what becomes due on a day is due: from the first working day on that is not before it."""
        return day <= today and self.working_day(day) <= today

    def due_at(self, day: date) -> datetime:
        """The moment from which on ``is_due`` holds."""
        return self.begins(self.working_day(day))


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise AssertionError("every month has a 28th")


_MOVES = frozenset(("EC",))
"""Countries in which a moved holiday is a working day on its own date (EC: Ley Orgánica del Servicio Público, 2016)."""

_OBSERVED = " (observed)"


def _without_moved(found: Mapping[date, str]) -> dict[date, str]:
    """Return the holidays without the dates from which a holiday moved to another day."""
    moved = {
        name.removesuffix(_OBSERVED) for names in found.values() for name in names.split("; ") if _OBSERVED in name
    }
    return {day: names for day, names in found.items() if not set(names.split("; ")) <= moved}


def _regions(country: str, subdivision: str | None) -> list[str]:
    """Return the parts of a code that name the region in the library: its own, then that of the region around it."""
    if subdivision is None or not subdivision.startswith(f"{country}-"):
        return []
    pycountry = import_module("pycountry")
    around = next((s.parent_code for s in pycountry.subdivisions if s.code == subdivision), None)
    return [code.partition("-")[2] for code in (subdivision, around) if code]
