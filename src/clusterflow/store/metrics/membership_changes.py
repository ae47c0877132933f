"""Metrics of changes in membership: within a period, and since the award of a label."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Exists, FromClause, Select, Subquery, and_, case, or_, select

from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.membership import Membership
from clusterflow.store.metrics.evidence_rows import evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope, days_between


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
    ).join_from(member, now, and_(now.c.initiative == member.c.initiative, now.c.organisation == member.c.organisation))


@metric("retained-members")
def retained_members(scope: Scope, label: str) -> Select[Any]:
    """HUNN (2016): members on the day of the award that are still members ÷ all members now."""
    member = _since_award(scope, label)
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        part=member.c.retained,
    ).where(member.c.current == 1)


@metric("member-changes")
def member_changes(scope: Scope, label: str) -> Select[Any]:
    """HUNN (older call): (joins + leaves) since the award of the label ÷ members on that day.

    Every join and every leave counts, also those of an organisation that joined and left in between. A change of the
    membership's terms is neither.
    """
    member = _since_award(scope, label)
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        on=case((member.c.left == 1, member.c.valid_to), else_=member.c.valid_from),
        part=member.c.joined + member.c.left,
        whole=member.c.named,
    ).where(or_(member.c.named == 1, member.c.joined == 1, member.c.left == 1))


@lru_cache(maxsize=64)
def _since_award(scope: Scope, label: str) -> Subquery:
    """Select each membership, and whether it is current, retained since the award of the label, named at it, and
    whether it began and ended after it. It is the same object for every metric, as ``members`` is.
    """
    award = _award(scope, label)
    member, earlier, day = scope.in_order(Membership), scope.happened(Membership), award.c.valid_from
    # The day after a last day is the first day of a membership that continues.
    continues_one = (
        select(earlier.c.entry)
        .where(
            earlier.c.initiative == member.c.initiative,
            earlier.c.organisation == member.c.organisation,
            earlier.c.valid_from < member.c.valid_from,
            or_(earlier.c.valid_to.is_(None), days_between(earlier.c.valid_to, member.c.valid_from) <= 1),
        )
        .correlate(member)
        .exists()
    )
    is_continued = days_between(member.c.valid_to, member.c.replaced_on) <= 1
    left = and_(member.c.valid_to >= day, member.c.valid_to < scope.as_of)
    held = or_(member.c.valid_to.is_(None), member.c.valid_to >= day)
    after, ended, replaced = member.c.valid_from > day, member.c.valid_to < scope.as_of, member.c.replaced_on
    # The choices are made in this order, so that other memberships are looked up only where they matter.
    query = select(
        member.c.initiative,
        member.c.entry,
        member.c.organisation,
        member.c.valid_from,
        member.c.valid_to,
        case((ended, 0), (replaced <= scope.as_of, 0), else_=1).label("current"),
        case((ended, 0), (replaced <= scope.as_of, 0), (~after, 1), (belonged(scope, award, member), 1), else_=0).label(
            "retained"
        ),
        case((~after, 0), (continues_one, 0), else_=1).label("joined"),
        case((left, case((is_continued, 0), else_=1)), else_=0).label("left"),
        case((after, 0), (replaced <= day, 0), (held, 1), else_=0).label("named"),
    ).join_from(award, member, award.c.initiative == member.c.initiative)
    return query.offset(0).subquery()  # with the offset SQLite computes each column once


def _award(scope: Scope, label: str) -> Subquery:
    """Select the label in force that has a name, or that was awarded by a rulebook; the last award if there are two."""
    held, later = scope.current(Label), scope.current(Label)
    overtaken = select(later.c.entry).where(
        later.c.initiative == held.c.initiative,
        _is_called(later, label),
        or_(
            later.c.valid_from > held.c.valid_from,
            and_(later.c.valid_from == held.c.valid_from, later.c.entry > held.c.entry),
        ),
    )
    # With the offset SQLite selects the awards first; otherwise it looks them up for each membership.
    return select(held).where(_is_called(held, label), ~overtaken.exists()).offset(0).subquery()


def _is_called(held: FromClause, label: str) -> ColumnElement[bool]:
    return or_(held.c.name == label, held.c.rulebook == label)


def belonged(scope: Scope, award: FromClause, member: Subquery) -> Exists:
    """Whether the organisation of a membership was a member on the day of the award."""
    then, day = scope.in_order(Membership), award.c.valid_from
    return (
        select(then.c.entry)
        .where(
            then.c.initiative == member.c.initiative,
            then.c.organisation == member.c.organisation,
            then.c.valid_from <= day,
            or_(then.c.valid_to.is_(None), then.c.valid_to >= day),
            or_(then.c.replaced_on.is_(None), then.c.replaced_on > day),
        )
        .correlate(member, award)
        .exists()
    )
