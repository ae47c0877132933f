"""Finds days that fall into two of several spans, or between them into none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DaySpan = tuple[date | None, date | None]
"""First and last day, both included; None: without limit."""


class SpanFlaw(StrEnum):
    OVERLAP = "overlap"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class SpanDefect:
    """A day that is in two spans, or in none between two; the spans by their positions, the earlier one first."""

    flaw: SpanFlaw
    first: int
    second: int
    day: date


def span_defects(spans: Sequence[DaySpan], gaps: bool = True) -> Iterator[SpanDefect]:
    """Yield every overlap, and every gap between neighbours, each with its first day."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i][0] or date.min, spans[i][1] or date.max))
    reached: int | None = None
    for index in order:
        first, last = spans[index]
        if reached is not None:
            end = spans[reached][1]
            if end is None or first is None or first <= end:
                yield SpanDefect(SpanFlaw.OVERLAP, reached, index, _inside(spans[reached], first))
            elif gaps and first > end + timedelta(days=1):
                yield SpanDefect(SpanFlaw.GAP, reached, index, end + timedelta(days=1))
        if reached is None or _end(last) > _end(spans[reached][1]):
            reached = index


def _inside(earlier: DaySpan, first: date | None) -> date:
    """Return a day of both: the first one, or the last one where they have no beginning."""
    return first or earlier[0] or earlier[1] or date(2000, 1, 1)


def _end(last: date | None) -> date:
    return last or date.max
