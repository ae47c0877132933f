"""Metrics of training, learning sessions, links, labels, and stated figures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Subquery, and_, case, false, func, or_, select, union_all

from clusterflow.domain.records.activity import Label, Link, Observation, Training
from clusterflow.domain.records.learning import LearningAttendance, LearningEnrolment, LearningSession
from clusterflow.domain.terms import LabelLevel
from clusterflow.store.metrics.evidence_rows import (
    PRESENT,
    UNCERTAIN,
    UNKNOWN,
    as_yes_no,
    attendance_answer,
    check_word,
    evidence_row,
    initiatives_with_entries,
    presence,
)
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope


@metric("training-held")
def training_held(scope: Scope, months: int = 12) -> Select[Any]:
    """Seed 2: trainings held ÷ trainings planned for the last months, with those of the community of practice.

    A training without a day on which it was held did not take place. A learning session counts as planned for an
    initiative that enrolled somebody in its series by that day. It counts as held if it took place and somebody of the
    initiative was there.
    """
    training, session = scope.latest(Training), _sessions(scope)
    held = and_(training.c.held.is_not(None), training.c.held <= scope.as_of)
    own = evidence_row(training, Training, what=training.c.id, on=training.c.planned, part=as_yes_no(held))
    opened = initiatives_with_entries(scope.latest(LearningAttendance))
    took_place = and_(session.c.held.is_not(None), session.c.held <= scope.as_of)
    came = case((~took_place, 0), else_=attendance_answer(session.c.came, opened))
    common = evidence_row(session, LearningSession, what=session.c.id, on=session.c.planned, part=came).join(
        opened, opened.c.initiative == session.c.initiative, isouter=True
    )
    both = union_all(own, common).subquery()
    return select(both).where(both.c.on <= scope.as_of, both.c.on > scope.ago(months=months))


def _sessions(scope: Scope) -> Subquery:
    """Select the sessions of the series in which each initiative enrolled somebody, and whether one of its people
    ``came``.
    """
    enrolled, session = scope.latest(LearningEnrolment), scope.latest(LearningSession)
    attended = scope.over_all_initiatives.latest(LearningAttendance)
    noted = attended.c.session.is_not(None)
    of_session = (enrolled.c.initiative, session.c.id, session.c.planned, session.c.held)
    return (
        select(
            *of_session,
            func.max(session.c.entry).label("entry"),
            func.max(case((noted, presence(attended.c.present)))).label("came"),
        )
        .join_from(enrolled, session, session.c.series == enrolled.c.series)
        .join(
            attended,
            and_(attended.c.initiative == enrolled.c.initiative, attended.c.session == session.c.id),
            isouter=True,
        )
        .where(
            or_(session.c.valid_to.is_(None), session.c.valid_to >= session.c.planned),
            enrolled.c.valid_from <= session.c.planned,
            or_(enrolled.c.valid_to.is_(None), enrolled.c.valid_to >= session.c.planned),
        )
        .group_by(*of_session)
        .subquery()
    )


@metric("learning-sessions")
def learning_sessions(scope: Scope) -> Select[Any]:
    """Seed 1: sessions of the community of practice that somebody of the initiative attended."""
    attended = scope.latest(LearningAttendance)
    taken = (
        select(
            attended.c.initiative,
            attended.c.session,
            func.max(presence(attended.c.present)).label("came"),
            func.max(attended.c.entry).label("entry"),
            func.max(attended.c.valid_from).label("valid_from"),
        )
        .group_by(attended.c.initiative, attended.c.session)
        .subquery()
    )
    came = case((taken.c.came == PRESENT, 1), (taken.c.came == UNCERTAIN, UNKNOWN), else_=0)
    return evidence_row(taken, LearningAttendance, what=taken.c.session, part=came)


@metric("links")
def links(scope: Scope, direction: str) -> Select[Any]:
    """Seed 1: links in force, inside (between members) or outside (other clusters, markets)."""
    link = scope.latest(Link)
    ours = and_(link.c.direction == direction, scope.in_force(link))
    return evidence_row(link, Link, what=link.c.with_whom, part=as_yes_no(ours))


@metric("label-valid")
def label_valid(scope: Scope, level: str = LabelLevel.BRONZE.value) -> Select[Any]:
    """CATREQ: a label of cluster excellence of this level or a better one is valid on the day."""
    levels = [one.value for one in LabelLevel]
    label = scope.latest(Label)
    enough = func.coalesce(label.c.level.in_(levels[levels.index(check_word(LabelLevel, level)) :]), false())
    return evidence_row(
        label, Label, what=label.c.name, part=as_yes_no(and_(enough, scope.in_force(label))), most=None
    )  # fmt: skip


def _figures(scope: Scope) -> Select[Any]:
    figure = scope.latest(Observation)
    return evidence_row(
        figure, Observation, what=figure.c.metric, part=figure.c.numerator, whole=figure.c.denominator, most=None,
        by={"metric": figure.c.metric},
    )  # fmt: skip


@metric("stated", together=("metric", _figures))
def stated(scope: Scope, metric: str) -> Select[Any]:
    """The latest stated number with this name, for example the number of common challenges named."""
    rows = _figures(scope)
    return rows.where(rows.selected_columns["metric"] == metric)


@metric("stated-share", together=("metric", _figures))
def stated_share(scope: Scope, metric: str) -> Select[Any]:
    """The latest stated share with this name, for example the share of the sector (AEIFAQ)."""
    return stated(scope, metric)
