"""The data of the heat map: the answer of each criterion in each initiative, by kind of stage.

An *any of* is one criterion here, with one answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clusterflow.domain.criterion import bounds_of
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import Answer, Severity, StageKind, Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.domain.verdict import Finding, Group
from clusterflow.reports.status import newest, title_of
from clusterflow.rules.evaluation import gates_to_judge, watched_units
from clusterflow.rules.judge import recall_gate
from clusterflow.store.portfolio import InitiativeSnapshot


class HeatCell(Frozen):
    """One criterion in one initiative: its last answer, value and bound."""

    kind: StageKind
    title: str
    """Criteria of several models share a column by this title, because their ids may differ."""
    criterion: str
    answer: Answer
    severity: Severity
    found: str
    asked: str


class HeatRow(Frozen):
    """The criteria of one initiative: of its gates under way, and of its watched milestones."""

    initiative: str
    name: str
    answers: tuple[HeatCell, ...]


class CriterionLine(Frozen):
    """One criterion of a kind of stage, over all initiatives that have it."""

    kind: StageKind
    title: str
    met: int
    unmet: int
    unknown: int


def row_of(life: InitiativeSnapshot, name: str, language: Language) -> HeatRow:
    """The row of one initiative; a stopped initiative has none."""
    state, model = life.state, life.model
    answers = newest(state.answers, life.notes)
    cells: dict[tuple[StageKind, str], HeatCell] = {}
    if state.standing is Standing.ACTIVE:
        whole = gates_to_judge(state)
        for stage in model.stages:
            milestone = state.milestone(stage.id)
            if stage.id not in whole and milestone is None:
                continue
            wanted = None if stage.id in whole else {unit.id for unit in watched_units(stage, state)}
            titles = _titles(stage, language)
            for severity, unit in recall_gate(stage, answers).rated_units:
                here = (stage.kind, titles[unit.id])
                # If two stages of a kind have the same criterion, the earlier one counts.
                if here not in cells and (wanted is None or unit.id in wanted):
                    cells[here] = _cell(*here, unit, severity, language)
    return HeatRow(initiative=state.initiative, name=name, answers=tuple(cells.values()))


def _titles(stage: Stage, language: Language) -> dict[str, str]:
    """The titles of what a gate asks; equal titles get their bounds."""
    named = {unit.id: (title_of(unit, language), bounds_of(unit, language)) for unit in stage.gate.units}
    often = Counter(title for title, _ in named.values())
    return {i: title if often[title] == 1 else f"{title} ({required})" for i, (title, required) in named.items()}


def _cell(kind: StageKind, title: str, unit: Finding | Group, severity: Severity, language: Language) -> HeatCell:
    return HeatCell(
        kind=kind,
        title=title,
        criterion=unit.id,
        answer=unit.answer,
        severity=severity,
        found=unit.value_text(language),
        asked=unit.bound_text(language),
    )


def columns_of(
    rows: Iterable[HeatRow], models: Iterable[LifecycleModel], language: Language
) -> tuple[CriterionLine, ...]:
    """The columns: all criteria in use, by kind of stage, in the order of the models."""
    counts = Counter((cell.kind, cell.title, cell.answer) for row in rows for cell in row.answers)
    required = {(kind, title) for kind, title, _ in counts}
    known = {(s.kind, title): None for m in models for s in m.stages for title in _titles(s, language).values()}
    order = list(StageKind)
    return tuple(
        CriterionLine(
            kind=kind,
            title=title,
            met=counts[kind, title, Answer.MET],
            unmet=counts[kind, title, Answer.UNMET],
            unknown=counts[kind, title, Answer.UNKNOWN],
        )
        for kind, title in sorted(known, key=lambda key: order.index(key[0]))
        if (kind, title) in required
    )
