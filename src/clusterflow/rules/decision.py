"""Who may decide what: allow or refuse, and what a decision brings. A guard has no side effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from clusterflow.domain import events as ev
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.state import InitiativeState, Review, Vote
from clusterflow.domain.terms import DecisionKind, Role, Stance, Standing, VisitOutcome
from clusterflow.domain.verdict import Verdict
from clusterflow.rules.ballot import Ballot, Decider, Refusal, Voice, conditions_of, unfit
from clusterflow.rules.quorum import agreed, may_not_speak
from clusterflow.rules.stage_order import descendants
from clusterflow.rules.transition import Course


def refuse(
    model: LifecycleModel,
    state: InitiativeState,
    verdict: Verdict | None,
    ballot: Ballot,
    voice: Voice,
    today: date,
    changed: Iterable[str] = (),
) -> Refusal | None:
    """Why this ballot is not taken, or None where it is. ``changed`` says what moved since the findings seen."""
    review = state.open_review(ballot.stage)
    if state.standing is Standing.STOPPED:
        return Refusal("stopped", "the initiative was stopped; nothing is decided any more")
    if review is None or verdict is None or ballot.review not in (None, review.id):
        return _closed(state, ballot)
    return (
        _stale(verdict, ballot, changed)
        or may_not_speak(model.stage(ballot.stage).gate.decided_by, state, review, ballot, voice)
        or unfit(model, verdict, ballot, voice, state.standing_votes(review.id), today)
    )


def role_of(rule: DecidedBy, ballot: Ballot, decider: Decider) -> Role:
    """In which of the roles that the gate asks for the decider speaks; the first, where several fit."""
    if ballot.role is not None:
        return ballot.role
    special = rule.override if ballot.overrides else rule.veto if ballot.decision is Stance.VETO else rule.roles
    return next(r for r in (*special, *rule.roles) if r in decider.roles)


def plan_decision(
    model: LifecycleModel,
    state: InitiativeState,
    verdict: Verdict,
    ballot: Ballot,
    voice: Voice,
    today: date,
) -> tuple[LifeEvent, ...]:
    """The vote, and where it fills the quorum, the decision and all that follows from it."""
    review = state.open_review(ballot.stage)
    assert review is not None  # noqa: S101 - refuse() came first
    rule = model.stage(ballot.stage).gate.decided_by
    course = Course(model, state, today)
    course.add(
        ev.VoteCast(
            review=review.id,
            stage=ballot.stage,
            number=1 + sum(v.review == review.id for v in state.votes),
            decider=voice.decider.alias,
            cast_by=voice.cast_by.alias if voice.cast_by else None,
            role=role_of(rule, ballot, voice.decider),
            helixes=tuple(sorted(voice.decider.helixes)),
            decision=ballot.decision,
            reason=ballot.reason.strip(),
            findings=verdict.digest,
            until=ballot.until,
            to_stage=ballot.to_stage,
            overrides=ballot.overrides,
            conditions=conditions_of(verdict, ballot) if ballot.decision is DecisionKind.CONDITIONAL_GO else {},
            proved=voice.proof is True,
        )
    )
    decision = ballot.decision
    if isinstance(decision, DecisionKind):
        votes = agreed(rule, course.state.standing_votes(review.id), course.state.votes[-1])
        if votes:
            _carry_out(course, review, verdict, ballot, decision, votes)
    return tuple(course.events)


def _closed(state: InitiativeState, ballot: Ballot) -> Refusal:
    stage = ballot.stage
    meant = [r for r in state.reviews if r.stage == stage and ballot.review in (None, r.id)]
    if meant and meant[-1].outcome is not None:
        last = meant[-1]
        return Refusal("closed", f"the gate of «{stage}» was decided on {last.closed_on}: {last.outcome}")
    if meant and ballot.review is not None:
        return Refusal("closed", f"the gate of «{stage}» was no longer ready on {meant[-1].closed_on}")
    if state.visit(stage) is None:
        return Refusal("closed", f"the initiative is not in stage «{stage}»")
    return Refusal(
        "closed",
        f"the gate of «{stage}» is not open",
        "It opens when every blocking criterion is met, or by hand: clusterflow open-gate",
    )


def _stale(verdict: Verdict, ballot: Ballot, changed: Iterable[str]) -> Refusal | None:
    if ballot.seen is None or ballot.seen == verdict.digest:
        return None
    what = "; ".join(changed)
    return Refusal(
        "stale",
        "the findings changed since they were seen" + (f": {what}" if what else ""),
        f"Look at them again (they are now {verdict.digest}) and decide anew",
    )


def _carry_out(
    course: Course,
    review: Review,
    verdict: Verdict,
    ballot: Ballot,
    decision: DecisionKind,
    votes: tuple[Vote, ...],
) -> None:
    stage = ballot.stage
    course.add(
        ev.GateDecided(
            review=review.id,
            stage=stage,
            decision=decision,
            on=course.today,
            until=ballot.until,
            to_stage=ballot.to_stage,
        )
    )
    match decision:
        case DecisionKind.GO:
            passed = {c for v in votes for c in v.overrides.split()}
            overridden = tuple(f.criterion.id for f in verdict.hindrances if f.criterion.id in passed)
            _achieve(course, review, {}, overridden)
        case DecisionKind.CONDITIONAL_GO:
            _achieve(course, review, conditions_of(verdict, ballot))
        case DecisionKind.RECYCLE if ballot.to_stage is not None:
            undone = {ballot.to_stage} | descendants(course.model, ballot.to_stage)
            _withdraw(course, undone, VisitOutcome.RECYCLED)
            course.enter(ballot.to_stage)
        case DecisionKind.STOP:
            _withdraw(course, set(), VisitOutcome.STOPPED)
            course.add(ev.InitiativeStopped(stage=stage, on=course.today))


def _achieve(course: Course, review: Review, conditions: Mapping[str, date], overridden: tuple[str, ...] = ()) -> None:
    for criterion, due_on in sorted(conditions.items()):
        course.add(ev.ConditionSet(review=review.id, stage=review.stage, criterion=criterion, due_on=due_on))
    if course.state.milestone(review.stage) is not None:
        # The gate was opened again; what it leads to has long begun.
        course.add(
            ev.MilestoneConfirmed(
                stage=review.stage,
                round=review.round,
                review=review.id,
                on=course.today,
                conditional=bool(conditions),
                overridden=overridden,
            )
        )
        return
    course.add(
        ev.MilestoneAchieved(
            stage=review.stage,
            round=review.round,
            review=review.id,
            on=course.today,
            conditional=bool(conditions),
            leaves=not course.model.stage(review.stage).open_ended,
            overridden=overridden,
        )
    )
    course.enter_what_is_free()


def _withdraw(course: Course, stages: set[str], outcome: VisitOutcome) -> None:
    """Close what is open in the given stages (or everywhere, when stopping) and take their milestones back."""
    everywhere = outcome is VisitOutcome.STOPPED
    for open_review in course.state.open_reviews:
        if everywhere or open_review.stage in stages:
            course.add(ev.GateWithdrawn(review=open_review.id, stage=open_review.stage, on=course.today))
    for visit in course.state.open_visits:
        if everywhere or visit.stage in stages:
            course.add(ev.StageLeft(stage=visit.stage, round=visit.round, outcome=outcome, on=course.today))
    for milestone in course.state.milestones:
        if milestone.stands and milestone.stage in stages:
            course.add(ev.MilestoneWithdrawn(stage=milestone.stage, round=milestone.round, on=course.today))
