"""Occasions of meetings: silent committees, low attendance, changed delegates, absent firms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from clusterflow.domain.records.governance import Attendance, Body, Meeting
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.parties import Organisation, Person
from clusterflow.domain.terms import BodyKind, HelixKind
from clusterflow.store.metrics.evidence_rows import ABSENT, presence
from clusterflow.store.query_scope import Scope
from clusterflow.store.reminder_occasions.occasion import in_window, occasion, rule_number


@occasion("committee.silent")
def committee_silent(scope: Scope) -> Select[Any]:
    """Select committees with the day of their last meeting. A committee that never met counts from the day it was
    formed.

    It is known that a committee never met only if the initiative has recorded another meeting since.
    """
    meeting, house, later = scope.latest(Meeting), scope.current(Body), scope.latest(Meeting)
    met = (
        select(
            meeting.c.initiative,
            meeting.c.body.label("subject"),
            meeting.c.valid_from.label("reference"),
            meeting.c.body,
        )
        .join_from(meeting, house, and_(house.c.initiative == meeting.c.initiative, house.c.id == meeting.c.body))
        .where(
            in_window(meeting.c.valid_from),
            house.c.kind == BodyKind.COMMITTEE.value,
            ~_any(
                later,
                later.c.initiative == meeting.c.initiative,
                later.c.body == meeting.c.body,
                later.c.valid_from > meeting.c.valid_from,
            ),
        )
    )
    begun, earlier, still = scope.happened(Body), scope.happened(Body), scope.current(Body)
    mine, others = scope.latest(Meeting), scope.latest(Meeting)
    formed = (
        select(begun.c.initiative, begun.c.id, begun.c.valid_from, begun.c.id)
        .join_from(begun, still, and_(still.c.initiative == begun.c.initiative, still.c.id == begun.c.id))
        .where(
            in_window(begun.c.valid_from),
            still.c.kind == BodyKind.COMMITTEE.value,
            ~_any(
                earlier,
                earlier.c.initiative == begun.c.initiative,
                earlier.c.id == begun.c.id,
                earlier.c.valid_from < begun.c.valid_from,
            ),
            ~_any(mine, mine.c.initiative == begun.c.initiative, mine.c.body == begun.c.id),
            _any(others, others.c.initiative == begun.c.initiative, others.c.valid_from >= begun.c.valid_from),
        )
    )
    return select(union_all(met, formed).subquery())


@occasion("attendance.low")
def attendance_low(scope: Scope) -> Select[Any]:
    """Select the meetings with low attendance that follow another one with low attendance. Unknown attendance counts as
    present.
    """
    pair = _pairs(scope)

    def counted(meeting: ColumnElement[str], count: Callable[[Subquery], ColumnElement[Any]]) -> ColumnElement[Any]:
        came = scope.latest(Attendance)
        mine = (came.c.initiative == pair.c.initiative, came.c.meeting == meeting, came.c.invited)
        return select(func.sum(count(came))).where(*mine).correlate(pair).scalar_subquery()

    low = [counted(m, lambda a: _came(a) * 100 - rule_number("percent")) < 0 for m in (pair.c.meeting, pair.c.before)]
    return select(
        pair.c.initiative,
        pair.c.body.label("subject"),
        pair.c.valid_from.label("reference"),
        pair.c.body,
        counted(pair.c.meeting, _came).label("came"),
        counted(pair.c.meeting, lambda a: literal(1)).label("invited"),
        counted(pair.c.before, _came).label("came_before"),
        counted(pair.c.before, lambda a: literal(1)).label("invited_before"),
    ).where(*low)


@occasion("delegate.changed")
def delegate_changed(scope: Scope) -> Select[Any]:
    """Select the organisations that sent another person than to the meeting before."""
    pair = _pairs(scope)
    now, was, before, stayed, still = (scope.happened(Attendance) for _ in range(5))

    def came(rows: Subquery, pairs: FromClause, meeting: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(rows.c.initiative == pairs.c.initiative, rows.c.meeting == meeting, rows.c.present)

    # Most delegates are the same. They are filtered out first, by the key of their attendance.
    same = _any(was, came(was, pair, pair.c.before), was.c.person == now.c.person)
    fresh = (
        select(
            pair.c.initiative,
            pair.c.body,
            pair.c.meeting,
            pair.c.before,
            pair.c.valid_from,
            now.c.organisation,
            func.max(now.c.person).label("person"),
        )
        .join_from(pair, now, came(now, pair, pair.c.meeting))
        .where(~same)
        .group_by(pair.c.initiative, pair.c.body, pair.c.meeting, pair.c.before, pair.c.valid_from, now.c.organisation)
        .cte("fresh")
        .prefix_with("MATERIALIZED")
    )
    unchanged = _any(
        stayed,
        came(stayed, fresh, fresh.c.before),
        stayed.c.organisation == fresh.c.organisation,
        _any(still, came(still, fresh, fresh.c.meeting), still.c.person == stayed.c.person),
    )
    changed = (
        select(
            fresh.c.initiative,
            fresh.c.body,
            fresh.c.valid_from,
            fresh.c.organisation,
            fresh.c.person.label("now"),
            select(func.max(before.c.person))
            .where(came(before, fresh, fresh.c.before), before.c.organisation == fresh.c.organisation)
            .correlate(fresh)
            .scalar_subquery()
            .label("before"),
        )
        .where(~unchanged)
        .subquery()
    )
    who, whom = scope.current(Person), scope.current(Person)
    return (
        select(
            changed.c.initiative,
            (changed.c.body + "/" + changed.c.organisation).label("subject"),
            changed.c.valid_from.label("reference"),
            changed.c.body,
            changed.c.organisation,
            func.coalesce(who.c.name, changed.c.now).label("now"),
            func.coalesce(whom.c.name, changed.c.before).label("before"),
        )
        .join_from(changed, who, who.c.id == changed.c.now, isouter=True)
        .join(whom, whom.c.id == changed.c.before, isouter=True)
        .where(changed.c.before.is_not(None))
    )


@occasion("member.absent")
def member_absent(scope: Scope) -> Select[Any]:
    """Select the member companies at their third absence in a row, over all meetings to which they were invited.

    The days show whether they attended the meeting before these three, or were not invited to one. A fourth absence is
    not reported again.
    """
    meeting, firm, member = scope.latest(Meeting), scope.current(Organisation), scope.current(Membership)
    missed, other, ever = scope.happened(Attendance), scope.happened(Attendance), scope.happened(Attendance)
    somebody = _any(
        other,
        other.c.initiative == missed.c.initiative,
        other.c.meeting == missed.c.meeting,
        other.c.organisation == missed.c.organisation,
        other.c.present.is_not(False),
    )
    # Most companies have fewer absences. They are filtered out first, before their meetings are put in order.
    often = (
        select(func.count(ever.c.meeting.distinct()))
        .where(
            ever.c.initiative == missed.c.initiative,
            ever.c.organisation == missed.c.organisation,
            ever.c.present.is_(False),
        )
        .correlate(missed)
        .scalar_subquery()
    )
    last = (
        select(missed.c.initiative, missed.c.organisation, meeting.c.id.label("meeting"), meeting.c.valid_from)
        .join_from(meeting, missed, and_(missed.c.initiative == meeting.c.initiative, missed.c.meeting == meeting.c.id))
        .where(
            in_window(meeting.c.valid_from),
            missed.c.invited,
            missed.c.present.is_(False),
            often >= rule_number("meetings"),
            ~somebody,
        )
        .distinct()
        .subquery()
    )
    held, came = scope.latest(Meeting), scope.happened(Attendance)
    of_last = (last.c.initiative, last.c.organisation, last.c.meeting, last.c.valid_from)
    placed = (
        select(
            *of_last,
            func.max(presence(came.c.present)).label("came"),
            func.row_number()
            .over(partition_by=of_last, order_by=(held.c.valid_from.desc(), held.c.id.desc()))
            .label("place"),
        )
        .join_from(last, came, and_(came.c.initiative == last.c.initiative, came.c.organisation == last.c.organisation))
        .join(held, and_(held.c.initiative == came.c.initiative, held.c.id == came.c.meeting))
        .where(
            came.c.invited,
            or_(
                held.c.valid_from < last.c.valid_from,
                and_(held.c.valid_from == last.c.valid_from, held.c.id <= last.c.meeting),
            ),
        )
        .group_by(*of_last, held.c.id, held.c.valid_from)
        .subquery()
    )
    absent, run = placed.c.came == ABSENT, rule_number("meetings")

    def absences(places: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((and_(places, absent), 1), else_=0))

    # Few companies have so many absences, so membership is checked only for them.
    away = (
        select(placed.c.initiative, placed.c.organisation, placed.c.valid_from)
        .group_by(placed.c.initiative, placed.c.organisation, placed.c.meeting, placed.c.valid_from)
        .having(and_(absences(placed.c.place <= run) == run, absences(placed.c.place == run + 1) == 0))
        .cte("away")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(
            away.c.initiative,
            away.c.organisation.label("subject"),
            away.c.valid_from.label("reference"),
            away.c.organisation,
        )
        .join(member, and_(member.c.initiative == away.c.initiative, member.c.organisation == away.c.organisation))
        .join(firm, firm.c.id == away.c.organisation)
        .where(firm.c.helix == HelixKind.COMPANY.value)
    )


def _pairs(scope: Scope) -> CTE:
    """Select the meetings in the range of days, each with the previous meeting of its body as ``before``."""
    # Of a meeting that was moved, both days are considered, except those of the meeting itself.
    meeting, earlier = scope.latest(Meeting), scope.happened(Meeting)
    before = (
        select(earlier.c.id)
        .where(
            earlier.c.initiative == meeting.c.initiative,
            earlier.c.body == meeting.c.body,
            earlier.c.valid_from < meeting.c.valid_from,
            earlier.c.id != meeting.c.id,
        )
        .order_by(earlier.c.valid_from.desc(), earlier.c.id.desc())
        .limit(1)
        .correlate(meeting)
        .scalar_subquery()
    )
    return (
        select(
            meeting.c.initiative,
            meeting.c.body,
            meeting.c.id.label("meeting"),
            meeting.c.valid_from,
            before.label("before"),
        )
        .where(in_window(meeting.c.valid_from))
        .cte("pair")
        # Otherwise SQLite flattens the subquery and first builds an index over all attendance.
        .prefix_with("MATERIALIZED")
    )


def _came(attendance: Subquery) -> ColumnElement[Any]:
    return case((attendance.c.present.is_not(False), 1), else_=0)


def _any(rows: Subquery, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(rows.c.initiative).where(*where))
