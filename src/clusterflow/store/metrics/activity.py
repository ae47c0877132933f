"""What else it does and has: training, learning sessions, links, labels, and what somebody states."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select

from clusterflow.model.records.activity import Label, LearningSession, Link, Observation, Training
from clusterflow.model.words import LabelLevel
from clusterflow.store.metrics.metric import metric
from clusterflow.store.metrics.rows import PERHAPS, PRESENT, UNKNOWN, evidence_row, presence, word, yes_no
from clusterflow.store.metrics.scope import Scope


@metric("training-held")
def training_held(scope: Scope, months: int = 12) -> Select[Any]:
    """Seed 2: trainings held ÷ trainings planned for the last months. Without a day on which it was held it was not."""
    training = scope.latest(Training)
    held = and_(training.c.held.is_not(None), training.c.held <= scope.as_of)
    return evidence_row(training, Training, what=training.c.id, on=training.c.planned, part=yes_no(held)).where(
        training.c.planned <= scope.as_of, training.c.planned > scope.ago(months=months)
    )


@metric("learning-sessions")
def learning_sessions(scope: Scope) -> Select[Any]:
    """Seed 1: sessions of the community of practice in which somebody of the initiative took part."""
    session = scope.latest(LearningSession)
    taken = (
        select(
            session.c.initiative,
            session.c.id,
            func.max(presence(session.c.present)).label("came"),
            func.max(session.c.entry).label("entry"),
            func.max(session.c.valid_from).label("valid_from"),
            func.max(session.c.entered_at).label("entered_at"),
        )
        .group_by(session.c.initiative, session.c.id)
        .subquery()
    )
    came = case((taken.c.came == PRESENT, 1), (taken.c.came == PERHAPS, UNKNOWN), else_=0)
    return evidence_row(taken, LearningSession, what=taken.c.id, part=came)


@metric("links")
def links(scope: Scope, direction: str) -> Select[Any]:
    """Seed 1: links in force, inside (between members) or outside (other clusters, markets)."""
    link = scope.latest(Link)
    ours = and_(link.c.direction == direction, scope.in_force(link))
    return evidence_row(link, Link, what=link.c.with_whom, part=yes_no(ours))


@metric("label-valid")
def label_valid(scope: Scope, level: str = LabelLevel.BRONZE.value) -> Select[Any]:
    """CATREQ: a label of cluster excellence of the level or a better one is valid on the day."""
    levels = [one.value for one in LabelLevel]
    label = scope.latest(Label)
    enough = label.c.level.in_(levels[levels.index(word(LabelLevel, level)) :])
    return evidence_row(
        label, Label, what=label.c.name, part=yes_no(and_(enough, scope.in_force(label))), most=None
    )  # fmt: skip


@metric("stated")
def stated(scope: Scope, metric: str) -> Select[Any]:
    """A number that somebody states, the latest under its name: common challenges named, and the like."""
    figure = scope.latest(Observation)
    return evidence_row(
        figure, Observation, what=figure.c.metric, part=figure.c.numerator, whole=figure.c.denominator, most=None
    ).where(figure.c.metric == metric)


@metric("stated-share")
def stated_share(scope: Scope, metric: str) -> Select[Any]:
    """A share that somebody states, the latest under its name: AEIFAQ's share of the sector, and the like."""
    return stated(scope, metric)
