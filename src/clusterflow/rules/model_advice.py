"""Advice on models: what is legal and unwise, each with an id by which an author can silence it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.quantity import Unit
from clusterflow.domain.terms import Severity
from clusterflow.domain.text import Text

Steps = tuple[str | int, ...]

USUAL_BOARD = 7
"""How many people a board usually has at most (a proposal)."""

ADVICE: dict[str, Text] = {
    "keep-equals-bound": Text(
        es="se mantiene con el mismo límite que se pide ({bound}): con cada pequeño cambio el hito caduca y vuelve",
        en="is kept with the bound that is asked ({bound}): at every small change the milestone lapses and comes back",
    ),
    "blocks-without-source": Text(
        es="bloquea, y su única fuente es una propuesta (P): indique quién lo pide, o que solo avise",
        en="blocks, and its only source is a proposal (P): say who asks for it, or let it warn only",
    ),
    "cannot-be-met": Text(
        es="no se puede cumplir junto con {other}: {bound} y {other_bound}",
        en="cannot be met together with {other}: {bound} and {other_bound}",
    ),
    "no-sheet": Text(
        es="ninguna hoja del libro pide los datos de esta puerta: quien trabaja con el libro no puede cumplirla",
        en="no sheet of the workbook asks for what this gate needs: who works with the workbook cannot meet it",
    ),
    "large-quorum": Text(
        es="deben estar de acuerdo {need}, y una junta directiva suele tener como máximo {usual} personas",
        en="{need} must agree, and a board usually has at most {usual} people",
    ),
}
"""The texts of the advice, by id."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning, and the path to its place in the file of the model."""

    id: str
    steps: Steps
    values: Mapping[str, Text]

    @property
    def text(self) -> Text:
        """The reason in both languages."""
        spanish = {name: value.es for name, value in self.values.items()}
        english = {name: value.en for name, value in self.values.items()}
        return Text(es=ADVICE[self.id].es.format(**spanish), en=ADVICE[self.id].en.format(**english))


def advise(
    model: LifecycleModel, metrics: Mapping[str, MetricDeclaration], sheets: Collection[str]
) -> tuple[Advice, ...]:
    """Return what is unwise in a model, in the order of its file.

    Args:
        sheets: the record types that a sheet of the workbook asks for.
    """
    return tuple(one for place, stage in enumerate(model.stages) for one in _of_stage(place, stage, metrics, sheets))


def _of_stage(
    place: int, stage: Stage, metrics: Mapping[str, MetricDeclaration], sheets: Collection[str]
) -> Iterator[Advice]:
    gate: Steps = ("stages", place, "gate")
    rule = stage.gate.decided_by
    if rule.need > USUAL_BOARD:
        yield _advice("large-quorum", (*gate, "decided_by", "need"), need=rule.need, usual=USUAL_BOARD)
    records = {metrics[c.metric].record for c in stage.gate.criteria if c.metric in metrics} - {None}
    if records and not records & set(sheets):
        yield _advice("no-sheet", (*gate, "requires"))
    needed: list[tuple[Criterion, Steps]] = []
    for number, requirement in enumerate(stage.gate.requires):
        for criterion, steps, only in _criteria(requirement, (*gate, "requires", number), True):
            yield from _of_criterion(criterion, steps, requirement.severity)
            if only and requirement.severity is Severity.BLOCKING:
                needed.append((criterion, steps))
    for (one, _), (other, steps) in combinations(needed, 2):
        if one.call == other.call and _exclude_each_other(one, other):
            bounds = {"bound": _bound(other), "other_bound": _bound(one)}
            yield Advice("cannot-be-met", (*steps, "bound"), {"other": Text(es=one.id, en=one.id), **bounds})


def _of_criterion(criterion: Criterion, steps: Steps, severity: Severity) -> Iterator[Advice]:
    # Yes or no, and something or nothing, leave no room between the two bounds.
    has_room = criterion.bound.unit is not Unit.YES_NO and criterion.bound.number != 0
    if criterion.keep == criterion.bound and has_room:
        yield Advice("keep-equals-bound", (*steps, "keep"), {"bound": _bound(criterion)})
    if severity is Severity.BLOCKING and {part.strip() for part in criterion.source.split(",")} == {"P"}:
        yield _advice("blocks-without-source", (*steps, "source"))


def _criteria(
    requirement: Criterion | AnyOf | AllOf, steps: Steps, only: bool
) -> Iterator[tuple[Criterion, Steps, bool]]:
    """Yield the criteria of a requirement with their places, and whether no other one can replace each."""
    if isinstance(requirement, Criterion):
        yield requirement, steps, only
        return
    is_any = isinstance(requirement, AnyOf)
    parts = requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of
    for number, part in enumerate(parts):
        inside = (*steps, "any_of" if is_any else "all_of", number)
        yield from _criteria(part, inside, only and (not is_any or len(parts) == 1))


def _exclude_each_other(one: Criterion, other: Criterion) -> bool:
    """Return whether no number holds the bounds of both."""
    if one.bound.rising == other.bound.rising or one.bound.currency != other.bound.currency:
        return False
    low, high = (one.bound, other.bound) if one.bound.rising else (other.bound, one.bound)
    return low.number > high.number or (low.number == high.number and not (low.op == ">=" and high.op == "<="))


def _bound(criterion: Criterion) -> Text:
    return Text(es=criterion.bound.format("es"), en=criterion.bound.format("en"))


def _advice(name: str, steps: Steps, **values: int) -> Advice:
    return Advice(name, steps, {key: Text(es=str(value), en=str(value)) for key, value in values.items()})
