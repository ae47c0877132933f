"""What an evaluation changes: answers, gates that open or close, lapses, overdue stages, conditions, holds that end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from clusterflow.domain import events as ev
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.state import InitiativeState, Milestone, Review, Visit
from clusterflow.domain.terms import Answer, ConditionStatus, Readiness, Stance, Standing
from clusterflow.domain.verdict import Finding, Verdict
from clusterflow.rules.deadlines import after
from clusterflow.rules.judge import KNOWN_SHARE, Measurements, judge_gate, judge_watched
from clusterflow.rules.transition import Course
from clusterflow.rules.work_calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdicts of the gates that are looked at, and the findings that passed milestones are still held to."""

    verdicts: Mapping[str, Verdict]
    watched: Mapping[str, tuple[Finding, ...]]


def watched_criteria(stage: Stage, state: InitiativeState) -> frozenset[str]:
    """The criteria that a passed milestone may be held to: those with a bound to keep, and conditions not yet met."""
    conditions = {c.criterion for c in state.conditions_at(stage.id) if c.status in UNSETTLED}
    return frozenset({c.id for c in stage.gate.criteria if c.keep is not None} | conditions)


def gates_looked_at(state: InitiativeState) -> frozenset[str]:
    """The stages whose whole gate is judged: those under way, and those passed whose gate is, or may be, open again."""
    conditional = frozenset(m.stage for m in state.milestones if m.stands and _unsettled(state, m.stage))
    return conditional | frozenset(state.at_gate)


UNSETTLED = (ConditionStatus.PENDING, ConditionStatus.MISSED)


def _unsettled(state: InitiativeState, stage: str) -> bool:
    return any(c.status in UNSETTLED for c in state.conditions_at(stage))


def calls_for(model: LifecycleModel, state: InitiativeState) -> frozenset[MetricCall]:
    """Every number that an assessment of this initiative needs."""
    wanted = {c.call for s in gates_looked_at(state) for c in model.stage(s).gate.criteria}
    for milestone in state.milestones:
        if milestone.stands:
            stage = model.stage(milestone.stage)
            watched = watched_criteria(stage, state)
            wanted |= {c.call for c in stage.gate.criteria if c.id in watched}
    return frozenset(call for call in wanted if call.metric != KNOWN_SHARE)


def assess(model: LifecycleModel, state: InitiativeState, measurements: Measurements) -> Assessment:
    verdicts = {s: judge_gate(model.stage(s), measurements) for s in sorted(gates_looked_at(state))}
    watched = {
        m.stage: judge_watched(model.stage(m.stage), watched_criteria(model.stage(m.stage), state), measurements)
        for m in state.milestones
        if m.stands
    }
    return Assessment(verdicts, watched)


def plan_evaluation(
    model: LifecycleModel, state: InitiativeState, assessment: Assessment, today: date, calendar: WorkCalendar
) -> tuple[LifeEvent, ...]:
    """The events that an assessment of the day brings; none where nothing changed."""
    if state.standing is Standing.STOPPED:
        return ()
    course = Course(model, state, today)
    for stage in model.stages:
        visit, milestone = course.state.visit(stage.id), course.state.milestone(stage.id)
        verdict = assessment.verdicts.get(stage.id)
        if visit is not None and verdict is not None and milestone is None:
            _tell_changes(course, stage.id, verdict.findings)
            _end_hold(course, stage.id, visit.round, calendar)
            _move_gate(course, visit, verdict)
            if not stage.optional:
                _tell_overdue(course, visit, calendar)
        if milestone is not None:
            findings = assessment.watched[stage.id]
            at_gate = visit is not None or course.state.open_review(stage.id) is not None
            _tell_changes(course, stage.id, verdict.findings if verdict is not None and at_gate else findings)
            _settle_conditions(course, stage.id, findings, calendar)
            _watch(course, milestone, findings)
            _end_hold(course, stage.id, milestone.round, calendar)
            if verdict is not None:
                _move_gate_again(course, milestone, verdict)
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


def _next_review(course: Course, stage: str) -> str:
    return f"{stage}-{1 + sum(r.stage == stage for r in course.state.reviews)}"


