"""The days on which a comparison of a recorded day with today, or with a day some time ago, turns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from clusterflow.rules.work_calendar import FOR_EVER, months_before

DAY = timedelta(days=1)
LATEST = date(9999, 12, 31)

T = TypeVar("T")


class EarlierDay(NamedTuple):
    """A span of time before the day that an answer is for."""

    months: int
    days: int

    @property
    def name(self) -> str:
        return f"ago_{self.months}m_{self.days}d"

    def of(self, day: date) -> date:
        """Return the day so long before a day."""
        return months_before(day, self.months) - timedelta(days=self.days)

    def first_reaching(self, day: date) -> date:
        """Return the first day that is so long after ``day`` that its earlier day reaches it."""
        since = day + timedelta(days=self.days)
        year, month = divmod(since.year * 12 + since.month - 1 + self.months, 12)
        try:
            return date(year, month + 1, since.day)
        except ValueError:
            # The month is too short, so the first day of the next one is the first to reach it.
            return date(year, month + 2, 1)


TODAY = EarlierDay(0, 0)


class Comparison(NamedTuple):
    """A comparison of recorded days with the day some time ago."""

    ago: EarlierDay
    passed: bool
    """Whether it turns when that day passes the recorded one (``recorded < ago``, ``recorded >= ago``), or when it
    reaches it (``recorded <= ago``, ``recorded > ago``).
    """

    def turns_on(self, recorded: date) -> date:
        """Return the first day on which the comparison with a recorded day turns out differently than before.

        What is dated later than ``FOR_EVER`` never turns.
        """
        if recorded >= FOR_EVER:
            return LATEST
        return self.ago.first_reaching(recorded + DAY if self.passed else recorded)


def comparisons_with(ago: EarlierDay) -> tuple[Comparison, Comparison]:
    """Return all comparisons with the day some time ago."""
    return Comparison(ago, passed=False), Comparison(ago, passed=True)


def turns_between(first: date, last: date, value_on: Callable[[date], T]) -> list[tuple[date, T]]:
    """Return the days after ``first`` up to ``last`` on which a value changes, each with the new value.

    The value must never return to one that it had before, as the answer to whether a growing number holds a bound. So
    each change is found by halving the time in which it lies.
    """
    found: list[tuple[date, T]] = []
    here, until = value_on(first), value_on(last)
    while here != until:
        before, after = first, last
        while (after - before).days > 1:
            middle = before + (after - before) // 2
            if value_on(middle) == here:
                before = middle
            else:
                after = middle
        first, here = after, value_on(after)
        found.append((first, here))
    return found
