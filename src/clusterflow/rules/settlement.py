"""Settles a gate review: carries out the decision that has enough votes, or does what the model says about a tie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import REVOTE
from clusterflow.domain.state import Review, Vote
from clusterflow.domain.terms import DecisionKind, Readiness, Stance, VisitOutcome, VoteFall
from clusterflow.domain.verdict import Verdict, is_covered
from clusterflow.rules.quorum import Electorate
from clusterflow.rules.stage_order import descendants
from clusterflow.rules.tally import Proposal, carried
from clusterflow.rules.transition import Transition
from clusterflow.rules.work_calendar import FOR_EVER


def settle(transition: Transition, review: Review, verdict: Verdict, electorate: Electorate) -> None:
    """Decide an open review if its votes suffice. If everybody voted and they do not, answer the tie."""
    rule = transition.model.stage(review.stage).gate.decided_by
    votes = transition.state.standing_votes(review.id)
    everybody_voted = electorate.have_all_voted(votes)
    for proposal in carried(rule, review, votes, transition.today, everybody_voted):
        if proposal.decision is not DecisionKind.GO or _may_go(verdict, proposal):
            _carry_out(transition, review, verdict, proposal)
            return
    if everybody_voted and rule.split.tie == REVOTE:
        for vote in votes:
            if vote.kind is not Stance.RECUSE:
                void_vote(transition, review, vote, VoteFall.TIE)


def void_vote(transition: Transition, review: Review, vote: Vote, why: VoteFall) -> None:
    """Record that a vote counts no longer."""
    transition.add(
        ev.VoteFell(
            review=review.id,
            stage=review.stage,
            number=vote.number,
            decider=vote.decider,
            cast_by=vote.cast_by,
            on=transition.today,
            why=why,
        )
    )


def _may_go(verdict: Verdict, proposal: Proposal) -> bool:
    """Whether the gate is ready, or the votes let everything pass that blocks it."""
    blocked = (unit for unit in verdict.hindrances if not is_covered(unit, proposal.overrides))
    return verdict.readiness is Readiness.READY or next(blocked, None) is None


def _carry_out(transition: Transition, review: Review, verdict: Verdict, proposal: Proposal) -> None:
    stage, decision = review.stage, proposal.decision
    due_on, escalate_on = _terms_after_hold(transition, stage, proposal)
    transition.add(
        ev.GateDecided(
            review=review.id,
            stage=stage,
            decision=decision,
            on=transition.today,
            until=proposal.until,
            to_stage=proposal.stage,
            due_on=due_on,
            escalate_on=escalate_on,
        )
    )
    match decision:
        case DecisionKind.GO:
            overridden = tuple(unit.id for unit in verdict.hindrances if is_covered(unit, proposal.overrides))
            _achieve(transition, review, {}, overridden)
        case DecisionKind.CONDITIONAL_GO:
            _achieve(transition, review, proposal.conditions)
        case DecisionKind.RECYCLE if proposal.stage is not None:
            undone = {proposal.stage} | descendants(transition.model, proposal.stage)
            _withdraw(transition, undone, VisitOutcome.RECYCLED)
            transition.enter(proposal.stage)
        case DecisionKind.STOP:
            _withdraw(transition, set(), VisitOutcome.STOPPED)
            transition.add(ev.InitiativeStopped(stage=stage, on=transition.today))


def _terms_after_hold(transition: Transition, stage: str, proposal: Proposal) -> tuple[date | None, date | None]:
    """Until when the stage may take, and when it escalates, if the gate is held: the days of the hold do not count.

    A hold that this one replaces extended the stage, too; of it only the days until now count. A hold without an end
    extends the stage when it is replaced. A fixed term ends with the hold.
    """
    visit, until, today = transition.state.visit(stage), proposal.until, transition.today
    if proposal.decision is not DecisionKind.HOLD or until is None or visit is None:
        return None, None
    days = (until - today).days if until < FOR_EVER else 0
    if transition.model.stage(stage).term is not None:
        days = max((until - visit.due_on).days - 1, 0) if until < FOR_EVER else 0
    elif visit.held_until is not None and visit.held_until < FOR_EVER:
        days -= max((visit.held_until - today).days, 0)
    elif visit.held_until is not None:
        holds = (r.closed_on for r in transition.state.reviews if r.stage == stage and r.outcome is DecisionKind.HOLD)
        days += (today - max((day for day in holds if day is not None and day < today), default=today)).days
    return visit.due_on + timedelta(days=days), visit.escalate_on + timedelta(days=days)


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
