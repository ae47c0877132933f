"""Reads the catalogue of metrics from its file and reports all mistakes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StrictBool, StrictInt, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from clusterflow.configs.file_values import NonEmptyText, OptionalKey, Written, WrittenText, check_id, choice
from clusterflow.configs.mistakes import Translator, describe_value, sorted_mistakes
from clusterflow.configs.parameters import value_error
from clusterflow.configs.yaml import Document, Steps, parse, read
from clusterflow.domain.measurement import Fold, MetricDeclaration, Parameter, ParameterType
from clusterflow.domain.quantity import Unit
from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import BodyKind, DocumentKind, Role, SurveyTopic
from clusterflow.domain.text import Text
from clusterflow.errors import Mistake, Mistakes

RECORD_TYPES = sorted(RECORDS)
PARAMETER_TYPES: tuple[ParameterType, ...] = get_args(ParameterType)


RECORD_KINDS = tuple(dict.fromkeys(str(k) for kinds in (DocumentKind, SurveyTopic, BodyKind) for k in kinds))


class WrittenParameter(Written):
    type: Annotated[ParameterType, choice(PARAMETER_TYPES, "parameter type")] = Field(
        description=f"one of: {', '.join(PARAMETER_TYPES)}"
    )
    default: StrictInt | str | None = Field(
        default=None, description="the value used if a criterion does not set the parameter"
    )
    optional: StrictBool = Field(default=False, description="true if a criterion may leave it out")

    @field_validator("default", mode="before")
    @classmethod
    def _fits(cls, value: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("type")
        if value is not None and kind is not None and (error := value_error(Parameter(type=kind), value)) is not None:
            raise error
        return value


class WrittenMetric(Written):
    """A metric: its title, unit, formula and source. Its SQL is in the code under the same id."""

    number: StrictInt | None = Field(default=None, ge=1, description="its number in the catalogue of criteria")
    title: WrittenText = Field(description="the title in es and en")
    unit: Annotated[Unit, choice(Unit, "unit")] = Field(description=f"one of: {', '.join(Unit)}")
    fold: Annotated[Fold, choice(Fold, "fold")] = Field(description=f"one of: {', '.join(Fold)}")
    direction: Annotated[Literal["more", "less"], choice(("more", "less"), "direction")] = Field(
        description="more or less: which direction is better"
    )
    source: NonEmptyText = Field(description="the key of the source, like CAI20; P for a proposal")
    proposal: StrictBool = Field(default=False, description="true if it is a proposal of this project")
    record: OptionalKey[Annotated[str, choice(tuple(RECORD_TYPES), "record type")]] = Field(
        default=None, description="the record type that tells it; help names it, with its sheet"
    )
    record_kind: OptionalKey[Annotated[str, choice(RECORD_KINDS, "kind of record")]] = Field(
        default=None, description="the kind of these records that counts, if it is always the same; help names it"
    )
    formula: str = Field(default="", description="how it is computed, in one line")
    help: OptionalKey[WrittenText] = Field(default=None, description="what would help if it is not met, in es and en")
    mended_by: tuple[Annotated[Role, choice(Role, "role")], ...] = Field(
        default=(Role.MANAGER,), description=f"who can improve it, some of: {', '.join(Role)}"
    )
    freshness_days: StrictInt | None = Field(
        default=None,
        ge=1,
        description="how many days after its newest evidence the value counts; after that it is unknown",
    )
    parameters: dict[str, WrittenParameter] = Field(default_factory=dict, description="a mapping of parameters")
    computed_by: Annotated[Literal["store", "rules"], choice(("store", "rules"), "part")] = Field(
        default="store", description="store or rules: which part computes it"
    )


SHAPES = Translator(
    {"": WrittenMetric, "parameters": WrittenParameter, "title": WrittenText, "help": WrittenText},
)


def load_metrics(path: Path) -> dict[str, MetricDeclaration]:
    """Return the declarations of a file by their ids.

    Raises:
        Mistakes: everything that is wrong with it, in the order of its lines.
    """
    return _metrics(read(path))


def parse_metrics(text: str, file: str = "metrics") -> dict[str, MetricDeclaration]:
    """Return the declarations of a text. Mistakes call the text ``file``."""
    return _metrics(parse(text, file))


def _metrics(document: Document) -> dict[str, MetricDeclaration]:
    if not isinstance(document.value, dict):
        found = Mistake(
            document.where(()),
            describe_value(document.value),
            "a mapping from the id of each metric to its declaration",
        )
        raise Mistakes(sorted_mistakes(document, [found]))
    metrics: dict[str, MetricDeclaration] = {}
    mistakes: list[Mistake] = []
    for name, value in document.value.items():
        steps: Steps = (name,)
        try:
            check_id(name)
        except PydanticCustomError as error:
            mistakes.append(
                Mistake(document.where(steps, key=True), describe_value(name), (error.context or {})["accepted"])
            )
        try:
            metrics[name] = _declared(name, WrittenMetric.model_validate(value))
        except ValidationError as error:
            mistakes += SHAPES.mistakes(document, error, top=steps)
    if found_mistakes := sorted_mistakes(document, mistakes):
        raise Mistakes(found_mistakes)
    return metrics


def _declared(name: str, written: WrittenMetric) -> MetricDeclaration:
    return MetricDeclaration(
        id=name,
        title=Text(es=written.title.es, en=written.title.en),
        help=Text(es=written.help.es, en=written.help.en) if written.help else None,
        parameters={
            key: Parameter(type=given.type, default=given.default, optional=given.optional)
            for key, given in written.parameters.items()
        },
        number=written.number,
        unit=written.unit,
        fold=written.fold,
        direction=written.direction,
        source=written.source,
        proposal=written.proposal,
        record=written.record,
        record_kind=written.record_kind,
        formula=written.formula,
        mended_by=written.mended_by,
        freshness_days=written.freshness_days,
        computed_by=written.computed_by,
    )
