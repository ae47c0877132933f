"""Plans the events of an evaluation: answers, gates, lapses, overdue stages, conditions and holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import NamedTuple

from clusterflow.domain import events as ev
from clusterflow.domain.criterion import AnyOf, Criterion, leaves, parts_of
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.state import InitiativeState, Milestone, Review, Visit
from clusterflow.domain.terms import Answer, ConditionStatus, Readiness, Stance, Standing, VoteFall
from clusterflow.domain.verdict import Finding, Group, Verdict, flatten, names_in, results_in
from clusterflow.rules.deadlines import day_after, referral_day
from clusterflow.rules.judge import KNOWN_SHARE, Measurements, judge_gate, judge_watched, recall_gate
from clusterflow.rules.quorum import Electorate
from clusterflow.rules.settlement import settle, void_vote
from clusterflow.rules.transition import Transition
from clusterflow.rules.work_calendar import WorkCalendar


class Assessment(NamedTuple):
    """The verdicts of the gates that are evaluated, and the results that achieved milestones are still held to."""

    verdicts: Mapping[str, Verdict]
    watched: Mapping[str, tuple[Finding | Group, ...]]
    electorates: Mapping[str, Electorate] = {}
    """Of the open reviews with votes: who may vote, by review."""


def watched_units(stage: Stage, state: InitiativeState) -> tuple[Criterion | AnyOf, ...]:
    """What an achieved milestone may be held to: units with a bound to keep, and those with an open condition.

    An *any of* is watched as a whole: while one of its parts keeps its bound, nothing has fallen.
    """
    conditions = {c.criterion for c in state.conditions_at(stage.id) if c.status in UNSETTLED}
    return tuple(
        unit
        for unit in stage.gate.units
        if any(c.keep is not None for c in leaves(unit)) or conditions & {part.id for part in parts_of(unit)}
    )


def gates_to_judge(state: InitiativeState) -> frozenset[str]:
    """Return the stages whose whole gate is judged: those under way, and those whose gate is or may be open again."""
    conditional = frozenset(m.stage for m in state.milestones if m.stands and _unsettled(state, m.stage))
    return conditional | frozenset(state.at_gate)


UNSETTLED = (ConditionStatus.PENDING, ConditionStatus.MISSED)


def _unsettled(state: InitiativeState, stage: str) -> bool:
    return any(c.status in UNSETTLED for c in state.conditions_at(stage))


def required_calls(model: LifecycleModel, state: InitiativeState) -> frozenset[MetricCall]:
    """Return all metrics that an assessment of this initiative needs."""
    wanted = {c.call for s in gates_to_judge(state) for c in model.stage(s).gate.criteria}
    for milestone in state.milestones:
        if milestone.stands:
            stage = model.stage(milestone.stage)
            wanted |= {c.call for unit in watched_units(stage, state) for c in leaves(unit)}
    return frozenset(call for call in wanted if call.metric != KNOWN_SHARE)


def assess(
    model: LifecycleModel,
    state: InitiativeState,
    measurements: Measurements,
    electorates: Mapping[str, Electorate] | None = None,
) -> Assessment:
    """Judge the gates that are evaluated, and the criteria that passed milestones are held to."""
    verdicts = {s: judge_gate(model.stage(s), measurements) for s in sorted(gates_to_judge(state))}
    watched = {
        m.stage: judge_watched(
            model.stage(m.stage), [u.id for u in watched_units(model.stage(m.stage), state)], measurements
        )
        for m in state.milestones
        if m.stands
    }
    return Assessment(verdicts, watched, electorates or {})


def plan_evaluation(
    model: LifecycleModel, state: InitiativeState, assessment: Assessment, today: date, calendar: WorkCalendar
) -> tuple[LifeEvent, ...]:
    """Return the events that follow from an assessment; none if nothing changed."""
    if state.standing is Standing.STOPPED:
        return ()
    transition = Transition(model, state, today)
    for stage in model.stages:
        visit, milestone = transition.state.visit(stage.id), transition.state.milestone(stage.id)
        verdict = assessment.verdicts.get(stage.id)
        if visit is not None and verdict is not None and milestone is None:
            _tell_changes(transition, stage, verdict.units)
            _end_hold(transition, stage.id, visit.round, calendar)
            _move_gate(transition, visit, verdict)
            if stage.term is not None:
                _end_term(transition, visit, verdict, calendar)
            elif stage.may_be_late and transition.state.held_until(stage.id) is None:
                _tell_overdue(transition, visit, calendar)
        if milestone is not None:
            units = assessment.watched[stage.id]
            at_gate = visit is not None or transition.state.open_review(stage.id) is not None
            _tell_changes(transition, stage, verdict.units if verdict is not None and at_gate else units)
            _settle_conditions(transition, stage.id, units, calendar)
            _watch(transition, milestone, units)
            _end_hold(transition, stage.id, milestone.round, calendar)
            if verdict is not None:
                _move_gate_again(transition, milestone, verdict)
    for review in transition.state.open_reviews:
        if transition.state.open_review(review.stage) is not None and review.stage in assessment.verdicts:
            _settle_review(transition, review, assessment, calendar)
    return tuple(transition.events)


def _settle_review(transition: Transition, review: Review, assessment: Assessment, calendar: WorkCalendar) -> None:
    """Void votes without a right, refer the gate to the office if it is time, and decide it if the votes suffice."""
    electorate = assessment.electorates.get(review.id, Electorate())
    for vote in transition.state.standing_votes(review.id):
        if (why := electorate.lost.get(vote.number)) is not None:
            void_vote(transition, review, vote, why)
    refer_on = referral_day(transition.model, review)
    if refer_on is not None and calendar.is_due(refer_on, transition.today):
        transition.add(ev.GateReferred(review=review.id, stage=review.stage, on=transition.today))
    now = transition.state.open_review(review.stage)
    if now is not None:
        settle(transition, now, assessment.verdicts[review.stage], electorate)


def _tell_changes(transition: Transition, stage: Stage, units: Sequence[Finding | Group]) -> None:
    """Record the changed answers of criteria and, after those of its criteria, of each *any of* as a whole."""
    standing = {a.criterion: a.answer for a in transition.state.answers if a.stage == stage.id}
    has_groups = any(isinstance(unit, Group) for unit in units)
    recalled = recall_gate(stage, transition.state.answers).units if has_groups else ()
    groups = {unit.id: unit.answer for unit in recalled}
    for unit in units:
        for finding in flatten(unit):
            before = standing.get(finding.id, Answer.UNKNOWN)
            if finding.answer is not before:
                transition.add(
                    ev.FindingChanged(
                        stage=stage.id,
                        criterion=finding.id,
                        before=before,
                        answer=finding.answer,
                        found=finding.measurement.to_note(),
                        on=transition.today,
                        within=unit.id if isinstance(unit, Group) else None,
                    )
                )
        if isinstance(unit, Group) and unit.answer is not groups[unit.id]:
            transition.add(
                ev.FindingChanged(
                    stage=stage.id,
                    criterion=unit.id,
                    before=groups[unit.id],
                    answer=unit.answer,
                    found="",
                    on=transition.today,
                    parts=tuple(finding.id for finding in flatten(unit)),
                )
            )


def _next_review(transition: Transition, stage: str) -> str:
    taken = {r.id for r in transition.state.reviews}
    number = 1 + sum(r.stage == stage for r in transition.state.reviews)
    while f"{stage}-{number}" in taken:  # a migration can give the stage reviews of another name
        number += 1
    return f"{stage}-{number}"


def open_gate(
    transition: Transition, visit: Visit, verdict: Verdict, by_hand: bool, asked_by: str | None = None
) -> None:
    transition.add(
        ev.GateOpened(
            review=_next_review(transition, visit.stage),
            stage=visit.stage,
            round=visit.round,
            findings=verdict.digest,
            on=transition.today,
            by_hand=by_hand,
            asked_by=asked_by,
        )
    )


def _move_gate(transition: Transition, visit: Visit, verdict: Verdict) -> None:
    review = transition.state.open_review(visit.stage)
    ready = verdict.readiness is Readiness.READY
    if review is None:
        if ready and transition.state.held_until(visit.stage) is None:
            open_gate(transition, visit, verdict, by_hand=False)
    elif not ready and not review.by_hand:
        transition.add(ev.GateWithdrawn(review=review.id, stage=visit.stage, on=transition.today))
    else:
        _change_findings(transition, review, verdict)


def _change_findings(transition: Transition, review: Review, verdict: Verdict) -> None:
    """Record changed findings. Votes fall, because they hold only for the findings they saw; recusals stay."""
    if verdict.digest == review.findings:
        return
    transition.add(ev.GateChanged(review=review.id, stage=review.stage, findings=verdict.digest, on=transition.today))
    for vote in transition.state.standing_votes(review.id):
        if vote.kind is not Stance.RECUSE:
            void_vote(transition, review, vote, VoteFall.FINDINGS)


def _move_gate_again(transition: Transition, milestone: Milestone, verdict: Verdict) -> None:
    """Open a passed gate again if a condition was missed. It stays open until it is decided."""
    stage, review = milestone.stage, transition.state.open_review(milestone.stage)
    missed = [c.criterion for c in transition.state.conditions_at(stage) if c.status is ConditionStatus.MISSED]
    if review is not None:
        _change_findings(transition, review, verdict)
    elif missed and transition.state.held_until(stage) is None:
        # Who decides needs the whole gate; since it was passed only some of its criteria were watched.
        _tell_changes(transition, transition.model.stage(stage), verdict.units)
        transition.add(
            ev.GateReopened(
                review=_next_review(transition, stage),
                stage=stage,
                round=milestone.round,
                findings=verdict.digest,
                missed=tuple(missed),
                on=transition.today,
            )
        )


def _end_hold(transition: Transition, stage: str, round_: int, calendar: WorkCalendar) -> None:
    until = transition.state.held_until(stage)
    if until is not None and calendar.is_due(until, transition.today):
        transition.add(ev.HoldEnded(stage=stage, round=round_, until=until, on=transition.today))


def _end_term(transition: Transition, visit: Visit, verdict: Verdict, calendar: WorkCalendar) -> None:
    """Open the gate when a fixed term is over, whether it is ready or not: extension, next level, or the end."""
    held = transition.state.held_until(visit.stage) is not None
    over = calendar.is_due(day_after(visit.due_on), transition.today)
    if over and not held and transition.state.open_review(visit.stage) is None:
        open_gate(transition, visit, verdict, by_hand=True)


def _tell_overdue(transition: Transition, visit: Visit, calendar: WorkCalendar) -> None:
    """Report a stage once when its time is over, and once more, one level up, if it stays overdue.

    The first evaluation after a long time reports both, in order.
    """
    for level, last_day in ((1, visit.due_on), (2, visit.escalate_on)):
        if level > visit.overdue_level and calendar.is_due(day_after(last_day), transition.today):
            transition.add(
                ev.StageOverdue(
                    stage=visit.stage, round=visit.round, level=level, due_on=visit.due_on, on=transition.today
                )
            )


def _watch(transition: Transition, milestone: Milestone, units: tuple[Finding | Group, ...]) -> None:
    """Lapse below the bound to keep; restore only at the full bound. In between nothing moves (hysteresis).

    A milestone is held to what it once had: a warning that was never met does not make it lapse.
    """
    conditions = transition.state.conditions_at(milestone.stage)
    pending = {c.criterion for c in conditions if c.status is ConditionStatus.PENDING}
    once_met = {a.criterion for a in transition.state.answers if a.stage == milestone.stage and a.met_on is not None}
    promised = {c.criterion for c in conditions if c.status is not ConditionStatus.REPLACED}
    held_to = [
        unit
        for unit in units
        if (_was_met(unit, once_met) or names_in(unit) & promised) and not names_in(unit) & pending
    ]
    fallen = tuple(unit.id for unit in held_to if unit.kept is Answer.UNMET)
    if milestone.lapsed_on is None:
        if fallen:
            transition.add(
                ev.MilestoneLapsed(stage=milestone.stage, round=milestone.round, criteria=fallen, on=transition.today)
            )
        return
    # What a later decision no longer asks, or gave more time, need not be met again.
    lapsed_by = set((milestone.lapsed_by or "").split())
    still_required = [unit for unit in held_to if names_in(unit) & lapsed_by]
    if all(unit.answer is Answer.MET for unit in still_required) and not fallen:
        transition.add(ev.MilestoneRestored(stage=milestone.stage, round=milestone.round, on=transition.today))


def _was_met(unit: Finding | Group, once_met: Set[str]) -> bool:
    """Whether a unit was met at some time, by the criteria that were."""
    if isinstance(unit, Finding):
        return unit.id in once_met
    met = (_was_met(part, once_met) for part in unit.parts)
    return any(met) if isinstance(unit.requirement, AnyOf) else all(met)


def _settle_conditions(
    transition: Transition, stage: str, units: tuple[Finding | Group, ...], calendar: WorkCalendar
) -> None:
    answers = {result.id: result.answer for unit in units for result in results_in(unit)}
    for condition in transition.state.conditions_at(stage):
        if condition.status not in UNSETTLED:
            continue
        if answers.get(condition.criterion) is Answer.MET:
            transition.add(
                ev.ConditionMet(
                    review=condition.review, stage=stage, criterion=condition.criterion, on=transition.today
                )
            )
        elif condition.status is ConditionStatus.PENDING and calendar.is_due(
            day_after(condition.due_on), transition.today
        ):
            transition.add(
                ev.ConditionMissed(
                    review=condition.review,
                    stage=stage,
                    criterion=condition.criterion,
                    due_on=condition.due_on,
                    on=transition.today,
                )
            )
