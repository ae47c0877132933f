"""Computes which step of a reminder ladder is reached on a day, from the reference date and the calendar alone.

Nothing is kept of a search: a step is due on its day and may be caught up with for a while, only the last one reached
counts, and the key of a notice makes a repeat harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from clusterflow.domain.notice import Offset
from clusterflow.rules.work_calendar import WorkCalendar, months_before

CATCH_UP = timedelta(days=14)
"""For how long a step may be announced late, weekends and holidays included: when no relay ran, or when the fact was
entered late."""

ON_ITS_WAY = CATCH_UP + timedelta(days=28)
"""How long an announcement may be on its way: until the digest day, over a week, holidays between, and a retry."""

SHIFT = timedelta(days=12)
"""No run of holidays and weekends that moves a step is as long; it leaves some days to tell it."""

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder and the day on which people are notified of it."""

    offset: Offset
    day: date


def after(reference: date, offset: Offset) -> date:
    """Return the day at an offset from a date, limited to the first and last day that a date can hold."""
    try:
        if offset.unit == "m":
            return months_before(reference, -offset.count)
        return reference + timedelta(days=offset.count)
    except (OverflowError, ValueError, AssertionError):
        return date.max if offset.count > 0 else date.min


def reminder_day(reference: date, offset: Offset, calendar: WorkCalendar, urgent: bool = False) -> date:
    """The day of a step: what is not urgent waits for the next working day.

    A step before the reference that would wait until the reference, or past it, comes on the working day before.
    """
    day = after(reference, offset)
    if urgent or not date.min + SHIFT < day < date.max - SHIFT:
        return day
    moved = calendar.working_day(day)
    if offset.count < 0 and moved >= reference:
        while not calendar.is_working_day(day):
            day -= timedelta(days=1)
        return day
    return moved


def last_step_reached(
    reference: date,
    ladder: Sequence[Offset],
    calendar: WorkCalendar,
    today: date,
    urgent: bool = False,
    late: timedelta = CATCH_UP,
) -> Step | None:
    """The last step that was reached by a day; None before the first, and where it was too long ago.

    What is announced before the reference date is no news after it.
    """
    last: Step | None = None
    for offset in ladder:
        day = reminder_day(reference, offset, calendar, urgent)
        if day <= today:
            last = Step(offset, day)
    if last is None or today - min(last.day, after(reference, last.offset)) > late:
        return None
    return None if last.offset.count < 0 and today > reference else last


def reference_windows(
    ladder: Iterable[Offset], first: date, last: date, late: timedelta = CATCH_UP
) -> tuple[tuple[date, date], ...]:
    """The reference dates of which a step may be reached on a day from the first to the last, as few spans as can be.

    They may hold more than that, never less: ``reached`` says which.
    """
    spans = sorted(_window(offset, first, last, late) for offset in ladder)
    merged: list[tuple[date, date]] = []
    for since, until in spans:
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    return tuple(merged)


def _window(offset: Offset, first: date, last: date, late: timedelta) -> tuple[date, date]:
    back = Offset(count=-offset.count, unit=offset.unit)
    # Months are of different lengths, there and back; and only what comes before its reference is announced sooner.
    slack = timedelta(days=3 if offset.unit == "m" else 0)
    sooner = SHIFT if offset.count < 0 else timedelta(0)
    return after(first, back) - late - slack, after(last, back) + slack + sooner


def notice_key(rule: str, initiative: str, subject: str, step: Offset, reference: date, recipient: str) -> str:
    """Return the key of a notice. A person is notified of a moment once; that of the next year has another key."""
    key = f"{rule}:{initiative}:{subject}:{step}:{reference}:{recipient}"
    if len(key) <= LONGEST_KEY:
        return key
    return f"{rule}:{sha256(key.encode()).hexdigest()}"
