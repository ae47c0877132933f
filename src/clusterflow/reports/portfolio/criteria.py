"""The heat map: what is answered of each criterion in each initiative, beside each other by the kind of stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.text import Frozen, Language
from clusterflow.model.verdict import Finding
from clusterflow.model.words import Answer, Severity, StageKind, Standing
from clusterflow.reports.status import newest, title_of
from clusterflow.rules.evaluation import gates_looked_at, watched_criteria
from clusterflow.rules.judge import recall_gate
from clusterflow.store.lives import Life


class HeatCell(Frozen):
    """One criterion in one initiative: the answer last told, what was found and what is asked."""

    kind: StageKind
    criterion: str
    answer: Answer
    severity: Severity
    found: str
    asked: str


class HeatRow(Frozen):
    """What is looked at in one initiative now: its gates under way, and what its milestones are held to."""

    initiative: str
    name: str
    answers: tuple[HeatCell, ...]


class CriterionLine(Frozen):
    """One criterion of a kind of stage, over all initiatives in which it is looked at."""

    kind: StageKind
    criterion: str
    title: str
    met: int
    unmet: int
    unknown: int


def row_of(life: Life, name: str, language: Language) -> HeatRow:
    """What is answered in one initiative; a life that was stopped is not looked at any more."""
    state, model = life.state, life.model
    answers = newest(state.answers, life.notes)
    cells: dict[tuple[StageKind, str], HeatCell] = {}
    if state.standing is Standing.ACTIVE:
        whole = gates_looked_at(state)
        for stage in model.stages:
            milestone = state.milestone(stage.id)
            if stage.id not in whole and milestone is None:
                continue
            wanted = None if stage.id in whole else watched_criteria(stage, state)
            for finding in recall_gate(stage, answers).findings:
                here = (stage.kind, finding.criterion.id)
                # Of two stages of a kind that ask the same, the earlier one tells.
                if here not in cells and (wanted is None or finding.criterion.id in wanted):
                    cells[here] = _cell(stage.kind, finding, language)
    return HeatRow(initiative=state.initiative, name=name, answers=tuple(cells.values()))


def _cell(kind: StageKind, finding: Finding, language: Language) -> HeatCell:
    return HeatCell(
        kind=kind,
        criterion=finding.criterion.id,
        answer=finding.answer,
        severity=finding.criterion.severity,
        found=finding.found(language),
        asked=finding.asked(language),
    )


def columns_of(
    rows: Iterable[HeatRow], models: Iterable[LifecycleModel], language: Language
) -> tuple[CriterionLine, ...]:
    """The criteria that are looked at anywhere, by kind of stage and in the order of the models."""
    counts = Counter((cell.kind, cell.criterion, cell.answer) for row in rows for cell in row.answers)
    asked = {(kind, criterion) for kind, criterion, _ in counts}
    titles = {
        (stage.kind, criterion.id): title_of(criterion, language)
        for model in models
        for stage in model.stages
        for criterion in stage.gate.criteria
    }
    order = list(StageKind)
    return tuple(
        CriterionLine(
            kind=kind,
            criterion=criterion,
            title=titles[kind, criterion],
            met=counts[kind, criterion, Answer.MET],
            unmet=counts[kind, criterion, Answer.UNMET],
            unknown=counts[kind, criterion, Answer.UNKNOWN],
        )
        for kind, criterion in sorted(titles, key=lambda key: order.index(key[0]))
        if (kind, criterion) in asked
    )
