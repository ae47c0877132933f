"""What an evaluation changes: answers, gates that open or close, lapses, overdue stages, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from clusterflow.model import events as ev
from clusterflow.model.events import LifeEvent
from clusterflow.model.lifecycle import LifecycleModel, Stage
from clusterflow.model.measurement import MetricCall
from clusterflow.model.state import InitiativeState, Milestone, Review, Visit
from clusterflow.model.verdict import Finding, Verdict
from clusterflow.model.words import Answer, ConditionStatus, Readiness, Stance, Standing
from clusterflow.rules.course import Course
from clusterflow.rules.judge import KNOWN_SHARE, Measurements, judge_gate, judge_watched


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdicts of the stages under way, and the findings that passed milestones are still held to."""

    verdicts: Mapping[str, Verdict]
    watched: Mapping[str, tuple[Finding, ...]]


def watched_criteria(stage: Stage, state: InitiativeState) -> frozenset[str]:
    """The criteria that a passed milestone may be held to: those with a bound to keep, and open conditions."""
    conditions = {c.criterion for c in state.conditions if c.stage == stage.id and c.status is ConditionStatus.PENDING}
    return frozenset({c.id for c in stage.gate.criteria if c.keep is not None} | conditions)


def calls_for(model: LifecycleModel, state: InitiativeState) -> frozenset[MetricCall]:
    """Every number that an assessment of this initiative needs."""
    wanted = {c.call for v in state.open_visits for c in model.stage(v.stage).gate.criteria}
    for milestone in state.milestones:
        if milestone.stands:
            stage = model.stage(milestone.stage)
            watched = watched_criteria(stage, state)
            wanted |= {c.call for c in stage.gate.criteria if c.id in watched}
    return frozenset(call for call in wanted if call.metric != KNOWN_SHARE)


def assess(model: LifecycleModel, state: InitiativeState, measurements: Measurements) -> Assessment:
    verdicts = {v.stage: judge_gate(model.stage(v.stage), measurements) for v in state.open_visits}
    watched = {
        m.stage: judge_watched(model.stage(m.stage), watched_criteria(model.stage(m.stage), state), measurements)
        for m in state.milestones
        if m.stands
    }
    return Assessment(verdicts, watched)


def plan_evaluation(
    model: LifecycleModel, state: InitiativeState, assessment: Assessment, today: date
) -> tuple[LifeEvent, ...]:
    """The events that an assessment of the day brings; none where nothing changed."""
    if state.standing is Standing.STOPPED:
        return ()
    course = Course(model, state, today)
    for stage in model.stages:
        visit, milestone = course.state.visit(stage.id), course.state.milestone(stage.id)
        if visit is not None:
            verdict = assessment.verdicts[stage.id]
            _tell_changes(course, stage.id, verdict.findings)
            if milestone is None:
                _move_gate(course, visit, verdict)
                if not stage.optional:
                    _tell_overdue(course, visit)
        if milestone is not None:
            findings = assessment.watched[stage.id]
            if visit is None:
                _tell_changes(course, stage.id, findings)
            _watch(course, milestone, findings)
            _settle_conditions(course, stage.id, findings)
    return tuple(course.events)


def _tell_changes(course: Course, stage: str, findings: Iterable[Finding]) -> None:
    standing = {a.criterion: a.answer for a in course.state.answers if a.stage == stage}
    for finding in findings:
        before = standing.get(finding.criterion.id, Answer.UNKNOWN)
        if finding.answer is not before:
            course.add(
                ev.FindingChanged(
                    stage=stage,
                    criterion=finding.criterion.id,
                    before=before,
                    answer=finding.answer,
                    found=finding.measurement.noted(),
                    on=course.today,
                )
            )


