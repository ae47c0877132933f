"""Metrics of changes in membership: within a period, and since the award of a label."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Exists, FromClause, Select, Subquery, and_, case, or_, select, union_all

from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.membership import Membership
from clusterflow.store.metrics.evidence_rows import evidence_row
from clusterflow.store.metrics.metric import metric
from clusterflow.store.metrics.scope import Scope


@metric("member-churn")
def member_churn(scope: Scope, months: int = 12) -> Select[Any]:
    """P: members at the start of the period that are no longer members ÷ members at its start."""
    member, now = scope.current(Membership, on=scope.ago(months=months)), scope.latest(Membership)
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        on=case((scope.in_force(now), member.c.valid_from), else_=now.c.valid_to),
        part=case((scope.in_force(now), 0), else_=1),
        also=(now,),
    ).join_from(member, now, and_(now.c.initiative == member.c.initiative, now.c.organisation == member.c.organisation))


@metric("retained-members")
def retained_members(scope: Scope, label: str) -> Select[Any]:
    """HUNN (2016): members on the day of the award that are still members ÷ all members now."""
    member, award = scope.current(Membership), _award(scope, label)
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        part=case((belonged(scope, award, member), 1), else_=0),
        also=(award,),
    ).join_from(member, award, award.c.initiative == member.c.initiative)


@metric("member-changes")
def member_changes(scope: Scope, label: str) -> Select[Any]:
    """HUNN (older call): (joins + leaves) since the award of the label ÷ members on that day.

    The member lists of the two days are compared. An organisation that joined and left in between counts in neither.
    """
    joined, award = scope.current(Membership), _award(scope, label)
    joins = (
        evidence_row(joined, Membership, what=joined.c.organisation, part=1, whole=0, also=(award,))
        .join_from(joined, award, award.c.initiative == joined.c.initiative)
        .where(~belonged(scope, award, joined))
    )
    named, awarded = scope.latest(Membership), _award(scope, label)
    still = scope.in_force(named)
    leaves = (
        evidence_row(
            named,
            Membership,
            what=named.c.organisation,
            on=case((still, named.c.valid_from), else_=named.c.valid_to),
            part=case((still, 0), else_=1),
            also=(awarded,),
        )
        .join_from(named, awarded, awarded.c.initiative == named.c.initiative)
        .where(belonged(scope, awarded, named))
    )
    return select(union_all(joins, leaves).subquery())


def _award(scope: Scope, label: str) -> Subquery:
    """Select the label in force, from the day of its last award."""
    held = scope.current(Label)
    return select(held).where(held.c.name == label).subquery()


def belonged(scope: Scope, award: FromClause, member: Subquery) -> Exists:
    """Whether the organisation of a membership was a member on the day of the award."""
    then, later, day = scope.happened(Membership), scope.happened(Membership), award.c.valid_from
    overtaken = (
        select(later.c.entry)
        .where(
            later.c.initiative == then.c.initiative,
            later.c.organisation == then.c.organisation,
            later.c.valid_from > then.c.valid_from,
            later.c.valid_from <= day,
        )
        .correlate(then, award)
        .exists()
    )
    return (
        select(then.c.entry)
        .where(
            then.c.initiative == member.c.initiative,
            then.c.organisation == member.c.organisation,
            then.c.valid_from <= day,
            or_(then.c.valid_to.is_(None), then.c.valid_to >= day),
            ~overtaken,
        )
        .correlate(member, award)
        .exists()
    )
