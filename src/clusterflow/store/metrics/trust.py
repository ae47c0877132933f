"""Metrics of anonymous surveys: trust, satisfaction and response rate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, FromClause, Select, and_, case, cast, func, select

from clusterflow.domain.records.activity import SurveyWave
from clusterflow.domain.terms import SurveyTopic
from clusterflow.store.metrics.evidence_rows import evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope, months_between

FEWEST_ANSWERS = 5
"""With fewer answers nothing is shown, because single answers could be recognised (DOMAIN.md, section 3, P)."""


def _index(wave: FromClause, response_percent: int) -> ColumnElement[Any]:
    """The mean of a wave in points; unknown if too few people answered."""
    enough = and_(wave.c.answers >= FEWEST_ANSWERS, wave.c.answers * 100 >= wave.c.invited * response_percent)
    return case((enough, cast(wave.c.mean_milli, Float) / 1000.0))


@metric("trust-index")
def trust_index(scope: Scope, response_percent: int = 40) -> Select[Any]:
    """Seeds 1 and 2: mean answer, from 1 to 5, of the last trust survey with enough answers (P: 40 %)."""
    return _last_index(scope, SurveyTopic.TRUST, response_percent)


@metric("satisfaction-index")
def satisfaction_index(scope: Scope, response_percent: int = 40) -> Select[Any]:
    """P: mean answer, from 1 to 5, of the last satisfaction survey."""
    return _last_index(scope, SurveyTopic.SATISFACTION, response_percent)


def _last_index(scope: Scope, topic: SurveyTopic, response_percent: int) -> Select[Any]:
    wave = scope.latest(SurveyWave)
    return evidence_row(
        wave, SurveyWave, what=wave.c.topic, part=_index(wave, response_percent), most=None
    ).where(wave.c.topic == topic.value)  # fmt: skip


@metric("trust-fall")
def trust_fall(scope: Scope, response_percent: int = 40) -> Select[Any]:
    """P: index of the second-last wave − index of the last; below zero if trust rose."""
    wave = scope.happened(SurveyWave)
    index, whose, day = _index(wave, response_percent), wave.c.initiative, wave.c.valid_from
    pairs = (
        select(
            wave.c.initiative,
            wave.c.entry,
            wave.c.valid_from,
            wave.c.topic,
            index.label("index"),
            func.lag(index).over(partition_by=whose, order_by=day).label("index_before"),
            func.lag(wave.c.entry).over(partition_by=whose, order_by=day).label("entry_before"),
            func.lead(wave.c.entry).over(partition_by=whose, order_by=day).label("entry_after"),
        )
        .where(wave.c.topic == SurveyTopic.TRUST.value)
        .subquery()
    )
    last = select(pairs).where(pairs.c.entry_after.is_(None), pairs.c.entry_before.is_not(None)).subquery()
    # A wave with too few answers is no evidence of a fall.
    return evidence_row(last, SurveyWave, what=last.c.topic, part=last.c.index_before - last.c.index, most=None)


@metric("survey-response-rate")
def survey_response_rate(scope: Scope, topic: str = SurveyTopic.TRUST.value) -> Select[Any]:
    """P: answers ÷ invited people in the last wave."""
    wave = scope.latest(SurveyWave)
    return evidence_row(
        wave, SurveyWave, what=wave.c.topic, part=wave.c.answers, whole=wave.c.invited, most=None
    ).where(wave.c.topic == topic)  # fmt: skip


@metric("survey-age")
def survey_age(scope: Scope, topic: str = SurveyTopic.SATISFACTION.value) -> Select[Any]:
    """P: months since the last survey on the topic."""
    wave = scope.latest(SurveyWave)
    return evidence_row(
        wave, SurveyWave, what=wave.c.topic, part=months_between(wave.c.valid_from, scope.as_of), most=None
    ).where(wave.c.topic == topic)  # fmt: skip
