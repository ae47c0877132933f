"""The shapes of a model file as people write it, with the accepted values of each key.

Three readers see the descriptions: editors (in the JSON Schema), authors (as what is accepted), and developers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from clusterflow.configs.decider_file import WrittenDecidedBy, WrittenSplit
from clusterflow.configs.file_values import (
    SPAN_WRITTEN,
    Days,
    Id,
    NonEmptyText,
    OptionalKey,
    Written,
    WrittenText,
    check_list,
    choice,
)
from clusterflow.configs.mistakes import Translator, describe_value, file_error, file_errors
from clusterflow.configs.parameters import parameter_errors
from clusterflow.domain.lifecycle import LEAD_DAYS
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.quantity import BOUND_FORMATS, Bound, BoundError, Unit
from clusterflow.domain.terms import HelixKind, Role, Severity, StageKind
from clusterflow.rules.mistakes import nearest_hint


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names that a file may use: the metrics, and its own stages, or its own name if it is a rulebook."""

    metrics: Mapping[str, MetricDeclaration]
    stages: tuple[str, ...] = ()
    rulebook: str = ""


Kind = Annotated[StageKind, choice(StageKind, "stage kind")]
Weight = Annotated[Severity, choice(Severity, "severity")]

WRITTEN_BOUND = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^\s*(is (yes|no)|(>=|>|<=|<)\s*[0-9]+(\.[0-9]+|/0*[1-9][0-9]*)?\s*(%|[A-Za-z]+)?)\s*$",
        "examples": [">= 15", ">= 80 %", "<= 90 days", ">= 3 years", ">= 3.5 points", "is yes", ">= 100000000 EUR"],
    }
)


def is_proposal(source: str) -> bool:
    """Whether a source says that the number is this project's own proposal."""
    return "P" in [key.strip() for key in source.split(",")]


def _proposal(value: bool, info: ValidationInfo) -> bool:
    source = info.data.get("source")
    if isinstance(source, str) and value != is_proposal(source):
        if value:
            raise file_error(
                f"a proposal with the source {describe_value(source)}", "P among the sources of a proposal"
            )
        raise file_error("the source is P, but it is not marked as a proposal", "proposal: true")
    return value


class MetricChecks(Written):
    """The checks of a metric and its parameters, for every shape that has them."""

    _proposal = field_validator("proposal", check_fields=False)(_proposal)

    @field_validator("metric", check_fields=False)
    @classmethod
    def _known(cls, value: str, info: ValidationInfo) -> str:
        catalogue = _catalogue(info)
        if value not in catalogue.metrics:
            raise file_error(
                f"the metric {describe_value(value)} is unknown",
                "a metric of configs/metrics.yaml",
                nearest_hint(value, catalogue.metrics),
            )
        if catalogue.rulebook and needs_a_stage(catalogue.metrics[value]):
            raise file_error(
                f"the metric {describe_value(value)} is about a stage, and a rulebook has none", "another metric"
            )
        return value

    @field_validator("with_", mode="before", check_fields=False)
    @classmethod
    def _parameters(cls, value: Any, info: ValidationInfo) -> Any:
        declaration = _declared(info)
        if isinstance(value, dict) and declaration is not None:
            found = list(parameter_errors(declaration, value, _catalogue(info).stages, _catalogue(info).rulebook))
            if found:
                raise file_errors(found)
        return value


def needs_a_stage(declaration: MetricDeclaration) -> bool:
    """Whether a metric is about a stage of a model or about its findings."""
    return declaration.computed_by == "rules" or any(p.type == "stage" for p in declaration.parameters.values())