def open_gate(course: Course, visit: Visit, verdict: Verdict, by_hand: bool, asked_by: str | None = None) -> None:
    course.add(
        ev.GateOpened(
            review=_next_review(course, visit.stage),
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
    if review is None:
        if ready and course.state.held_until(visit.stage) is None:
            open_gate(course, visit, verdict, by_hand=False)
    elif not ready and not review.by_hand:
        course.add(ev.GateWithdrawn(review=review.id, stage=visit.stage, on=course.today))
    else:
        _change_findings(course, review, verdict)


def _change_findings(course: Course, review: Review, verdict: Verdict) -> None:
    """A vote holds for the findings that it saw; to stand aside holds for the person, whatever is found."""
    if verdict.digest == review.findings:
        return
    course.add(ev.GateChanged(review=review.id, stage=review.stage, findings=verdict.digest, on=course.today))
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


def _move_gate_again(course: Course, milestone: Milestone, verdict: Verdict) -> None:
    """A gate that was passed opens again while a condition is missed; then it stays open until it is decided."""
    stage, review = milestone.stage, course.state.open_review(milestone.stage)
    missed = [c.criterion for c in course.state.conditions_at(stage) if c.status is ConditionStatus.MISSED]
    if review is not None:
        _change_findings(course, review, verdict)
    elif missed and course.state.held_until(stage) is None:
        # Who decides needs the whole gate; since it was passed only some of its criteria were watched.
        _tell_changes(course, stage, verdict.findings)
        course.add(
            ev.GateReopened(
                review=_next_review(course, stage),
                stage=stage,
                round=milestone.round,
                findings=verdict.digest,
                missed=tuple(missed),
                on=course.today,
            )
        )


def _end_hold(course: Course, stage: str, round_: int, calendar: WorkCalendar) -> None:
    until = course.state.held_until(stage)
    if until is not None and calendar.is_due(until, course.today):
        course.add(ev.HoldEnded(stage=stage, round=round_, until=until, on=course.today))


def _tell_overdue(course: Course, visit: Visit, calendar: WorkCalendar) -> None:
    """Once when the time allowed is over, and once more, one level up, when it stays so.

    Who looks for the first time after a long while tells both, in their order.
    """
    for level, last_day in ((1, visit.due_on), (2, visit.escalate_on)):
        if level > visit.overdue_level and calendar.is_due(after(last_day), course.today):
            course.add(
                ev.StageOverdue(stage=visit.stage, round=visit.round, level=level, due_on=visit.due_on, on=course.today)
            )


def _watch(course: Course, milestone: Milestone, findings: tuple[Finding, ...]) -> None:
    """Lapse under the bound to keep; restore only at the full bound. In between nothing moves (hysteresis).

    A milestone is held to what it once had: a warning that was never met does not make it lapse.
    """
    conditions = course.state.conditions_at(milestone.stage)
    pending = {c.criterion for c in conditions if c.status is ConditionStatus.PENDING}
    once_met = {a.criterion for a in course.state.answers if a.stage == milestone.stage and a.met_on is not None}
    promised = {c.criterion for c in conditions if c.status is not ConditionStatus.REPLACED}
    held_to = (once_met | promised) - pending
    fallen = tuple(f.criterion.id for f in findings if f.kept is Answer.UNMET and f.criterion.id in held_to)
    if milestone.lapsed_on is None:
        if fallen:
            course.add(
                ev.MilestoneLapsed(stage=milestone.stage, round=milestone.round, criteria=fallen, on=course.today)
            )
        return
    answers = {f.criterion.id: f.answer for f in findings}
    # What a later decision no longer asks, or gave more time, need not be met again.
    asked = held_to & answers.keys() & set((milestone.lapsed_by or "").split())
    if all(answers[c] is Answer.MET for c in asked) and not fallen:
        course.add(ev.MilestoneRestored(stage=milestone.stage, round=milestone.round, on=course.today))


def _settle_conditions(course: Course, stage: str, findings: tuple[Finding, ...], calendar: WorkCalendar) -> None:
    answers = {f.criterion.id: f.answer for f in findings}
    for condition in course.state.conditions_at(stage):
        if condition.status not in UNSETTLED:
            continue
        if answers.get(condition.criterion) is Answer.MET:
            course.add(
                ev.ConditionMet(review=condition.review, stage=stage, criterion=condition.criterion, on=course.today)
            )
        elif condition.status is ConditionStatus.PENDING and calendar.is_due(after(condition.due_on), course.today):
            course.add(
                ev.ConditionMissed(
                    review=condition.review,
                    stage=stage,
                    criterion=condition.criterion,
                    due_on=condition.due_on,
                    on=course.today,
                )
            )
