"""Decides whether a ballot is accepted, and which events it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from clusterflow.domain import events as ev
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.state import InitiativeState, Review, Vote
from clusterflow.domain.terms import DecisionKind, Role, Stance, Standing, VisitOutcome
from clusterflow.domain.verdict import Verdict
from clusterflow.rules.ballot import Ballot, Decider, Refusal, Voter, check_ballot, conditions_of
from clusterflow.rules.quorum import agreeing_votes, check_voter
from clusterflow.rules.stage_order import descendants
from clusterflow.rules.transition import Transition


def refuse(
    model: LifecycleModel,
    state: InitiativeState,
    verdict: Verdict | None,
    ballot: Ballot,
    voter: Voter,
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
        or check_voter(model.stage(ballot.stage).gate.decided_by, state, review, ballot, voter)
        or check_ballot(model, verdict, ballot, voter, state.standing_votes(review.id), today)
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
    voter: Voter,
    today: date,
) -> tuple[LifeEvent, ...]:
    """Return the vote and, if it completes the quorum, the decision and its consequences."""
    review = state.open_review(ballot.stage)
    assert review is not None  # noqa: S101 - refuse() came first
    rule = model.stage(ballot.stage).gate.decided_by
    transition = Transition(model, state, today)
    transition.add(
        ev.VoteCast(
            review=review.id,
            stage=ballot.stage,
            number=1 + sum(v.review == review.id for v in state.votes),
            decider=voter.decider.alias,
            cast_by=voter.cast_by.alias if voter.cast_by else None,
            role=role_of(rule, ballot, voter.decider),
            helixes=tuple(sorted(voter.decider.helixes)),
            decision=ballot.decision,
            reason=ballot.reason.strip(),
            findings=verdict.digest,
            until=ballot.until,
            to_stage=ballot.to_stage,
            overrides=ballot.overrides,
            conditions=conditions_of(verdict, ballot) if ballot.decision is DecisionKind.CONDITIONAL_GO else {},
            proved=voter.proof is True,
        )
    )
    decision = ballot.decision
    if isinstance(decision, DecisionKind):
        votes = agreeing_votes(rule, transition.state.standing_votes(review.id), transition.state.votes[-1])
        if votes:
            _carry_out(transition, review, verdict, ballot, decision, votes)
    return tuple(transition.events)


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
    transition: Transition,
    review: Review,
    verdict: Verdict,
    ballot: Ballot,
    decision: DecisionKind,
    votes: tuple[Vote, ...],
) -> None:
    stage = ballot.stage
    transition.add(
        ev.GateDecided(
            review=review.id,
            stage=stage,
            decision=decision,
            on=transition.today,
            until=ballot.until,
            to_stage=ballot.to_stage,
        )
    )
    match decision:
        case DecisionKind.GO:
            passed = {c for v in votes for c in v.overrides.split()}
            overridden = tuple(f.criterion.id for f in verdict.hindrances if f.criterion.id in passed)
            _achieve(transition, review, {}, overridden)
        case DecisionKind.CONDITIONAL_GO:
            _achieve(transition, review, conditions_of(verdict, ballot))
        case DecisionKind.RECYCLE if ballot.to_stage is not None:
            undone = {ballot.to_stage} | descendants(transition.model, ballot.to_stage)
            _withdraw(transition, undone, VisitOutcome.RECYCLED)
            transition.enter(ballot.to_stage)
        case DecisionKind.STOP:
            _withdraw(transition, set(), VisitOutcome.STOPPED)
            transition.add(ev.InitiativeStopped(stage=stage, on=transition.today))


def _achieve(
    transition: Transition, review: Review, conditions: Mapping[str, date], overridden: tuple[str, ...] = ()
) -> None:
    for criterion, due_on in sorted(conditions.items()):
        transition.add(ev.ConditionSet(review=review.id, stage=review.stage, criterion=criterion, due_on=due_on))
    if transition.state.milestone(review.stage) is not None:
        # The gate was opened again; what it leads to has long begun.
        transition.add(
            ev.MilestoneConfirmed(
                stage=review.stage,
                round=review.round,
                review=review.id,
                on=transition.today,
                conditional=bool(conditions),
                overridden=overridden,
            )
        )
        return
    transition.add(
        ev.MilestoneAchieved(
            stage=review.stage,
            round=review.round,
            review=review.id,
            on=transition.today,
            conditional=bool(conditions),
            leaves=not transition.model.stage(review.stage).open_ended,
            overridden=overridden,
        )
    )
    transition.enter_ready_stages()


def _withdraw(transition: Transition, stages: set[str], outcome: VisitOutcome) -> None:
    """Close what is open in the given stages (or everywhere, when stopping) and take their milestones back."""
    everywhere = outcome is VisitOutcome.STOPPED
    for open_review in transition.state.open_reviews:
        if everywhere or open_review.stage in stages:
            transition.add(ev.GateWithdrawn(review=open_review.id, stage=open_review.stage, on=transition.today))
    for visit in transition.state.open_visits:
        if everywhere or visit.stage in stages:
            transition.add(ev.StageLeft(stage=visit.stage, round=visit.round, outcome=outcome, on=transition.today))
    for milestone in transition.state.milestones:
        if milestone.stands and milestone.stage in stages:
            transition.add(ev.MilestoneWithdrawn(stage=milestone.stage, round=milestone.round, on=transition.today))
