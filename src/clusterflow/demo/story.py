"""The parts of a story: dated facts and scripted decisions, on a calendar that ends today or yesterday."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import DecisionKind, Role
from clusterflow.engine.record import Submission
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.work_calendar import months_before

MONTHS = 30
"""The length of the replay. Every initiative enrols in one of its first months."""

Value = str | int | float | bool
Door = Literal["form", "cli"]


def last_day(now: datetime) -> date:
    """Return the last day of a replay that ends now: the last one whose noon is over.

    All that happens on a day of the replay is entered at its noon, and a visitor may enter nothing before that.
    """
    return (now - timedelta(hours=12)).date()


def months(end: date, count: int = MONTHS) -> list[date]:
    """Return the last day of each month of the replay. The last of them is ``end``."""
    return [months_before(end, count - 1 - month) for month in range(count)]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a replay, counted in its own months: month 0 is the first, and the last one ends on ``end``."""

    end: date
    count: int = MONTHS

    def day(self, month: int, day: int = 1) -> date:
        """Return a day of a month, from 1; in a shorter month, its last day. Months after the last one are in the
        future.
        """
        last = months_before(self.end, self.count - 1 - month)
        before = months_before(self.end, self.count - month)
        return min(before + timedelta(days=day), last)


@dataclass(frozen=True, slots=True)
class Fact:
    """A record as somebody entered it on a day. It belongs to the story's initiative, if its type belongs to one."""

    entered: date
    record: str
    fields: Mapping[str, Value]
    retract: bool = False

    @property
    def of_initiative(self) -> bool:
        return RECORDS[self.record].of_initiative

    def submission(self, initiative: str) -> Submission:
        return Submission(
            self.record, self.fields, "demo", initiative if self.of_initiative else None, self.retract
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scripted:
    """The decision that somebody takes at the next open gate of a stage, from ``not_before`` on."""

    stage: str
    by: str
    decision: DecisionKind
    reason: str
    role: Role | None = None
    until: date | None = None
    to_stage: str | None = None
    due_all: date | None = None
    door: Door = "form"
    not_before: date | None = None
    refused: str | None = None
    """The code with which the engine must refuse the decision; None if it must accept it."""

    def ballot(self, findings: str | None = None) -> Ballot:
        """Return the submission for the engine. ``findings`` is the digest of the findings that the caller shows."""
        return Ballot(
            self.stage, self.decision, self.reason, self.role, findings, self.until, self.to_stage, due_all=self.due_all
        )


class Script:
    """The scripted decisions that are still to be taken, in order for each stage."""

    def __init__(self, decisions: Iterable[Scripted]) -> None:
        self.left = list(decisions)

    def take(self, stage: str, day: date) -> Scripted | None:
        """Remove and return the next decision for the open gate of a stage; None if nobody decides yet."""
        following = next((s for s in self.left if s.stage == stage), None)
        if following is None or (following.not_before is not None and day < following.not_before):
            return None
        self.left.remove(following)
        return following


@dataclass(frozen=True, slots=True)
class Story:
    """The life of one initiative.

    To play it: on ``enrolled``, record the ``opening`` and enrol. Then, month by month, record the new facts, review,
    open the gates that are opened by hand, and take the scripted decisions at each open gate.
    """

    initiative: str
    model: str
    enrol: Mapping[str, Value]
    enrolled: date
    facts: tuple[Fact, ...]
    decisions: tuple[Scripted, ...]
    left_open: str | None = None
    """The stage whose gate is ready at the end, for a visitor to decide."""
    by_hand: tuple[tuple[date, str], ...] = ()

    def enrolment(self) -> Submission:
        return Submission("initiative", self.enrol, "demo")

    def opening(self) -> list[Submission]:
        """Return the facts that must exist before the initiative enrols: its office and its host."""
        return [f.submission(self.initiative) for f in self.facts if self._opens(f)]

    def _opens(self, fact: Fact) -> bool:
        return fact.entered <= self.enrolled and not fact.of_initiative

    def facts_between(self, after: date, until: date) -> list[Fact]:
        """Return the facts entered after one day and until another, without the opening."""
        return [f for f in self.facts if after < f.entered <= until and not self._opens(f)]

    def submissions(self, after: date, until: date) -> list[Submission]:
        return [f.submission(self.initiative) for f in self.facts_between(after, until)]

    def gates_by_hand(self, after: date, until: date) -> list[str]:
        return [stage for day, stage in self.by_hand if after < day <= until]

    def script(self) -> Script:
        return Script(self.decisions)
