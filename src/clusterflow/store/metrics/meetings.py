"""Metrics of meetings: attendance, turnover of people, and activity of committees."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Subquery, and_, case, exists, func, select

from clusterflow.domain.records.governance import Attendance, Body, Meeting
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.strategy import Objective
from clusterflow.domain.terms import BodyKind, HelixKind
from clusterflow.store.metrics.evidence_rows import (
    PRESENT,
    UNCERTAIN,
    UNKNOWN,
    as_yes_no,
    attendance_answer,
    evidence_row,
    has_entries,
    initiatives_with_entries,
    presence,
)
from clusterflow.store.metrics.register import metric
from clusterflow.store.metrics.shared_queries import (
    attendance_by_organisation,
    is_attendance_of,
    maybe_company,
    meetings,
    members,
)
from clusterflow.store.query_scope import Scope, days_between

BEFORE = 3
"""How many meetings before the last one decide who is new (DOMAIN.md, 28)."""


@metric("attendance")
def attendance(scope: Scope, months: int = 12, body: str | None = None) -> Select[Any]:
    """P: present ÷ invited at the meetings of the last months, of all bodies or of one kind."""
    # The meetings of the period are few in comparison with all recorded attendance, so the join starts from them.
    came, meeting = scope.over_all_initiatives.latest(Attendance), meetings(scope, body, scope.ago(months=months))
    return (
        evidence_row(
            came,
            Attendance,
            what=came.c.person,
            on=meeting.c.valid_from,
            part=as_yes_no(came.c.present),
            by={"body": meeting.c.body},
        )
        .join_from(meeting, came, is_attendance_of(came, meeting))
        .where(came.c.invited)
    )


@metric("person-turnover")
def person_turnover(scope: Scope, body: str = BodyKind.COMMITTEE.value) -> Select[Any]:
    """Seed 1: 1 − (present at the last meeting and at one of the three before ÷ present at the last), over all bodies.

    A meeting counts if at least one attendance is recorded. A body with fewer than two such meetings does not count.
    """
    return _turnover(scope, "person", body)


@metric("organisation-turnover")
def organisation_turnover(scope: Scope, body: str = BodyKind.COMMITTEE.value) -> Select[Any]:
    """P: the same by organisation. It distinguishes a new delegate from a lost firm."""
    return _turnover(scope, "organisation", body)


def _turnover(scope: Scope, who: str, body: str) -> Select[Any]:
    meeting, attendance = _last_meetings(scope, body), scope.over_all_initiatives.latest(Attendance)
    of_who = (meeting.c.initiative, meeting.c.body, attendance.c[who])
    last, before = meeting.c.place == 1, meeting.c.place > 1
    came = presence(attendance.c.present)
    judged = (
        select(
            meeting.c.initiative,
            meeting.c.body,
            attendance.c[who].label("who"),
            func.max(case((last, came))).label("came"),
            func.max(case((before, came))).label("before"),
            func.max(case((last, attendance.c.entry))).label("entry"),
            func.max(case((last, meeting.c.valid_from))).label("valid_from"),
        )
        .join_from(meeting, attendance, is_attendance_of(attendance, meeting))
        .group_by(*of_who)
        .subquery()
    )
    new = case((judged.c.before == PRESENT, 0), (judged.c.before == UNCERTAIN, UNKNOWN), else_=1)
    return evidence_row(
        judged,
        Attendance,
        what=judged.c.who,
        part=case((judged.c.came == UNCERTAIN, UNKNOWN), else_=new),
        by={"body": judged.c.body},
    ).where(judged.c.came >= UNCERTAIN)


def _last_meetings(scope: Scope, body: str) -> Subquery:
    """Select the last meetings of each standing body with recorded attendance, and their ``place``: 1 is the last.

    It uses window functions: with a self-join SQLite would compare every meeting of the portfolio with every other.
    """
    meeting, attendance = meetings(scope, body, standing=True), scope.over_all_initiatives.latest(Attendance)
    of_body = (meeting.c.initiative, meeting.c.body)
    # Two meetings on one day are ordered by their ids, so that the order is stable.
    latest_first = (meeting.c.valid_from.desc(), meeting.c.meeting.desc())
    placed = (
        select(
            meeting,
            func.row_number().over(partition_by=of_body, order_by=latest_first).label("place"),
            func.count().over(partition_by=of_body).label("number"),
        )
        .where(exists().where(is_attendance_of(attendance, meeting), attendance.c.present))
        .subquery()
    )
    return select(placed).where(placed.c.place <= 1 + BEFORE, placed.c.number > 1).subquery()


@metric("committee-participation")
def committee_participation(scope: Scope, months: int = 12) -> Select[Any]:
    """Seed 1: member companies present at a committee meeting in the last months ÷ member companies.

    Absence is known only if attendance at a committee was recorded in that time.
    """
    member = members(scope)
    sessions = meetings(scope, BodyKind.COMMITTEE.value, after=scope.ago(months=months))
    # It is used twice and computed once.
    came = attendance_by_organisation(scope, sessions).cte("best")
    recorded = initiatives_with_entries(came)
    company = member.c.helix == HelixKind.COMPANY.value
    return (
        evidence_row(
            member,
            Membership,
            what=member.c.organisation,
            part=case((company, attendance_answer(came.c.came, recorded)), else_=UNKNOWN),
        )
        .join_from(
            member,
            came,
            and_(came.c.initiative == member.c.initiative, came.c.organisation == member.c.organisation),
            isouter=True,
        )
        .join(recorded, recorded.c.initiative == member.c.initiative, isouter=True)
        .where(member.c.in_force, maybe_company(member))
    )


@metric("committee-silence")
def committee_silence(scope: Scope) -> Select[Any]:
    """P: days since a committee last met; the maximum of all committees.

    A committee that never met counts from the day it was formed, if the initiative has recorded another meeting since
    then. Otherwise the value is unknown, with the age of the committee as upper limit.
    """
    house, meeting = scope.current(Body), scope.latest(Meeting)
    last = (
        select(
            meeting.c.initiative,
            meeting.c.body,
            func.max(meeting.c.valid_from).label("valid_from"),
        )
        .group_by(meeting.c.initiative, meeting.c.body)
        .subquery()
    )
    any_body = scope.latest(Meeting)
    latest = (
        select(any_body.c.initiative, func.max(any_body.c.valid_from).label("valid_from"))
        .group_by(any_body.c.initiative)
        .subquery()
    )
    begun = scope.happened(Body)
    formed = (
        select(begun.c.initiative, begun.c.id, func.min(begun.c.valid_from).label("valid_from"))
        .group_by(begun.c.initiative, begun.c.id)
        .subquery()
    )
    age = days_between(formed.c.valid_from, scope.as_of)
    return (
        evidence_row(
            house,
            Body,
            what=house.c.id,
            on=func.coalesce(last.c.valid_from, formed.c.valid_from),
            part=case(
                (last.c.valid_from.is_not(None), days_between(last.c.valid_from, scope.as_of)),
                (latest.c.valid_from >= formed.c.valid_from, age),
                else_=UNKNOWN,
            ),
            most=age,
        )
        .join_from(house, formed, and_(formed.c.initiative == house.c.initiative, formed.c.id == house.c.id))
        .join(last, and_(last.c.initiative == house.c.initiative, last.c.body == house.c.id), isouter=True)
        .join(latest, latest.c.initiative == house.c.initiative, isouter=True)
        .where(house.c.kind == BodyKind.COMMITTEE.value)
    )


@metric("committee-focus")
def committee_focus(scope: Scope, months: int = 12) -> Select[Any]:
    """Seed 1: committee meetings that worked on a strategic objective ÷ committee meetings.

    The objective is that of the meeting: a committee that has one may still meet about something else. A meeting
    counts as not tied only if the initiative has recorded objectives.
    """
    meeting, house, objectives = (
        scope.latest(Meeting),
        scope.latest(Body),
        initiatives_with_entries(scope.latest(Objective)),
    )
    tied = meeting.c.objective.is_not(None)
    return (
        evidence_row(
            meeting,
            Meeting,
            what=meeting.c.id,
            part=case((tied, 1), (has_entries(objectives), 0), else_=UNKNOWN),
        )
        .join_from(meeting, house, and_(house.c.initiative == meeting.c.initiative, house.c.id == meeting.c.body))
        .join(objectives, objectives.c.initiative == meeting.c.initiative, isouter=True)
        .where(house.c.kind == BodyKind.COMMITTEE.value, meeting.c.valid_from > scope.ago(months=months))
    )
