"""The work calendar of an initiative: its time zone and the working days of its country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from zoneinfo import ZoneInfo

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days are Monday to Friday without the national holidays; of an unknown country, without weekends."""

    timezone: str = "UTC"
    """IANA name; a day begins and ends at midnight there."""
    country: str | None = None
    """ISO 3166 code, two letters."""

    def today(self, now: datetime) -> date:
        """The day that a moment falls on."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def begins(self, day: date) -> datetime:
        """The first moment of a day, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in national_holidays(self.country, day.year)

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


@cache
def national_holidays(country: str | None, year: int) -> frozenset[date]:
    """The public holidays of a whole country, moved ones where they are kept; none of a country nobody knows."""
    if country is None:
        return frozenset()
    # Not imported above: the package loads every country of the world, which takes longer than most commands.
    holidays = import_module("holidays")
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
