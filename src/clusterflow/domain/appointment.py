"""Appointments: the entries of calendars."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from clusterflow.domain.text import Frozen, Text

_SPACE = UUID("6f5c8d0e-3c0b-5b0e-9f0a-6b8f4d1c2a77")


class AppointmentKind(StrEnum):
    """The kinds of appointments."""

    GATE_REVIEW = "gate-review"
    STAGE_DUE = "stage-due"
    HOLD_ENDS = "hold-ends"
    CONDITION_DUE = "condition-due"
    LABEL_ENDS = "label-ends"
    STRATEGY_ENDS = "strategy-ends"
    MEETING = "meeting"
    LEARNING_SESSION = "learning-session"


class Appointment(Frozen):
    """One entry of a calendar, independent of any language."""

    chain: str
    kind: AppointmentKind
    subject: str
    """Identifies the appointment among those of its kind on its chain. It never changes."""
    what: Text
    of: str
    """The name of the initiative or series that it belongs to."""
    day: date
    time: str | None = None
    """Start on the clock of the zone, HH:MM. None: the appointment lasts the whole day."""
    lasts_minutes: int | None = None
    zone: str = "UTC"
    place: str | None = None
    sequence: int = 0
    """How often the appointment was changed. It never falls, and rises with each new day, name or place."""
    at: datetime
    """When it was last changed."""
    cancelled: bool = False
    done: bool = False
    """It took place on that day: a gate was decided, a stage was left with its milestone, a condition was met."""
    people: frozenset[str] = frozenset()
    """The people whom it concerns."""

    @property
    def uid(self) -> str:
        """Its id in every calendar, made only of what never changes."""
        return str(uuid5(_SPACE, f"{self.chain}/{self.kind}/{self.subject}"))
