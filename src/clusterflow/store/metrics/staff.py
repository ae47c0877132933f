"""Metrics of the management: the manager, the size of the staff, and the employers of the staff."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Float, Select, Subquery, and_, case, cast, select, union_all

from clusterflow.domain.records.governance import Seat
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.money import Staff
from clusterflow.domain.records.parties import Representation
from clusterflow.domain.terms import SeatRole
from clusterflow.store.metrics.evidence_rows import (
    UNKNOWN,
    as_yes_no,
    evidence_row,
    has_entries,
    initiatives_with_entries,
)
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope


@metric("manager-appointed")
def manager_appointed(scope: Scope) -> Select[Any]:
    """Seed 1: somebody has a manager's seat or works as manager."""
    seat, staff = scope.latest(Seat), scope.latest(Staff)
    seated = evidence_row(seat, Seat, what=seat.c.person, part=as_yes_no(scope.in_force(seat)), most=None).where(
        seat.c.role == SeatRole.MANAGER.value
    )
    paid = evidence_row(
        staff, Staff, what=staff.c.person, part=as_yes_no(and_(staff.c.manager, scope.in_force(staff))), most=None
    )
    return select(union_all(seated, paid).subquery())


@lru_cache(maxsize=16)
def _staff(scope: Scope) -> Subquery:
    """Return the current and former staff, the same object for every metric: so one statement can sum several."""
    return scope.latest(Staff)


@metric("manager-full-time")
def manager_full_time(scope: Scope) -> Select[Any]:
    """CATREQ: a manager works full time."""
    staff = _staff(scope)
    full = and_(staff.c.manager, staff.c.fte >= 1, scope.in_force(staff))
    return evidence_row(staff, Staff, what=staff.c.person, part=as_yes_no(full), most=None)


@metric("management-fte")
def management_fte(scope: Scope) -> Select[Any]:
    """ECCP: full-time equivalents of the management's staff."""
    staff = _staff(scope)
    return evidence_row(
        staff, Staff, what=staff.c.person, part=case((scope.in_force(staff), staff.c.fte), else_=0), most=None
    )


@metric("fte-per-100-members")
def fte_per_100_members(scope: Scope) -> Select[Any]:
    """FR12: full-time equivalents of staff × 100 ÷ members (the mean of the French pôles in 2012: 5.9)."""
    staff, member = scope.latest(Staff), scope.current(Membership)
    recorded = initiatives_with_entries(scope.latest(Staff))
    equivalents = evidence_row(
        staff,
        Staff,
        what=staff.c.person,
        part=cast(case((scope.in_force(staff), staff.c.fte * 100), else_=0), Float),
        whole=0,
        most=None,
    )
    heads = evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        # If an initiative has not recorded its staff, the number has no upper limit.
        part=case((has_entries(recorded), 0), else_=UNKNOWN),
        most=None,
    ).join_from(member, recorded, recorded.c.initiative == member.c.initiative, isouter=True)
    return select(union_all(equivalents, heads).subquery())


@metric("host-staff-share")
def host_staff_share(scope: Scope) -> Select[Any]:
    """CCB: staff of the host organisation ÷ staff. It is unknown if the host is not recorded."""
    staff, initiative, voice = scope.current(Staff), scope.described(), scope.current(Representation)
    of_host = (
        select(initiative.c.initiative, voice.c.person)
        .join_from(initiative, voice, voice.c.organisation == initiative.c.host)
        .subquery()
    )
    return (
        evidence_row(
            staff,
            Staff,
            what=staff.c.person,
            part=case((initiative.c.host.is_(None), UNKNOWN), (of_host.c.person.is_not(None), 1), else_=0),
        )
        .join_from(staff, initiative, initiative.c.initiative == staff.c.initiative, isouter=True)
        .join(
            of_host,
            and_(of_host.c.initiative == staff.c.initiative, of_host.c.person == staff.c.person),
            isouter=True,
        )
    )
