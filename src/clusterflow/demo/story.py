"""What a story is made of: dated facts and scripted decisions, on a calendar that ends today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import DecisionKind, Role
from clusterflow.engine.record import Submission
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.work_calendar import months_before

MONTHS = 30
"""How long the replay lasts; every initiative enrols in one of its first months."""

Value = str | int | float | bool
Door = Literal["form", "cli"]


def months(end: date, count: int = MONTHS) -> list[date]:
    """The last day of each month of the replay; the last of them is ``end``."""
    return [months_before(end, count - 1 - month) for month in range(count)]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a replay, counted in its own months: month 0 is the first, the last ends on ``end``."""

    end: date
    count: int = MONTHS

    def day(self, month: int, day: int = 1) -> date:
        """A day of a month, from 1; a month too short for it gives its last. Months beyond the count lie ahead."""
        last = months_before(self.end, self.count - 1 - month)
        before = months_before(self.end, self.count - month)
        return min(before + timedelta(days=day), last)


@dataclass(frozen=True, slots=True)
class Fact:
    """A record as somebody entered it on a day; of the story's initiative where its type belongs to one."""

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
    """What somebody will decide at the next open gate of a stage, once ``not_before`` has come."""

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
    """The code with which the engine is meant to refuse it; None where it is meant to be taken."""

    def ballot(self, seen: str | None = None) -> Ballot:
        """What to hand to the engine; ``seen`` is the digest of the findings, where the door shows them."""
        return Ballot(
            self.stage, self.decision, self.reason, self.role, seen, self.until, self.to_stage, due_all=self.due_all
        )


class Script:
    """The scripted decisions still to be taken: for each stage, one after the other."""

    def __init__(self, decisions: Iterable[Scripted]) -> None:
        self.left = list(decisions)

    def take(self, stage: str, day: date) -> Scripted | None:
        """The next decision for the open gate of a stage, taken off the script; None where nobody speaks yet."""
        following = next((s for s in self.left if s.stage == stage), None)
        if following is None or (following.not_before is not None and day < following.not_before):
            return None
        self.left.remove(following)
        return following


@dataclass(frozen=True, slots=True)
class Story:
    """One initiative's life.

    To play it: on ``enrolled``, record the ``opening`` and enrol; then, month by month, record what was entered since,
    review, open the gates that are opened by hand, and at each open gate take what the script says.
    """

    initiative: str
    model: str
    enrol: Mapping[str, Value]
    enrolled: date
    facts: tuple[Fact, ...]
    decisions: tuple[Scripted, ...]
    left_open: str | None = None
    """The stage whose gate stands ready at the end, for a visitor to decide."""
    by_hand: tuple[tuple[date, str], ...] = ()

    def enrolment(self) -> Submission:
        return Submission("initiative", self.enrol, "demo")

    def opening(self) -> list[Submission]:
        """What must be there before the initiative enrols: its office and its host."""
        return [f.submission(self.initiative) for f in self.facts if self._opens(f)]

    def _opens(self, fact: Fact) -> bool:
        return fact.entered <= self.enrolled and not fact.of_initiative

    def facts_between(self, after: date, until: date) -> list[Fact]:
        """The facts entered after a day and until another, without the opening."""
        return [f for f in self.facts if after < f.entered <= until and not self._opens(f)]

    def submissions(self, after: date, until: date) -> list[Submission]:
        return [f.submission(self.initiative) for f in self.facts_between(after, until)]

    def gates_by_hand(self, after: date, until: date) -> list[str]:
        return [stage for day, stage in self.by_hand if after < day <= until]

    def script(self) -> Script:
        return Script(self.decisions)
