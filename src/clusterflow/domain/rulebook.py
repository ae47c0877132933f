"""A rulebook: an outside set of rules (a label, an accreditation) by which the registry is judged, as data."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion, Requirement, leaves
from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.quantity import Bound, Exact
from clusterflow.domain.terms import Role, Severity
from clusterflow.domain.text import Frozen, Text


class Ruling(StrEnum):
    """The answer of a rulebook, or of one of its rules, for one initiative on one day."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    NOT_IN_FORCE = "not-in-force"


class Holding(StrEnum):
    """Where an initiative is with the label of a rulebook."""

    NONE = "none"
    HELD = "held"
    GRACE = "grace"
    """The label has ended, and can still be renewed."""
    LOST = "lost"


class AppliesTo(StrEnum):
    """Whom a rule is about: those who apply for the label, those who hold it, or both."""

    APPLICANTS = "applicants"
    HOLDERS = "holders"
    BOTH = "both"


class WindowKind(StrEnum):
    """What can be done while a window is open."""

    ENTRY = "entry"
    RENEWAL = "renewal"


class HolderText(StrEnum):
    """Which text a holder is judged by: that of the day judged, or that of the day of the award."""

    JUDGED_DAY = "judged-day"
    AWARD_DAY = "award-day"


class PointsBy(StrEnum):
    """How a rule earns its points: all of them if it is met, or the measured share of them."""

    ANSWER = "answer"
    VALUE = "value"


class Anchor(StrEnum):
    """The day from which another one is counted."""

    AWARD = "award"
    END = "end"


