"""Metrics of time: days in a stage, and the age of the initiative."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, literal, select

from clusterflow.domain.records.parties import Initiative
from clusterflow.store.metrics.evidence_rows import evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope, days_between, months_between


@metric("stage-time")
def stage_time(scope: Scope, stage: str) -> Select[Any]:
    """P: days in the stage ÷ days allowed; unknown if the initiative is not in the stage."""
    visit = scope.visits()
    stay = select(visit, literal(0).label("entry")).where(visit.c.stage == stage).subquery()
    return evidence_row(
        stay,
        "stage-visit",
        what=stay.c.stage,
        on=stay.c.entered_on,
        part=days_between(stay.c.entered_on, scope.as_of),
        whole=days_between(stay.c.entered_on, stay.c.due_on),
        most=None,
    )


@metric("years-since-start")
def years_since_start(scope: Scope) -> Select[Any]:
    """KKK: years since the first day of the initiative."""
    initiative, begun = scope.described(), scope.happened(Initiative)
    first = (
        select(begun.c.id, func.min(begun.c.valid_from).label("valid_from")).group_by(begun.c.id).subquery()
    )  # fmt: skip
    return evidence_row(
        initiative,
        Initiative,
        what=initiative.c.name,
        on=first.c.valid_from,
        part=months_between(first.c.valid_from, scope.as_of) / 12.0,
        most=None,
    ).join_from(initiative, first, first.c.id == initiative.c.initiative)
