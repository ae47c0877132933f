"""What some facts would change: the answers before and after, and which fact moves which number."""

from __future__ import annotations

from datetime import date
from typing import Literal

from clusterflow.domain.terms import Answer, Readiness, Severity
from clusterflow.domain.text import Frozen


class Step(Frozen):
    """One supposed fact that moves a number, or several that count only together."""

    where: str
    fact: str
    found: str
    """The number after it."""


class ChangedFinding(Frozen):
    """A criterion whose number or answer would change."""

    of: str
    """The stage whose gate asks it, or whose milestone is held to it."""
    of_title: str
    criterion: str
    title: str
    severity: Severity
    asked: str
    before: Answer
    found_before: str
    after: Answer
    found_after: str
    by: tuple[Step, ...]


class VerdictChange(Frozen):
    """The verdict of a gate before and after."""

    stage: str
    title: str
    before: Readiness
    after: Readiness


class RulebookChange(Frozen):
    """A rulebook whose answer, or the answer of one of its rules, would change."""

    rulebook: str
    title: str
    what: Literal["label", "answer", "rule"]
    text: str
    rule: str = ""


class Consequence(Frozen):
    """What the next evaluation would write only because of the facts."""

    kind: str
    stage: str
    text: str


class WhatIf(Frozen):
    """The answer to: what if these facts were recorded?"""

    initiative: str
    name: str
    as_of: date
    facts: int
    recorded: str
    """What would be entered, corrected and retracted."""
    verdicts: tuple[VerdictChange, ...]
    findings: tuple[ChangedFinding, ...]
    rulebooks: tuple[RulebookChange, ...]
    consequences: tuple[Consequence, ...]

    @property
    def changes_nothing(self) -> bool:
        return not (self.findings or self.rulebooks or self.consequences)
