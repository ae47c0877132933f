"""Describes time zones as VTIMEZONE (RFC 5545, 3.6.5) in the way that all calendar programs read.

A change of the clock that comes back each year is written as a yearly rule: Outlook reads nothing else. Any other
change is a component of its own with one onset: some programs read only the first of several onsets in one line.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

SPAN_YEARS = 40
"""How many years are searched for changes. The calendar of weekdays repeats after 28 years."""

_STEP = timedelta(days=7)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = 7
_NO_TIME = timedelta(0)
_FEWEST_YEARS = 28
"""A change that came back for fewer years may be no rule."""


Rule = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which the clock of a zone changes."""

    local: datetime
    """What the clock shows just before, without a zone."""
    before: timedelta
    after: timedelta
    name: str
    daylight: bool


@lru_cache(maxsize=256)
def timezone_component(name: str, first_year: int) -> Timezone:
    """A VTIMEZONE that is right from the first day of a year on; an irregular zone, for the 40 years after it.

    Args:
        name: an IANA name.
    """
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    # From the year before, so that a change of each kind lies before the first day.
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    changes = list(_changes(zone, start, start.replace(year=start.year + SPAN_YEARS)))
    if not any(change.local.year < first_year for change in changes):
        component.add_component(_observance(_state(zone, start)))
    by_kind: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes:
        by_kind[change.before, change.after, change.name].append(change)
    for same in by_kind.values():
        single, regular, rule = _split(same, start.year + SPAN_YEARS - 1)
        for change in single:
            component.add_component(_observance(change))
        if rule is not None:
            component.add_component(_observance(regular[0], rule))
    return component


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    """Yield the changes of a zone between two moments, each to the second."""
    moment = start
    while moment < end:
        after = moment + _STEP
        if _offset(zone, moment) != _offset(zone, after):
            yield _change_between(zone, moment, after)
        moment = after


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> Change:
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return _described(zone, high, before[0])


def _state(zone: ZoneInfo, moment: datetime) -> Change:
    """Return the clock at a moment as if it had just been set."""
    return _described(zone, moment, _offset(zone, moment)[0])


def _described(zone: ZoneInfo, moment: datetime, before: timedelta) -> Change:
    local = moment.astimezone(zone)
    after, name = _offset(zone, moment)
    shown = moment.replace(tzinfo=None) + before
    # By the direction of the change: the winter time of Ireland is «daylight» in the database of time zones.
    daylight = after > before if after != before else (local.dst() or _NO_TIME) > _NO_TIME
    return Change(shown, before, after, name, daylight)


def _offset(zone: ZoneInfo, moment: datetime) -> tuple[timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or _NO_TIME, local.tzname() or ""


def _split(
    same: Sequence[Change], last_year: int
) -> tuple[Sequence[Change], Sequence[Change], Mapping[str, object] | None]:
    """Split changes of one kind into those that are written one by one, and those that a yearly rule gives."""
    for start in range(len(same)):
        regular = same[start:]
        years = [change.local.year for change in regular]
        if len(regular) < _FEWEST_YEARS:
            break
        if years == list(range(years[0], last_year + 1)) and (rule := _yearly_rule(regular)) is not None:
            return same[:start], regular, rule
    return same, (), None


def _yearly_rule(changes: Sequence[Change]) -> Rule | None:
    """Return the rule that gives exactly these changes, one in each year; None if there is none."""
    days = [change.local.date() for change in changes]
    if len({(day.month, day.weekday(), change.local.time()) for day, change in zip(days, changes, strict=True)}) != 1:
        return None
    weekday, month = _WEEKDAYS[days[0].weekday()], days[0].month
    if all(day.day + _WEEK > monthrange(day.year, day.month)[1] for day in days):
        return {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": f"-1{weekday}"}
    if len({_number_in_month(day) for day in days}) == 1:
        return {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": f"{_number_in_month(days[0])}{weekday}"}
    first, last = min(day.day for day in days), max(day.day for day in days)
    if last - first == _WEEK - 1:
        # «The Sunday after the first Saturday»: a week of days that begins anywhere.
        return {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": weekday, "BYMONTHDAY": list(range(first, last + 1))}
    return None


def _number_in_month(day: date) -> int:
    return (day.day - 1) // _WEEK + 1


def _observance(change: Change, rule: Rule | None = None) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if change.daylight else TimezoneStandard()
    part.add("tzname", change.name)
    part.add("dtstart", change.local)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    if rule is not None:
        part.add("rrule", dict(rule))
    return part