def open_gate(course: Course, visit: Visit, verdict: Verdict, by_hand: bool, asked_by: str | None = None) -> None:
    number = 1 + sum(r.stage == visit.stage for r in course.state.reviews)
    course.add(
        ev.GateOpened(
            review=f"{visit.stage}-{number}",
            stage=visit.stage,
            round=visit.round,
            findings=verdict.digest,
            on=course.today,
            by_hand=by_hand,
            asked_by=asked_by,
        )
    )


def _move_gate(course: Course, visit: Visit, verdict: Verdict) -> None:
    review = course.state.open_review(visit.stage)
    ready = verdict.readiness is Readiness.READY
    held = visit.held_until is not None and course.today < visit.held_until
    if review is None:
        if ready and not held:
            open_gate(course, visit, verdict, by_hand=False)
    elif not ready and not review.by_hand:
        course.add(ev.GateWithdrawn(review=review.id, stage=visit.stage, on=course.today))
    elif verdict.digest != review.findings:
        course.add(ev.GateChanged(review=review.id, stage=visit.stage, findings=verdict.digest, on=course.today))
        _drop_votes(course, review)


def _drop_votes(course: Course, review: Review) -> None:
    """A vote holds for the findings that it saw; to stand aside holds for the person, whatever is found."""
    for vote in course.state.standing_votes(review.id):
        if vote.kind is not Stance.RECUSE:
            course.add(
                ev.VoteFell(
                    review=review.id,
                    stage=review.stage,
                    number=vote.number,
                    decider=vote.decider,
                    cast_by=vote.cast_by,
                    on=course.today,
                )
            )


def _tell_overdue(course: Course, visit: Visit) -> None:
    """Once when the time allowed is over, and once more, one level up, when it stays so."""
    late = 2 if course.today > visit.escalate_on else 1 if course.today > visit.due_on else 0
    # Who looks for the first time after a long while still tells the first level first.
    level = min(late, visit.overdue_level + 1)
    if level > visit.overdue_level:
        course.add(
            ev.StageOverdue(stage=visit.stage, round=visit.round, level=level, due_on=visit.due_on, on=course.today)
        )


def _watch(course: Course, milestone: Milestone, findings: tuple[Finding, ...]) -> None:
    """Lapse under the bound to keep; restore only at the full bound. In between nothing moves (hysteresis).

    A milestone is held to what it once had: a warning that was never met does not make it lapse.
    """
    pending = {
        c.criterion
        for c in course.state.conditions
        if c.stage == milestone.stage and c.status is ConditionStatus.PENDING and course.today <= c.due_on
    }
    once_met = {a.criterion for a in course.state.answers if a.stage == milestone.stage and a.met_on is not None}
    promised = {c.criterion for c in course.state.conditions if c.stage == milestone.stage}
    held_to = (once_met | promised) - pending
    fallen = tuple(f.criterion.id for f in findings if f.kept is Answer.UNMET and f.criterion.id in held_to)
    if milestone.lapsed_on is None:
        if fallen:
            course.add(
                ev.MilestoneLapsed(stage=milestone.stage, round=milestone.round, criteria=fallen, on=course.today)
            )
        return
    answers = {f.criterion.id: f.answer for f in findings}
    again = all(answers.get(c) is Answer.MET for c in (milestone.lapsed_by or "").split())
    if again and not fallen:
        course.add(ev.MilestoneRestored(stage=milestone.stage, round=milestone.round, on=course.today))


def _settle_conditions(course: Course, stage: str, findings: tuple[Finding, ...]) -> None:
    answers = {f.criterion.id: f.answer for f in findings}
    for condition in course.state.conditions:
        if condition.stage != stage or condition.status is not ConditionStatus.PENDING:
            continue
        if answers.get(condition.criterion) is Answer.MET:
            course.add(
                ev.ConditionMet(review=condition.review, stage=stage, criterion=condition.criterion, on=course.today)
            )
        elif course.today > condition.due_on:
            course.add(
                ev.ConditionMissed(
                    review=condition.review,
                    stage=stage,
                    criterion=condition.criterion,
                    due_on=condition.due_on,
                    on=course.today,
                )
            )
