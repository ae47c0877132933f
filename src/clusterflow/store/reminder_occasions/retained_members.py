"""Occasions of labels: too few of the members named at the award remain, or soon may."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, exists, func, or_, select, union_all

from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.membership import Membership
from clusterflow.store.metrics.membership_changes import belonged
from clusterflow.store.query_scope import Scope, day_after
from clusterflow.store.reminder_occasions.occasion import in_window, occasion, rule_number


@occasion("retained.low")
def retained_low(scope: Scope) -> Select[Any]:
    """Select labels with too few remaining members, by the day since which this is so, or since which the margin is
    missed.

    Such a day is one on which a membership began or ended, so no other days are considered.
    """
    moment = _moments(scope)
    required, margin = moment.c.retained_percent, rule_number("margin")
    retained, everybody = _counts(scope, moment, scope.as_of)
    retained_then, everybody_then = _counts(scope, moment, moment.c.day)
    retained_before, everybody_before = _counts(scope, moment, moment.c.day, before=True)
    return select(
        moment.c.initiative,
        moment.c.name.label("subject"),
        moment.c.day.label("reference"),
        required.label("asked"),
        retained.label("retained"),
        everybody.label("members"),
    ).where(
        retained_before * 100 >= (required + margin) * everybody_before,
        retained_then * 100 < (required + margin) * everybody_then,
        retained * 100 < (required + margin) * everybody,
        # If the share itself is missed, only that is reported.
        or_(margin == 0, retained * 100 >= required * everybody),
    )


def _moments(scope: Scope) -> CTE:
    """Select the days on which the members of a labelled initiative changed. ``valid_from`` is the day of the award."""
    joined, left, label = scope.happened(Membership), scope.happened(Membership), scope.current(Label)
    changed = union_all(
        select(joined.c.initiative, joined.c.valid_from.label("day")).where(in_window(joined.c.valid_from)),
        select(left.c.initiative, day_after(left.c.valid_to)).where(in_window(left.c.valid_to)),
    ).cte("fresh")
    return (
        select(changed.c.initiative, changed.c.day, label.c.name, label.c.valid_from, label.c.retained_percent)
        .join_from(changed, label, label.c.initiative == changed.c.initiative)
        .where(label.c.retained_percent.is_not(None), changed.c.day > label.c.valid_from)
        .distinct()
        .cte("pair")
        .prefix_with("MATERIALIZED")
    )


def _counts(
    scope: Scope, moment: CTE, day: ColumnElement[Any], before: bool = False
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return how many of the members named at the award belong on a day (or on the day before), and
    how many in total.
    """
    member, later = scope.happened(Membership), scope.happened(Membership)

    def begun(since: ColumnElement[Any]) -> ColumnElement[bool]:
        return since < day if before else since <= day

    still = day_after(member.c.valid_to) >= day if before else member.c.valid_to >= day
    overtaken = exists(
        select(later.c.initiative).where(
            later.c.initiative == member.c.initiative,
            later.c.organisation == member.c.organisation,
            later.c.valid_from > member.c.valid_from,
            begun(later.c.valid_from),
        )
    )
    everybody = (
        select(func.count())
        .select_from(member)
        .where(
            member.c.initiative == moment.c.initiative,
            begun(member.c.valid_from),
            or_(member.c.valid_to.is_(None), still),
            ~overtaken,
        )
        .correlate(moment)
    )
    retained = everybody.where(and_(belonged(scope, moment, member)))
    return retained.scalar_subquery(), everybody.scalar_subquery()
