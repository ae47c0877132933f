"""The shapes of a rulebook file as people write it, with the accepted values of each key."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictInt, Tag, field_validator

from clusterflow.configs.file_values import Id, NonEmptyText, OptionalKey, Written, WrittenText, choice
from clusterflow.configs.mistakes import Translator, describe_value, file_error
from clusterflow.configs.model_file import (
    WRITTEN_BOUND,
    MetricChecks,
    Weight,
    WrittenAllOf,
    WrittenAnyOf,
    WrittenCriterion,
    WrittenRequirement,
)
from clusterflow.configs.rulebook_days import (
    DAY_WRITTEN,
    LENGTH_WRITTEN,
    MONTH_DAY_WRITTEN,
    WINDOW_DAY_WRITTEN,
    Day,
    DayOfWindow,
    DayOfYear,
    Length,
)
from clusterflow.domain.quantity import BOUND_FORMATS, Bound, BoundError, Unit
from clusterflow.domain.records.base import COUNTRY_ACCEPTED, SUBDIVISION_ACCEPTED, Country, Subdivision
from clusterflow.domain.rulebook import AppliesTo, HolderText, PointsBy, WindowKind
from clusterflow.domain.terms import Role

ENTERED = "entered"
"""The bound of a criterion whose cut-off is not public: the office enters it as a record."""


class RuleKeys(Written):
    """The keys that each rule has beside its requirement."""

    applies_to: Annotated[AppliesTo, choice(AppliesTo, "group of initiatives")] = Field(
        default=AppliesTo.BOTH, description=f"one of: {', '.join(AppliesTo)}; both if left out"
    )
    valid_from: OptionalKey[Day] = Field(
        default=None, alias="from", description=f"the first day on which the rule is in force: {DAY_WRITTEN}"
    )
    valid_to: OptionalKey[Day] = Field(
        default=None, alias="to", description=f"the last day on which the rule is in force: {DAY_WRITTEN}"
    )
    points: OptionalKey[Annotated[StrictInt, Field(ge=1)]] = Field(
        default=None, description="the points that it counts for in the score: a whole number"
    )
    points_by: Annotated[PointsBy, choice(PointsBy, "way to count points")] = Field(
        default=PointsBy.ANSWER, description="answer (all points if it is met) or value (the measured share of them)"
    )


class WrittenRule(RuleKeys, WrittenCriterion):
    """A rule of a single criterion."""


class WrittenAnyOfRule(RuleKeys, WrittenAnyOf):
    """A rule that is met if one of its parts is met."""


class WrittenAllOfRule(RuleKeys, WrittenAllOf):
    """A rule that is met if all of its parts are met."""


class WrittenOpenRule(RuleKeys, MetricChecks):
    """A rule whose cut-off is not public."""

    metric: str = Field(description="the id of a metric of configs/metrics.yaml")
    with_: dict[str, StrictInt | str] = Field(
        default_factory=dict, alias="with", validate_default=True, description="the parameters of the metric"
    )
    bound: Literal["entered"] = Field(description="entered: the office enters the cut-off as a record")
    severity: OptionalKey[Weight] = Field(default=None, description="blocking if left out")
    source: NonEmptyText = Field(description="the key of the source, like ESCA-B")
    owner: Annotated[Role, choice(Role, "role")] = Field(
        default=Role.MANAGER, description=f"the role that is responsible. One of: {', '.join(Role)}"
    )
    id: OptionalKey[Id] = Field(default=None, description="the metric and its parameters if left out")
    title: OptionalKey[WrittenText] = Field(default=None, description="the title in es and en")
    note: OptionalKey[WrittenText] = Field(default=None, description="a remark for the readers, in es and en")


def _shape(value: Any) -> str:
    if not isinstance(value, dict):
        return "rule"
    keys = {re.sub("[^a-z]", "", str(key).lower()) for key in value}
    if "anyof" in keys:
        return "any_of_rule"
    if "allof" in keys:
        return "all_of_rule"
    return "open_rule" if value.get("bound") == ENTERED else "rule"


AnyRule = Annotated[
    Annotated[WrittenRule, Tag("rule")]
    | Annotated[WrittenAnyOfRule, Tag("any_of_rule")]
    | Annotated[WrittenAllOfRule, Tag("all_of_rule")]
    | Annotated[WrittenOpenRule, Tag("open_rule")],
    Discriminator(_shape),
]


def _share(value: Any) -> Bound:
    try:
        if isinstance(value, str):
            return Bound.parse(value, Unit.SHARE)
    except BoundError as error:
        raise file_error(error.found, error.accepted) from None
    raise file_error(describe_value(value), BOUND_FORMATS[Unit.SHARE])


class WrittenScore(Written):
    """The share of all points that must be reached."""

    total: Annotated[Bound, BeforeValidator(_share), WRITTEN_BOUND] = Field(
        description="the share of all points, like «>= 80 %»"
    )
    source: NonEmptyText = Field(description="the key of the source, like ESCA-B")


class WrittenExtension(Written):
    """An award that lasts longer if conditions are met."""

    id: Id = Field(description="the name of the extension: lower case letters, digits and hyphens")
    by: Length = Field(description=LENGTH_WRITTEN)
    times: StrictInt = Field(default=1, ge=1, description="how often it may be extended; 1 if left out")
    title: WrittenText = Field(description="the title in es and en")
    requires: list[WrittenRequirement] = Field(min_length=1, description="a list of one or more criteria")
    source: NonEmptyText = Field(description="the key of the source")


class WrittenAward(Written):
    """How long an award lasts, and what follows its end."""

    valid_for: OptionalKey[Length] = Field(default=None, description=LENGTH_WRITTEN)
    valid_until: OptionalKey[Day] = Field(default=None, description=f"the last day of every award: {DAY_WRITTEN}")
    renewed_for: OptionalKey[Length] = Field(
        default=None, description=f"how long a renewed award lasts, if that differs: {LENGTH_WRITTEN}"
    )
    grace: OptionalKey[Length] = Field(
        default=None, description=f"how long an ended award can still be renewed: {LENGTH_WRITTEN}"
    )
    extensions: list[WrittenExtension] = Field(default_factory=list, description="a list of conditional extensions")
    source: NonEmptyText = Field(description="the key of the source")

    @field_validator("valid_until")
    @classmethod
    def _one_end(cls, value: Any, info: Any) -> Any:
        if value is not None and info.data.get("valid_for") is not None:
            raise file_error("valid_until and valid_for are both given", "one of the keys valid_for and valid_until")
        return value


class WrittenAwardRange(Written):
    """Two days of a year, both included."""

    first: DayOfYear = Field(alias="from", description=MONTH_DAY_WRITTEN)
    last: DayOfYear = Field(alias="to", description=MONTH_DAY_WRITTEN)


class WrittenWindow(Written):
    """A time in which the label can be applied for, or renewed."""

    kind: Annotated[WindowKind, choice(WindowKind, "kind of window")] = Field(
        description=f"one of: {', '.join(WindowKind)}"
    )
    opens: OptionalKey[DayOfWindow] = Field(default=None, description=WINDOW_DAY_WRITTEN)
    closes: OptionalKey[DayOfWindow] = Field(default=None, description=f"its last day: {WINDOW_DAY_WRITTEN}")
    awarded: OptionalKey[WrittenAwardRange] = Field(
        default=None, description="the awards that it is for: {from: 01-01, to: 07-31}"
    )
    source: NonEmptyText = Field(description="the key of the source")
    note: OptionalKey[WrittenText] = Field(default=None, description="a remark for the readers, in es and en")


class WrittenRuleText(Written):
    """One text of a rulebook: a call, an order or a draft, with its rules."""

    id: Id = Field(description="the name of the text: lower case letters, digits and hyphens")
    title: WrittenText = Field(description="the title in es and en")
    draft: StrictBool = Field(default=False, description="true if it is a draft: it is judged beside the text in force")
    valid_from: OptionalKey[Day] = Field(
        default=None, alias="from", description=f"the first day on which it is in force: {DAY_WRITTEN}"
    )
    valid_to: OptionalKey[Day] = Field(
        default=None, alias="to", description=f"the last day on which it is in force: {DAY_WRITTEN}"
    )
    source: NonEmptyText = Field(description="the key of the source")
    award: OptionalKey[WrittenAward] = Field(default=None, description="how long an award lasts, and its grace")
    windows: list[WrittenWindow] = Field(default_factory=list, description="a list of windows")
    score: OptionalKey[WrittenScore] = Field(default=None, description="the score: total and source")
    rules: list[AnyRule] = Field(min_length=1, description="a list of one or more rules")
    left_open: list[WrittenText] = Field(
        default_factory=list, description="a list of what the source does not say, each in es and en"
    )


class WrittenRulebook(Written):
    """A rulebook: an outside set of rules by which the registry is judged."""

    rulebook: Id = Field(description="the name of the rulebook and of its file: lower case letters, digits and hyphens")
    title: WrittenText = Field(description="the title in es and en")
    about: WrittenText = Field(description="what the rulebook is about, in es and en")
    source: NonEmptyText = Field(description="where the rulebook comes from, like «HUNN»")
    countries: list[Country] = Field(
        default_factory=list, description=f"the countries that it is about, all if left out: {COUNTRY_ACCEPTED}"
    )
    regions: list[Subdivision] = Field(
        default_factory=list, description=f"the regions that it is about, all if left out: {SUBDIVISION_ACCEPTED}"
    )
    holders: Annotated[HolderText, choice(HolderText, "day")] = Field(
        default=HolderText.JUDGED_DAY,
        description="which text a holder is judged by, that of the judged-day or of the award-day",
    )
    texts: list[WrittenRuleText] = Field(min_length=1, description="a list of one or more texts")


SHAPES = Translator(
    {
        "": WrittenRulebook,
        "texts": WrittenRuleText,
        "award": WrittenAward,
        "extensions": WrittenExtension,
        "windows": WrittenWindow,
        "awarded": WrittenAwardRange,
        "score": WrittenScore,
        "rule": WrittenRule,
        "any_of_rule": WrittenAnyOfRule,
        "all_of_rule": WrittenAllOfRule,
        "open_rule": WrittenOpenRule,
        "criterion": WrittenCriterion,
        "any_of": WrittenAnyOf,
        "all_of": WrittenAllOf,
        **dict.fromkeys(("title", "about", "note", "left_open"), WrittenText),
    },
    tags=("rule", "any_of_rule", "all_of_rule", "open_rule", "criterion", "any_of", "all_of"),
)
