"""Metrics of the strategy: horizon, objectives, reviews, actions, joint projects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from clusterflow.domain.records.strategy import Action, Objective, Project, Reading, Strategy, StrategyReview
from clusterflow.domain.terms import ActionState
from clusterflow.store.metrics.evidence_rows import (
    UNKNOWN,
    as_yes_no,
    evidence_row,
    has_entries,
    initiatives_with_entries,
)
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope, day_after, months_between


def _not_expired(scope: Scope, strategy: Subquery) -> ColumnElement[bool]:
    return and_(scope.in_force(strategy), or_(strategy.c.horizon.is_(None), strategy.c.horizon >= scope.as_of))


@metric("strategy-horizon")
def strategy_horizon(scope: Scope) -> Select[Any]:
    """CATREQ: years from the adoption of the strategy in force to its last day, both included."""
    strategy = scope.latest(Strategy)
    end = day_after(func.coalesce(strategy.c.horizon, strategy.c.valid_to))
    days = select(strategy, _adopted(scope, strategy).label("adopted"), end.label("end"))
    row = days.where(_not_expired(scope, strategy)).offset(0).subquery()  # with the offset SQLite computes them once
    years = months_between(row.c.adopted, row.c.end) / 12.0
    return evidence_row(row, Strategy, what=row.c.id, part=years, most=None)


def _adopted(scope: Scope, strategy: Subquery) -> ColumnElement[Any]:
    """Select the first day of a strategy. Later entries of the same strategy change its text, not its age."""
    begun = scope.happened(Strategy)
    return (
        select(func.min(begun.c.valid_from))
        .where(begun.c.initiative == strategy.c.initiative, begun.c.id == strategy.c.id)
        .correlate(strategy)
        .scalar_subquery()
    )


@metric("strategy-in-force")
def strategy_in_force(scope: Scope) -> Select[Any]:
    """CATREQ: a strategy was adopted and has not expired."""
    strategy = scope.latest(Strategy)
    return evidence_row(
        strategy, Strategy, what=strategy.c.id, part=as_yes_no(_not_expired(scope, strategy)), most=None
    )  # fmt: skip


@metric("strategy-review-age")
def strategy_review_age(scope: Scope) -> Select[Any]:
    """P: months since the last review of the strategy in force.

    Without a recorded review the value is unknown, with the age of the strategy as upper limit.
    """
    strategy, review = scope.latest(Strategy), scope.latest(StrategyReview)
    return (
        evidence_row(
            strategy,
            Strategy,
            what=strategy.c.id,
            on=func.coalesce(review.c.valid_from, strategy.c.valid_from),
            part=months_between(review.c.valid_from, scope.as_of),
            most=months_between(_adopted(scope, strategy), scope.as_of),
        )
        .join_from(
            strategy,
            review,
            and_(review.c.initiative == strategy.c.initiative, review.c.strategy == strategy.c.id),
            isouter=True,
        )
        .where(_not_expired(scope, strategy))
    )


@metric("objectives-measured")
def objectives_measured(scope: Scope) -> Select[Any]:
    """GB03: objectives with a baseline and a target ÷ objectives. An empty field means no."""
    objective = scope.current(Objective)
    measured = and_(objective.c.baseline.is_not(None), objective.c.target.is_not(None))
    return evidence_row(objective, Objective, what=objective.c.id, part=as_yes_no(measured))


@metric("objectives-owned")
def objectives_owned(scope: Scope) -> Select[Any]:
    """Seed 1: objectives owned by a body ÷ objectives."""
    objective = scope.current(Objective)
    return evidence_row(objective, Objective, what=objective.c.id, part=as_yes_no(objective.c.owner.is_not(None)))


@metric("objectives-read")
def objectives_read(scope: Scope, months: int = 12) -> Select[Any]:
    """Seed 1: objectives with a reading in the last months ÷ objectives; no, once any reading is recorded."""
    objective, reading = scope.current(Objective), scope.latest(Reading)
    readings = initiatives_with_entries(reading)
    fresh = reading.c.valid_from > scope.ago(months=months)
    return (
        evidence_row(
            objective,
            Objective,
            what=objective.c.id,
            part=case((fresh, 1), (has_entries(readings), 0), else_=UNKNOWN),
        )
        .join_from(
            objective,
            reading,
            and_(reading.c.initiative == objective.c.initiative, reading.c.objective == objective.c.id),
            isouter=True,
        )
        .join(readings, readings.c.initiative == objective.c.initiative, isouter=True)
    )


@metric("actions-on-time")
def actions_on_time(scope: Scope, months: int = 12) -> Select[Any]:
    """P: actions done by their due date ÷ actions due in the last months. Dropped actions do not count."""
    action = scope.latest(Action)
    done = action.c.state == ActionState.DONE.value
    return evidence_row(
        action,
        Action,
        what=action.c.id,
        on=action.c.due,
        # The action is done, but without a date: it may have been in time.
        part=case((done, as_yes_no(action.c.done_on <= action.c.due)), else_=0),
    ).where(
        action.c.state != ActionState.DROPPED.value,
        action.c.due <= scope.as_of,
        action.c.due > scope.ago(months=months),
        or_(action.c.valid_to.is_(None), action.c.valid_to >= action.c.due),
    )


@metric("joint-projects")
def joint_projects(scope: Scope, months: int = 12) -> Select[Any]:
    """CAT19: joint projects started in the last months. Older ones count as zero."""
    project, begun = scope.latest(Project), scope.happened(Project)
    started = (
        select(
            begun.c.initiative,
            begun.c.id,
            func.min(begun.c.valid_from).label("valid_from"),
        )
        .group_by(begun.c.initiative, begun.c.id)
        .subquery()
    )
    recent = started.c.valid_from > scope.ago(months=months)
    return evidence_row(
        project,
        Project,
        what=project.c.id,
        on=started.c.valid_from,
        part=as_yes_no(and_(project.c.joint, recent)),
    ).join_from(project, started, and_(started.c.initiative == project.c.initiative, started.c.id == project.c.id))
