"""The verdict of a rulebook on one initiative: its rules, windows, score, waivers and the label held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from clusterflow.domain.measurement import Measurement
from clusterflow.domain.records.rulebooks import Waiver
from clusterflow.domain.rulebook import Extension, Holding, Rule, Rulebook, RuleText, Ruling, Window
from clusterflow.domain.verdict import Finding, Group


@dataclass(frozen=True, slots=True)
class HeldLabel:
    """The last award of a label under a rulebook, as its record says."""

    name: str
    awarded: date
    until: date | None
    """The last valid day; None if neither the record nor the rulebook says."""
    grace_until: date | None = None
    awards: int = 1
    """How often it was awarded, renewals included."""


@dataclass(frozen=True, slots=True)
class Points:
    """The points that a rule or a text is certain to have, can have at most, and offers."""

    low: Fraction
    high: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The answer for one rule. ``result`` is None if the rule is not in force or its cut-off was not entered."""

    rule: Rule
    ruling: Ruling
    result: Finding | Group | None
    measurement: Measurement | None = None
    """What was measured, if the cut-off was not entered."""
    waivers: tuple[Waiver, ...] = ()
    """The waivers of this rule or of its parts that are in force."""
    points: Points | None = None


@dataclass(frozen=True, slots=True)
class WindowDays:
    """A window with its days; None: without limit."""

    window: Window
    opens: date | None
    closes: date | None

    def is_open(self, day: date) -> bool:
        return (self.opens is None or self.opens <= day) and (self.closes is None or day <= self.closes)


@dataclass(frozen=True, slots=True)
class ExtensionResult:
    """Whether the conditions of an extension are met, and until when the label would then last."""

    extension: Extension
    ruling: Ruling
    results: tuple[Finding | Group, ...]
    until: date | None


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """The answer of one text."""

    text: RuleText
    ruling: Ruling
    results: tuple[RuleResult, ...]
    score: Points | None = None
    score_ruling: Ruling | None = None
    windows: tuple[WindowDays, ...] = ()
    extensions: tuple[ExtensionResult, ...] = ()


@dataclass(frozen=True, slots=True)
class RulebookVerdict:
    """The answer of a rulebook on a day."""

    rulebook: Rulebook
    day: date
    holding: Holding
    label: HeldLabel | None
    governing: TextVerdict | None
    """The verdict of the text that counts; None if no text is in force."""
    drafts: tuple[TextVerdict, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    """Every waiver ever granted, past ones included."""

    @property
    def ruling(self) -> Ruling:
        return self.governing.ruling if self.governing is not None else Ruling.NOT_IN_FORCE

    @property
    def texts(self) -> tuple[TextVerdict, ...]:
        return ((self.governing,) if self.governing is not None else ()) + self.drafts
