"""Judges measurements: findings for criteria, a verdict for a gate. All answers are met, unmet or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.lifecycle import Stage
from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall
from clusterflow.domain.quantity import Bound
from clusterflow.domain.state import StandingAnswer
from clusterflow.domain.terms import Answer, Readiness, Severity
from clusterflow.domain.verdict import Finding, Group, Verdict, flatten, severity_of

KNOWN_SHARE = "known-share"
"""The one metric that is about the findings themselves, so the rules compute it (DOMAIN.md, 52)."""

Measurements = Mapping[MetricCall, Measurement]


def answer(bound: Bound, measurement: Measurement) -> Answer:
    """Met where every number the measurement allows holds the bound, unmet where none does, else unknown."""
    if bound.currency is not None:
        measurement = measurement.in_currency(bound.currency)
    if measurement.is_empty or measurement.amounts:
        return Answer.UNKNOWN
    if measurement.more and measurement.low is not None and measurement.low >= bound.number:
        return Answer.MET if bound.rising else Answer.UNMET
    worst, best = (measurement.low, measurement.high) if bound.rising else (measurement.high, measurement.low)
    if worst is not None and bound.holds(worst):
        return Answer.MET
    if best is not None and not bound.holds(best):
        return Answer.UNMET
    return Answer.UNKNOWN


def judge(criterion: Criterion, measurement: Measurement) -> Finding:
    found = answer(criterion.bound, measurement)
    keep_answer = found if criterion.keep is None else answer(criterion.keep, measurement)
    return Finding(criterion, found, measurement, keep_answer)


def any_of(answers: Iterable[Answer]) -> Answer:
    """Met if one is met; unmet only if all are; else nobody knows."""
    given = tuple(answers)
    if Answer.MET in given:
        return Answer.MET
    return Answer.UNMET if all(a is Answer.UNMET for a in given) else Answer.UNKNOWN


def all_of(answers: Iterable[Answer]) -> Answer:
    """Unmet if one is unmet; met only if all are; else nobody knows."""
    given = tuple(answers)
    if Answer.UNMET in given:
        return Answer.UNMET
    return Answer.MET if all(a is Answer.MET for a in given) else Answer.UNKNOWN


def judge_gate(stage: Stage, measurements: Measurements) -> Verdict:
    """The verdict for a stage's gate: ready when every blocking requirement is met."""
    known = _known_share(stage, measurements)

    def leaf(criterion: Criterion) -> Finding:
        return judge(criterion, known if criterion.metric == KNOWN_SHARE else _measured(criterion, measurements))

    return _verdict(stage, leaf)


def recall_gate(stage: Stage, answers: Iterable[StandingAnswer]) -> Verdict:
    """The verdict from the answers last told; a criterion nobody told of is unknown.

    The answers are those of the last evaluation; a value may have moved since without changing its answer.
    """
    answer_of = {a.criterion: a for a in answers if a.stage == stage.id}

    def leaf(criterion: Criterion) -> Finding:
        last = answer_of.get(criterion.id)
        if last is None:
            return Finding(criterion, Answer.UNKNOWN, UNMEASURED, Answer.UNKNOWN)
        return Finding(criterion, last.answer, Measurement.from_note(last.found), last.answer)

    return _verdict(stage, leaf)


def blocking_answers(stage: Stage, answers: Mapping[str, Answer]) -> tuple[Answer, ...]:
    """The answers of the blocking requirements that are not met, by the last answer for each criterion.

    It says the same as ``recall_gate``, without the values: for thousands of gates, reading these takes longest.
    """

    def leaf(criterion: Criterion) -> Finding:
        last = answers.get(criterion.id, Answer.UNKNOWN)
        return Finding(criterion, last, UNMEASURED, last)

    return tuple(unit.answer for unit in _verdict(stage, leaf).hindrances)


def _verdict(stage: Stage, leaf: Callable[[Criterion], Finding]) -> Verdict:
    results = tuple(_result(requirement, leaf) for requirement in stage.gate.requires)
    blocking = all_of(r.answer for r in results if severity_of(r) is Severity.BLOCKING)
    readiness = {
        Answer.MET: Readiness.READY,
        Answer.UNMET: Readiness.NOT_READY,
        Answer.UNKNOWN: Readiness.UNKNOWN,
    }[blocking]
    return Verdict(stage.id, readiness, results)


def judge_watched(stage: Stage, units: Iterable[str], measurements: Measurements) -> tuple[Finding | Group, ...]:
    """The results of the units that an achieved milestone is still held to: criteria, and groups as a whole."""
    wanted = set(units)
    return tuple(
        _result(unit, lambda criterion: judge(criterion, _measured(criterion, measurements)))
        for unit in stage.gate.units
        if unit.id in wanted
    )


def _result(requirement: Criterion | AnyOf | AllOf, leaf: Callable[[Criterion], Finding]) -> Finding | Group:
    if isinstance(requirement, Criterion):
        return leaf(requirement)
    if isinstance(requirement, AnyOf):
        parts = tuple(_result(part, leaf) for part in requirement.any_of)
        return Group(requirement, any_of(p.answer for p in parts), parts, any_of(p.kept for p in parts))
    parts = tuple(_result(part, leaf) for part in requirement.all_of)
    watched = [p for p in parts if any(f.criterion.keep is not None for f in flatten(p))] or parts
    return Group(requirement, all_of(p.answer for p in parts), parts, all_of(p.kept for p in watched))


def _measured(criterion: Criterion, measurements: Measurements) -> Measurement:
    return measurements.get(criterion.call, UNMEASURED)


def _known_share(stage: Stage, measurements: Measurements) -> Measurement:
    others = [c for c in stage.gate.criteria if c.metric != KNOWN_SHARE]
    if not others:
        return UNMEASURED
    known = sum(judge(c, _measured(c, measurements)).answer is not Answer.UNKNOWN for c in others)
    share = Fraction(known, len(others))
    return Measurement(low=share, high=share, rows=len(others))
