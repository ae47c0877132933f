"""Occasions of membership: members that joined or left, founding documents, and the managers' learning sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, or_, select

from clusterflow.domain.records.governance import Document
from clusterflow.domain.records.learning import LearningEnrolment, LearningSeries, LearningSession
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.terms import DocumentKind
from clusterflow.store.query_scope import Scope, day_after
from clusterflow.store.reminder_occasions.occasion import in_window, occasion

FOUNDING = (DocumentKind.PURPOSE_STATEMENT, DocumentKind.CHARTER, DocumentKind.STATUTES)


@occasion("member.joined")
def member_joined(scope: Scope) -> Select[Any]:
    """Select memberships by their first day. A membership that follows another without a gap is not a new one."""
    member, earlier = scope.happened(Membership), scope.happened(Membership)
    belonged = exists(
        select(earlier.c.initiative).where(
            earlier.c.initiative == member.c.initiative,
            earlier.c.organisation == member.c.organisation,
            earlier.c.valid_from < member.c.valid_from,
            or_(earlier.c.valid_to.is_(None), day_after(earlier.c.valid_to) >= member.c.valid_from),
        )
    )
    return select(
        member.c.initiative,
        member.c.organisation.label("subject"),
        member.c.valid_from.label("reference"),
        member.c.organisation,
        member.c.tier,
    ).where(in_window(member.c.valid_from), ~belonged)


@occasion("member.left")
def member_left(scope: Scope) -> Select[Any]:
    member = scope.latest(Membership)
    return select(
        member.c.initiative,
        member.c.organisation.label("subject"),
        member.c.valid_to.label("reference"),
        member.c.organisation,
        member.c.tier,
    ).where(in_window(member.c.valid_to), member.c.valid_to < scope.as_of)


@occasion("document.changed")
def document_changed(scope: Scope) -> Select[Any]:
    document = scope.happened(Document)
    return select(
        document.c.initiative,
        document.c.id.label("subject"),
        document.c.valid_from.label("reference"),
        document.c.title,
        document.c.kind,
        document.c.address,
    ).where(in_window(document.c.valid_from), document.c.kind.in_([kind.value for kind in FOUNDING]))


@occasion("learning.session")
def learning_session(scope: Scope) -> Select[Any]:
    """Select future sessions of the series in which managers are enrolled, without cancelled ones."""
    session, enrolment = scope.latest(LearningSession), scope.current(LearningEnrolment)
    series = scope.current(LearningSeries)
    return (
        select(
            enrolment.c.initiative,
            (session.c.id + "/" + enrolment.c.person).label("subject"),
            session.c.planned.label("reference"),
            enrolment.c.person,
            session.c.topic,
            session.c.time,
            session.c.place,
            series.c.title.label("series"),
        )
        .join_from(session, enrolment, enrolment.c.series == session.c.series)
        .join(series, series.c.id == session.c.series)
        .where(
            in_window(session.c.planned),
            session.c.held.is_(None),
            or_(session.c.valid_to.is_(None), session.c.valid_to >= session.c.planned),
        )
    )