class WrittenCriterion(MetricChecks):
    """A metric with its parameters, a bound, a severity and a source."""

    metric: str = Field(description="the id of a metric of configs/metrics.yaml")
    with_: dict[str, StrictInt | str] = Field(
        default_factory=dict, alias="with", validate_default=True, description="the parameters of the metric"
    )
    bound: Annotated[Bound, WRITTEN_BOUND] = Field(description="what is required, like «>= 15» or «is yes»")
    keep: Annotated[OptionalKey[Bound], WRITTEN_BOUND] = Field(
        default=None, description="the bound or a weaker one; below it an achieved milestone lapses"
    )
    severity: OptionalKey[Weight] = Field(
        default=None, description="blocking if left out; in a group, the severity of the group"
    )
    source: NonEmptyText = Field(description="the key of the source, like CAI20; P for a proposal")
    proposal: StrictBool = Field(default=False, validate_default=True, description="true if the source is P")
    owner: Annotated[Role, choice(Role, "role")] = Field(
        default=Role.MANAGER,
        description=f"the role that is responsible; the manager if left out. One of: {', '.join(Role)}",
    )
    id: OptionalKey[Id] = Field(default=None, description="the metric and its parameters if left out")
    title: OptionalKey[WrittenText] = Field(
        default=None, description="the title in es and en; the title of the metric if left out"
    )
    note: OptionalKey[WrittenText] = Field(default=None, description="a remark for the readers, in es and en")

    @field_validator("bound", "keep", mode="before")
    @classmethod
    def _parsed(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            return value
        declaration = _declared(info)
        # If the metric itself is unknown, a bound in any unit passes: one mistake is enough.
        units = list(Unit) if declaration is None else [declaration.unit]
        accepted = BOUND_FORMATS[declaration.unit] if declaration else "a bound, like >= 15, <= 90 days or is yes"
        found = describe_value(value)
        for unit in units if isinstance(value, str) else ():
            try:
                return Bound.parse(value, unit)
            except BoundError as error:
                found = error.found if declaration else f"{describe_value(value)} is not a bound"
        raise file_error(found, accepted)

    @field_validator("keep")
    @classmethod
    def _weaker(cls, value: Bound | None, info: ValidationInfo) -> Bound | None:
        bound = info.data.get("bound")
        if value is None or bound is None or value.unit is not bound.unit:
            return value
        if value.unit is Unit.YES_NO:
            # There is nothing between yes and no, so ``keep`` must have the same answer as the bound.
            if value != bound:
                raise file_error("keep has another answer than the bound", "the same answer, or no keep")
        elif value.currency != bound.currency:
            raise file_error(
                f"keep is in {value.currency}, but the bound is in {bound.currency}", f"an amount in {bound.currency}"
            )
        elif value != bound and not value.is_weaker_than(bound):
            side = (
                ">= and the same number or a smaller one" if bound.rising else "<= and the same number or a larger one"
            )
            raise file_error(f"keep «{value}» is neither the bound «{bound}» nor weaker", side)
        return value


def _catalogue(info: ValidationInfo) -> Catalogue:
    if not isinstance(info.context, Catalogue):
        raise TypeError("a file with criteria can only be read with a catalogue of metrics")
    return info.context


def _declared(info: ValidationInfo) -> MetricDeclaration | None:
    return _catalogue(info).metrics.get(info.data.get("metric", ""))


class WrittenAnyOf(Written):
    """Met if one of its parts is met."""

    any_of: list[WrittenRequirement] = Field(min_length=1, description="a list of one or more criteria")
    severity: Weight = Field(default=Severity.BLOCKING, description="blocking if left out")
    id: OptionalKey[Id] = Field(default=None, description="any-of-1, any-of-2 ... if left out")
    title: OptionalKey[WrittenText] = Field(default=None, description="the title in es and en")


class WrittenAllOf(Written):
    """Met if all of its parts are met."""

    all_of: list[WrittenRequirement] = Field(min_length=1, description="a list of one or more criteria")
    severity: Weight = Field(default=Severity.BLOCKING, description="blocking if left out")
    id: OptionalKey[Id] = Field(default=None, description="all-of-1, all-of-2 ... if left out")
    title: OptionalKey[WrittenText] = Field(default=None, description="the title in es and en")


def _shape(value: Any) -> str:
    """Return which requirement a mapping is. A misspelt «any-of» is a group, so that only its key is reported."""
    keys = {re.sub("[^a-z]", "", str(key).lower()) for key in value} if isinstance(value, dict) else set()
    if "anyof" in keys:
        return "any_of"
    return "all_of" if "allof" in keys else "criterion"


WrittenRequirement = Annotated[
    Annotated[WrittenCriterion, Tag("criterion")]
    | Annotated[WrittenAnyOf, Tag("any_of")]
    | Annotated[WrittenAllOf, Tag("all_of")],
    Discriminator(_shape),
]


class WrittenGate(Written):
    """The requirements for leaving a stage, and the people who decide."""

    title: WrittenText = Field(description="the title of the gate in es and en")
    milestone: WrittenText = Field(description="what is achieved when the gate is passed, in es and en")
    decided_by: WrittenDecidedBy = Field(description="who decides: the roles, how many are needed, and who never may")
    requires: list[WrittenRequirement] = Field(min_length=1, description="a list of one or more criteria")


class WrittenTerm(Written):
    """How a fixed term may be extended."""

    extension: Days = Field(description=f"how long one extension may last: {SPAN_WRITTEN}")
    times: StrictInt = Field(default=1, ge=0, description="how often it may be extended; 1 if left out")


class WrittenStage(Written):
    """A named span of work, with a gate at its end."""

    id: Id = Field(description="the name of the stage in this model: lower case letters, digits and hyphens")
    kind: Kind = Field(description=f"what the stage is about, one of: {', '.join(StageKind)}")
    title: WrittenText = Field(description="the title of the stage in es and en")
    about: OptionalKey[WrittenText] = Field(default=None, description="what is done in the stage, in es and en")
    after: list[str] = Field(default_factory=list, description="the stages that must be achieved before it")
    optional: StrictBool = Field(default=False, description="true if the initiative may decline it")
    open_ended: StrictBool = Field(default=False, description="true if it goes on after its gate")
    allowed: Days = Field(description=SPAN_WRITTEN)
    term: OptionalKey[WrittenTerm] = Field(
        default=None, description="given if «allowed» is a fixed term: then the gate opens, and a hold extends it"
    )
    escalate: Days = Field(
        default=30, description="how long overdue before the next higher level is notified; 30 days if left out"
    )
    source: NonEmptyText = Field(description="the key of the source, like CLCONS; P for a proposal")
    proposal: StrictBool = Field(default=False, validate_default=True, description="true if the source is P")
    gate: WrittenGate = Field(description="the gate: title, milestone, decided_by, requires")

    _proposal = field_validator("proposal")(_proposal)


class WrittenExclusion(Written):
    """A helix kind that never decides the gates of some kinds of stages."""

    helix: Annotated[HelixKind, choice(HelixKind, "helix kind")] = Field(description=f"one of: {', '.join(HelixKind)}")
    stages: Annotated[list[StageKind], BeforeValidator(partial(check_list, kind=StageKind, noun="stage kind"))] = Field(
        min_length=1, description=f"a list of one or more of: {', '.join(StageKind)}"
    )
    alone: StrictBool = Field(
        default=False, description="true if it may take part in deciding, but not alone (never_alone)"
    )
    source: NonEmptyText = Field(description="the key of the source, like ECLAC; P for a proposal")


class WrittenModel(Written):
    """A lifecycle model: stages in a partial order, each with a gate."""

    model: Id = Field(description="the name of the model and of its file: lower case letters, digits and hyphens")
    version: NonEmptyText = Field(description='the version as a text in quotes, like "1"')
    title: WrittenText = Field(description="the title of the model in es and en")
    about: WrittenText = Field(description="what the model stands for, in es and en")
    source: NonEmptyText = Field(description="where the model comes from, like «ECLAC»")
    lead_time: OptionalKey[Days] = Field(
        default=None,
        description="how long before an answer, a milestone or a label turns people are notified, like 90 days; "
        f"{LEAD_DAYS} days if left out",
    )
    exclusions: list[WrittenExclusion] = Field(
        default_factory=list, description="a list of who never decides the gates of which kinds of stages"
    )
    stages: list[WrittenStage] = Field(min_length=1, description="a list of one or more stages")


SHAPES = Translator(
    {
        "": WrittenModel,
        "stages": WrittenStage,
        "exclusions": WrittenExclusion,
        "term": WrittenTerm,
        "gate": WrittenGate,
        "decided_by": WrittenDecidedBy,
        "split": WrittenSplit,
        "criterion": WrittenCriterion,
        "any_of": WrittenAnyOf,
        "all_of": WrittenAllOf,
        **dict.fromkeys(("title", "about", "milestone", "note"), WrittenText),
    },
    tags=("criterion", "any_of", "all_of"),
)