class MonthDay(Frozen):
    """A day of every year. The 29th of February is the last day of February."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


class Offset(Frozen):
    """A length of time in calendar months and days; negative where it goes back."""

    months: int = 0
    days: int = 0


class WindowDay(Frozen):
    """The day on which a window opens or closes: a fixed day, or one that follows from the award or its end."""

    on: date | None = None
    anchor: Anchor | None = None
    offset: Offset = Offset()
    month_day: MonthDay | None = None
    """If it is set: that day in the year of the anchor."""


class AwardRange(Frozen):
    """The awards that a window is for: those made between two days of a year, both included."""

    first: MonthDay
    last: MonthDay


class Window(Frozen):
    """A time in which the label can be applied for, or renewed; its first and last day are included."""

    kind: WindowKind
    opens: WindowDay | None = None
    closes: WindowDay | None = None
    awarded: AwardRange | None = None
    source: str
    note: Text | None = None


class OpenCriterion(Frozen):
    """A criterion whose cut-off is not public: the office enters it as a record ``cut-off``. Until then the answer is
    unknown.
    """

    id: str
    metric: str
    with_: tuple[tuple[str, str | int], ...] = Field(default=(), alias="with")
    severity: Severity = Severity.BLOCKING
    source: str
    owner: Role = Role.MANAGER
    title: Text
    note: Text | None = None

    @property
    def call(self) -> MetricCall:
        return MetricCall(self.metric, self.with_)

    def with_bound(self, bound: Bound, source: str | None) -> Criterion:
        """Return the criterion with the cut-off that the office entered."""
        return Criterion(
            id=self.id,
            metric=self.metric,
            with_=self.with_,
            bound=bound,
            severity=self.severity,
            source=source or self.source,
            owner=self.owner,
            title=self.title,
            note=self.note,
        )


class Rule(Frozen):
    """One rule of a text: a requirement, whom it applies to, and its own days of validity."""

    id: str
    requirement: Requirement | None = None
    open_criterion: OpenCriterion | None = None
    """Set instead of the requirement if the office enters the cut-off."""
    applies_to: AppliesTo = AppliesTo.BOTH
    valid_from: date | None = None
    valid_to: date | None = None
    points: Exact | None = None
    points_by: PointsBy = PointsBy.ANSWER

    @property
    def severity(self) -> Severity:
        part = self.requirement or self.open_criterion
        return part.severity if part is not None else Severity.BLOCKING

    @property
    def title(self) -> Text | None:
        part = self.requirement or self.open_criterion
        return part.title if part is not None else None

    @cached_property
    def calls(self) -> tuple[MetricCall, ...]:
        """The metric calls of its criteria."""
        if self.open_criterion is not None:
            return (self.open_criterion.call,)
        return tuple(c.call for c in leaves(self.requirement)) if self.requirement is not None else ()

    def is_in_force(self, day: date) -> bool:
        return within(day, self.valid_from, self.valid_to)

    def __hash__(self) -> int:
        """The hash of its id: that of all of its parts would be computed anew at each look-up."""
        return hash(self.id)


class Score(Frozen):
    """The share of all points that must be reached, beside all thresholds."""

    total: Bound
    source: str


class Extension(Frozen):
    """An award that lasts longer if conditions are met."""

    id: str
    by: Offset
    times: int = Field(default=1, ge=1)
    title: Text
    requires: tuple[Requirement, ...] = Field(min_length=1)
    source: str


class AwardTerm(Frozen):
    """How long an award lasts, what follows its end, and how it can be extended."""

    valid_for: Offset | None = None
    valid_until: date | None = None
    renewed_for: Offset | None = None
    """How long a renewed award lasts, if that differs from the first."""
    grace: Offset | None = None
    extensions: tuple[Extension, ...] = ()
    source: str


class RuleText(Frozen):
    """One text of a rulebook (a call, an order, a draft), with its days of validity and its rules."""

    id: str
    title: Text
    draft: bool = False
    """A draft is judged beside the text in force, and decides nothing."""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str
    award: AwardTerm | None = None
    windows: tuple[Window, ...] = ()
    score: Score | None = None
    rules: tuple[Rule, ...] = ()
    left_open: tuple[Text, ...] = ()
    """What the source does not say."""

    def is_in_force(self, day: date) -> bool:
        return within(day, self.valid_from, self.valid_to)

    @property
    def requirements(self) -> tuple[Criterion | AnyOf | AllOf, ...]:
        """The requirements of the rules and of the extensions."""
        own = tuple(rule.requirement for rule in self.rules if rule.requirement is not None)
        return own + tuple(r for e in (self.award.extensions if self.award else ()) for r in e.requires)


class Rulebook(Frozen):
    """An outside set of rules, in one or more texts."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", alias="rulebook")
    title: Text
    about: Text
    source: str
    countries: tuple[str, ...] = ()
    """The countries (ISO 3166-1) whose initiatives it is about; empty: all."""
    regions: tuple[str, ...] = ()
    """The regions (ISO 3166-2) whose initiatives it is about; empty: all of the countries."""
    holder_text: HolderText = HolderText.JUDGED_DAY
    texts: tuple[RuleText, ...] = Field(min_length=1)

    @cached_property
    def calls(self) -> frozenset[MetricCall]:
        """Every metric call of the rulebook."""
        rules = (call for text in self.texts for rule in text.rules for call in rule.calls)
        parts = (leaf.call for text in self.texts for part in text.requirements for leaf in leaves(part))
        return frozenset((*rules, *parts))

    def concerns(self, country: str | None, region: str | None) -> bool:
        """Whether it is about the initiatives of a place. An unknown country is not left out; an unknown region is,
        because the program of one region says nothing about the initiatives of the others.
        """
        return self._is_about_country(country) and (not self.regions or region in self.regions)

    def needs_region(self, country: str | None, region: str | None) -> bool:
        """Whether only the region of an initiative, which is unknown, can tell if it is about it."""
        return bool(self.regions) and region is None and self._is_about_country(country)

    def _is_about_country(self, country: str | None) -> bool:
        return not self.countries or country is None or country in self.countries

    def text_on(self, day: date) -> RuleText | None:
        """Return the text in force on a day, drafts left aside."""
        return next((text for text in self.texts if not text.draft and text.is_in_force(day)), None)


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day is between two days, both included; None: without limit."""
    return (first is None or first <= day) and (last is None or day <= last)
