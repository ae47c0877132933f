"""The heat map: what is answered of each criterion in each initiative, beside each other by the kind of stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import Answer, Severity, StageKind, Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.domain.verdict import Finding
from clusterflow.reports.status import newest, title_of
from clusterflow.rules.evaluation import gates_looked_at, watched_criteria
from clusterflow.rules.judge import recall_gate
from clusterflow.store.portfolio import Life


class HeatCell(Frozen):
    """One criterion in one initiative: the answer last told, what was found and what is asked."""

    kind: StageKind
    title: str
    """By which it stands beside the same criterion of other models, whose ids may differ."""
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
            titles = _titles(stage, language)
            for finding in recall_gate(stage, answers).findings:
                here = (stage.kind, titles[finding.criterion.id])
                # Of two stages of a kind that ask the same, the earlier one tells.
                if here not in cells and (wanted is None or finding.criterion.id in wanted):
                    cells[here] = _cell(*here, finding, language)
    return HeatRow(initiative=state.initiative, name=name, answers=tuple(cells.values()))


def _titles(stage: Stage, language: Language) -> dict[str, str]:
    """The titles of a gate's criteria; where two are called the same, with what they ask."""
    named = {c.id: (title_of(c, language), c.bound.written(language)) for c in stage.gate.criteria}
    often = Counter(title for title, _ in named.values())
    return {i: title if often[title] == 1 else f"{title} ({asked})" for i, (title, asked) in named.items()}


def _cell(kind: StageKind, title: str, finding: Finding, language: Language) -> HeatCell:
    return HeatCell(
        kind=kind,
        title=title,
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
    counts = Counter((cell.kind, cell.title, cell.answer) for row in rows for cell in row.answers)
    asked = {(kind, title) for kind, title, _ in counts}
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
        if (kind, title) in asked
    )
