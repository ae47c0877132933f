"""The shapes of a model file as people write it, with the accepted values of each key.

Three readers see the descriptions: editors (in the JSON Schema), authors (as what is accepted), and developers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from clusterflow.configs.mistakes import Translator, describe_value, file_error, file_errors
from clusterflow.configs.parameters import parameter_errors
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.quantity import BOUND_FORMATS, Bound, BoundError, Unit
from clusterflow.domain.terms import HelixKind, Role, Severity, StageKind
from clusterflow.rules.mistakes import nearest_hint


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names that a file may use: the metrics, and its own stages."""

    metrics: Mapping[str, MetricDeclaration]
    stages: tuple[str, ...] = ()


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


T = TypeVar("T")


def _not_empty(value: Any) -> Any:
    if value is None:
        raise file_error("the key is empty", "a value; or leave the key out")
    return value


OptionalKey = Annotated[T | None, BeforeValidator(_not_empty)]
"""A key that may be left out but not left empty: an empty key is probably unfinished work."""


def _not_blank(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise file_error("an empty text", "a text")
    return value


NonEmptyText = Annotated[str, BeforeValidator(_not_blank), Field(min_length=1)]


ID_PATTERN = r"^[a-z][a-z0-9-]*$"


def check_id(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(ID_PATTERN, value):
        raise file_error(describe_value(value), "lower case letters, digits and hyphens, starting with a letter")
    return value


Id = Annotated[str, BeforeValidator(check_id), WithJsonSchema({"type": "string", "pattern": ID_PATTERN})]


def check_choice(value: Any, kind: Iterable[str], noun: str) -> Any:
    if isinstance(value, str) and value in tuple(kind):
        return value
    raise file_error(f"the {noun} {describe_value(value)} is unknown", ", ".join(kind), nearest_hint(value, kind))


def choice(words: Iterable[str], noun: str) -> BeforeValidator:
    """One of a closed list of words. An unknown word is reported with the most similar ones."""
    return BeforeValidator(partial(check_choice, kind=tuple(words), noun=noun))


def check_list(value: Any, kind: type[StrEnum], noun: str) -> Any:
    """Checks each word of a list separately, so that two unknown words are two mistakes. No word may appear twice."""
    if not isinstance(value, list):
        raise file_error(describe_value(value), f"a list of: {', '.join(kind)}")
    found = []
    for index, item in enumerate(value):
        if not isinstance(item, str) or item not in tuple(kind):
            cure = nearest_hint(item, kind)
            found.append(
                ((index,), item, file_error(f"the {noun} {describe_value(item)} is unknown", ", ".join(kind), cure))
            )
        elif item in value[:index]:
            again = file_error(f"the {noun} {describe_value(item)} is listed twice", "every one once")
            found.append(((index,), item, again))
    if found:
        raise file_errors(found)
    return value


Roles = Annotated[list[Role], BeforeValidator(partial(check_list, kind=Role, noun="role"))]
HelixKinds = Annotated[list[HelixKind], BeforeValidator(partial(check_list, kind=HelixKind, noun="helix kind"))]


def check_shares(value: Any) -> Any:
    """A number for each helix kind, as a mapping."""
    if not isinstance(value, dict):
        raise file_error(describe_value(value), "a mapping from helix kinds to numbers, like {company: 1}")
    found = []
    for name, number in value.items():
        if name not in tuple(HelixKind):
            cure = nearest_hint(name, HelixKind)
            words = file_error(f"the helix kind {describe_value(name)} is unknown", ", ".join(HelixKind), cure)
            found.append(((str(name),), name, words))
        elif isinstance(number, bool) or not isinstance(number, int) or number < 1:
            found.append(((str(name),), number, file_error(describe_value(number), "a whole number, 1 or more")))
    if found:
        raise file_errors(found)
    return value


Shares = Annotated[dict[HelixKind, int], BeforeValidator(check_shares)]
Kind = Annotated[StageKind, choice(StageKind, "stage kind")]
Weight = Annotated[Severity, choice(Severity, "severity")]

_SPAN = re.compile(r"(\d{1,5})\s*(day|week|month|year)s?", re.ASCII)
LONGEST = 100 * 365
SPAN_WRITTEN = "a time, like 180 days, 26 weeks, 18 months or 2 years"


def parse_days(value: Any) -> int:
    """Return a written time in days. A month is a twelfth of 365 days; the sum is rounded up."""
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise file_error(describe_value(value), SPAN_WRITTEN)
    number, unit = int(match[1]), match[2]
    found = {"day": number, "week": 7 * number, "month": -(-365 * number // 12), "year": 365 * number}[unit]
    if not 1 <= found <= LONGEST:
        raise file_error(
            f"{describe_value(value)} is {'too long' if found else 'no time at all'}", "1 day to 100 years"
        )
    return found


Days = Annotated[
    int,
    BeforeValidator(parse_days),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^0*[1-9][0-9]{0,4}\s*(day|week|month|year)s?$",
            "examples": ["180 days", "18 months"],
        }
    ),
]

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


class WrittenText(Written):
    es: NonEmptyText = Field(description="the text in Spanish")
    en: NonEmptyText = Field(description="the text in English")


class WrittenCriterion(Written):
    """A metric with its parameters, a bound, a severity and a source."""

    metric: str = Field(description="the id of a metric of configs/metrics.yaml")
    with_: dict[str, StrictInt | str] = Field(
        default_factory=dict, alias="with", validate_default=True, description="the parameters of the metric"
    )
    bound: Annotated[Bound, WRITTEN_BOUND] = Field(description="what is required, like «>= 15» or «is yes»")
    keep: Annotated[OptionalKey[Bound], WRITTEN_BOUND] = Field(
        default=None, description="a weaker bound; below it an achieved milestone lapses"
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

    _proposal = field_validator("proposal")(_proposal)

    @field_validator("metric")
    @classmethod
    def _known(cls, value: str, info: ValidationInfo) -> str:
        metrics = _catalogue(info).metrics
        if value not in metrics:
            raise file_error(
                f"the metric {describe_value(value)} is unknown",
                "a metric of configs/metrics.yaml",
                nearest_hint(value, metrics),
            )
        return value

    @field_validator("with_", mode="before")
    @classmethod
    def _parameters(cls, value: Any, info: ValidationInfo) -> Any:
        declaration = _declared(info)
        if isinstance(value, dict) and declaration is not None:
            found = list(parameter_errors(declaration, value, _catalogue(info).stages))
            if found:
                raise file_errors(found)
        return value

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
        elif not value.is_weaker_than(bound):
            side = ">= and a smaller" if bound.rising else "<= and a larger"
            raise file_error(f"keep «{value}» is not weaker than the bound «{bound}»", f"{side} number")
        return value


def _catalogue(info: ValidationInfo) -> Catalogue:
    if not isinstance(info.context, Catalogue):
        raise TypeError("a model can only be read with a catalogue of metrics")
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


class WrittenDecidedBy(Written):
    roles: Roles = Field(min_length=1, description=f"a list of one or more of: {', '.join(Role)}")
    need: StrictInt = Field(default=1, ge=1, description="how many people must decide; 1 if left out")
    never: HelixKinds = Field(default_factory=list, description=f"a list of: {', '.join(HelixKind)}")
    each: Shares = Field(default_factory=dict, description="how many of those who agree must speak for a helix kind")
    veto: Roles = Field(default_factory=list, description="the roles whose veto blocks a go; they must be in «roles»")
    override: Roles = Field(
        default_factory=list, description="the roles that may waive a blocking criterion; they must be in «roles»"
    )
    four_eyes: StrictBool = Field(
        default=False,
        description="true if a person who requested the review, or recorded facts in the stage, may not decide",
    )


class WrittenGate(Written):
    """The requirements for leaving a stage, and the people who decide."""

    title: WrittenText = Field(description="the title of the gate in es and en")
    milestone: WrittenText = Field(description="what is achieved when the gate is passed, in es and en")
    decided_by: WrittenDecidedBy = Field(description="who decides: the roles, how many are needed, and who never may")
    requires: list[WrittenRequirement] = Field(min_length=1, description="a list of one or more criteria")


class WrittenStage(Written):
    """A named span of work, with a gate at its end."""

    id: Id = Field(description="the name of the stage in this model: lower case letters, digits and hyphens")
    kind: Kind = Field(description=f"what the stage is about, one of: {', '.join(StageKind)}")
    title: WrittenText = Field(description="the title of the stage in es and en")
    about: OptionalKey[WrittenText] = Field(default=None, description="what is done in the stage, in es and en")
    after: list[str] = Field(default_factory=list, description="the stages that must be achieved before it")
    optional: StrictBool = Field(default=False, description="true if no other stage waits for it")
    open_ended: StrictBool = Field(default=False, description="true if it goes on after its gate")
    allowed: Days = Field(description=SPAN_WRITTEN)
    escalate: Days = Field(
        default=30, description="how long overdue before the next higher level is notified; 30 days if left out"
    )
    source: NonEmptyText = Field(description="the key of the source, like CLCONS; P for a proposal")
    proposal: StrictBool = Field(default=False, validate_default=True, description="true if the source is P")
    gate: WrittenGate = Field(description="the gate: title, milestone, decided_by, requires")

    _proposal = field_validator("proposal")(_proposal)


class WrittenModel(Written):
    """A lifecycle model: stages in a partial order, each with a gate."""

    model: Id = Field(description="the name of the model and of its file: lower case letters, digits and hyphens")
    version: NonEmptyText = Field(description='the version as a text in quotes, like "1"')
    title: WrittenText = Field(description="the title of the model in es and en")
    about: WrittenText = Field(description="what the model stands for, in es and en")
    source: NonEmptyText = Field(description="where the model comes from, like «ECLAC»")
    stages: list[WrittenStage] = Field(min_length=1, description="a list of one or more stages")


SHAPES = Translator(
    {
        "": WrittenModel,
        "stages": WrittenStage,
        "gate": WrittenGate,
        "decided_by": WrittenDecidedBy,
        "criterion": WrittenCriterion,
        "any_of": WrittenAnyOf,
        "all_of": WrittenAllOf,
        **dict.fromkeys(("title", "about", "milestone", "note"), WrittenText),
    },
    tags=("criterion", "any_of", "all_of"),
)
