"""Computes days that follow from an award by rule: its last day, its grace period, and windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from clusterflow.domain.rulebook import Anchor, AwardRange, AwardTerm, MonthDay, Offset, RuleText, WindowDay
from clusterflow.domain.ruling import HeldLabel, WindowDays
from clusterflow.rules.work_calendar import months_before

LAST_YEAR = 9000
"""What is dated later has no end: people write 9999 where they mean none."""


def add_offset(day: date, offset: Offset) -> date:
    """Return the day so many calendar months and days later; a month that is too short ends on its last day."""
    return day if day.year >= LAST_YEAR else months_before(day, -offset.months) + timedelta(days=offset.days)


def in_year(month_day: MonthDay, year: int) -> date:
    """Return the day in a year. The 29th of February is the last day of February."""
    day = month_day.day
    while True:
        try:
            return date(year, month_day.month, day)
        except ValueError:
            day -= 1


def last_day(term: AwardTerm | None, awarded: date, renewed: bool = False) -> date | None:
    """Return the last valid day of an award by rule; None if the rulebook does not say."""
    if term is None:
        return None
    length = term.renewed_for if renewed and term.renewed_for is not None else term.valid_for
    if length is not None:
        return add_offset(awarded, length) - timedelta(days=1)
    return term.valid_until


def grace_end(term: AwardTerm | None, until: date | None) -> date | None:
    """Return the last day on which an ended award can still be renewed by rule; None if the rulebook does not say."""
    return add_offset(until, term.grace) if term is not None and term.grace is not None and until is not None else None


def window_day(spec: WindowDay, label: HeldLabel | None) -> date | None:
    """Return the day that follows from an award; None if there is none to count from."""
    if spec.on is not None:
        return spec.on
    base = None if label is None else label.awarded if spec.anchor is Anchor.AWARD else label.until
    if base is None or base.year >= LAST_YEAR:
        return None
    moved = add_offset(base, spec.offset)
    return moved if spec.month_day is None else in_year(spec.month_day, moved.year)


def windows_of(text: RuleText, label: HeldLabel | None) -> Iterator[WindowDays]:
    """Yield the windows of a text whose days are known for an initiative."""
    for window in text.windows:
        if window.awarded is not None and (label is None or not is_in_range(window.awarded, label.awarded)):
            continue
        opens = window_day(window.opens, label) if window.opens is not None else None
        closes = window_day(window.closes, label) if window.closes is not None else None
        if (opens is None) == (window.opens is None) and (closes is None) == (window.closes is None):
            yield WindowDays(window, opens, closes)


def is_in_range(awarded: AwardRange, day: date) -> bool:
    """Whether an award was made between the two days of its year."""
    return in_year(awarded.first, day.year) <= day <= in_year(awarded.last, day.year)
