"""Occasions of trust surveys: trust fell, or too few people answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, or_, select

from clusterflow.domain.records.activity import SurveyWave
from clusterflow.domain.terms import SurveyTopic
from clusterflow.store.metrics.trust import FEWEST_ANSWERS
from clusterflow.store.query_scope import Scope
from clusterflow.store.reminder_occasions.occasion import in_window, occasion, rule_number


@occasion("trust.fell")
def trust_fell(scope: Scope) -> Select[Any]:
    wave, earlier = scope.latest(SurveyWave), scope.happened(SurveyWave)
    before = (
        select(earlier.c.mean_milli)
        .where(
            earlier.c.initiative == wave.c.initiative,
            earlier.c.topic == wave.c.topic,
            earlier.c.valid_from < wave.c.valid_from,
            _enough_answers(earlier),
        )
        .order_by(earlier.c.valid_from.desc())
        .limit(1)
        .correlate(wave)
        .scalar_subquery()
    )
    return _wave_query(wave, wave.c.mean_milli, before.label("before_milli")).where(
        _enough_answers(wave), before - wave.c.mean_milli >= rule_number("fall_milli")
    )


@occasion("trust.unheard")
def trust_unheard(scope: Scope) -> Select[Any]:
    wave = scope.latest(SurveyWave)
    few = wave.c.answers * 100 < rule_number("percent") * wave.c.invited
    return _wave_query(wave).where(or_(few, wave.c.answers < FEWEST_ANSWERS))


def _wave_query(wave: Subquery, *more: ColumnElement[Any]) -> Select[Any]:
    return select(
        wave.c.initiative,
        wave.c.topic.label("subject"),
        wave.c.valid_from.label("reference"),
        wave.c.invited,
        wave.c.answers,
        *more,
    ).where(wave.c.topic == SurveyTopic.TRUST.value, in_window(wave.c.valid_from))


def _enough_answers(wave: Subquery) -> ColumnElement[bool]:
    """Whether enough people answered for the mean to be shown."""
    enough = wave.c.answers * 100 >= rule_number("percent") * wave.c.invited
    return and_(enough, wave.c.answers >= FEWEST_ANSWERS, wave.c.mean_milli.is_not(None))
