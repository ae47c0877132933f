"""Decides whether a ballot is accepted, and which events it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from clusterflow.domain import events as ev
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.state import InitiativeState, Vote
from clusterflow.domain.terms import DecisionKind, Role, Stance, Standing
from clusterflow.domain.verdict import Verdict
from clusterflow.rules.ballot import Ballot, Decider, Refusal, Voter, check_ballot, conditions_of
from clusterflow.rules.deadlines import day_after
from clusterflow.rules.quorum import Electorate, check_voter
from clusterflow.rules.settlement import settle
from clusterflow.rules.tally import conditions_in, rule_at
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
    """Return why a ballot is refused, or None if it is accepted.

    Args:
        changed: the answers that changed since the decider saw the findings.
    """
    review = state.open_review(ballot.stage)
    if state.standing is Standing.STOPPED:
        return Refusal("stopped", "the initiative was stopped; nothing is decided any more")
    if review is None or verdict is None or ballot.review not in (None, review.id):
        return _closed(state, ballot)
    votes = state.standing_votes(review.id)
    return (
        _stale(verdict, ballot, changed)
        or check_voter(rule_at(model.stage(ballot.stage).gate.decided_by, review), state, review, ballot, voter)
        or check_ballot(model, verdict, ballot, voter, votes, today)
        or _beyond_term(model, state, ballot)
        or _unchanged(verdict, ballot, voter, votes)
    )


def role_of(rule: DecidedBy, ballot: Ballot, decider: Decider) -> Role:
    """In which role the decider votes: one with a right that the vote needs, else the first of the gate that fits."""
    if ballot.role is not None:
        return ballot.role
    special = rule.override if ballot.overrides else rule.veto if ballot.decision is Stance.VETO else ()
    casting: tuple[Role, ...] = (rule.split.tie,) if isinstance(rule.split.tie, Role) else ()
    return next(r for r in (*special, *casting, *rule.roles) if r in decider.roles)


def plan_decision(
    model: LifecycleModel,
    state: InitiativeState,
    verdict: Verdict,
    ballot: Ballot,
    voter: Voter,
    today: date,
    electorate: Electorate,
) -> tuple[LifeEvent, ...]:
    """Return the vote and, if it completes a quorum, the decision and its consequences.

    An earlier vote of the same decider makes way for it. A veto that is taken back may complete the quorum of others.
    """
    review = state.open_review(ballot.stage)
    assert review is not None  # noqa: S101 - refuse() came first
    rule = rule_at(model.stage(ballot.stage).gate.decided_by, review)
    transition = Transition(model, state, today)
    for earlier in state.standing_votes(review.id):
        if earlier.decider == voter.decider.alias:
            transition.add(
                ev.VoteWithdrawn(
                    review=review.id,
                    stage=ballot.stage,
                    number=earlier.number,
                    decider=earlier.decider,
                    cast_by=voter.cast_by.alias if voter.cast_by else None,
                    on=today,
                    reason=ballot.reason.strip() if ballot.decision is Stance.WITHDRAW else None,
                )
            )
    if ballot.decision is not Stance.WITHDRAW:
        transition.add(
            ev.VoteCast(
                review=review.id,
                stage=ballot.stage,
                number=1 + sum(v.review == review.id for v in state.votes),
                decider=voter.decider.alias,
                cast_by=voter.cast_by.alias if voter.cast_by else None,
                role=role_of(rule, ballot, voter.decider),
                helixes=tuple(sorted(voter.decider.helixes)),
                organisations=dict(voter.decider.organisations),
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
    settle(transition, review, verdict, electorate)
    return tuple(transition.events)


def _beyond_term(model: LifecycleModel, state: InitiativeState, ballot: Ballot) -> Refusal | None:
    """Refuse a hold that would extend a fixed term too often or for too long."""
    term, visit = model.stage(ballot.stage).term, state.visit(ballot.stage)
    if term is None or visit is None or ballot.decision is not DecisionKind.HOLD or ballot.until is None:
        return None
    if ballot.until <= day_after(visit.due_on):
        return None
    of_visit = [r for r in state.reviews if (r.stage, r.round) == (visit.stage, visit.round)]
    holds = sum(r.outcome is DecisionKind.HOLD for r in of_visit)
    # A term that still ends on its first day was never extended: all its holds lay within it.
    is_extended = visit.due_on > visit.entered_on + timedelta(days=model.stage(ballot.stage).allowed_days)
    if (holds if is_extended else 0) >= term.times:
        return Refusal(
            "term",
            f"the term of «{ballot.stage}» cannot be extended again; extensions allowed: {term.times}",
            "Decide go, conditional-go, recycle or stop",
        )
    last = visit.due_on + timedelta(days=term.extension_days)
    if ballot.until > last:
        return Refusal("term", f"the term of «{ballot.stage}» can be extended until {last} at the latest")
    return None


def _unchanged(verdict: Verdict, ballot: Ballot, voter: Voter, votes: Iterable[Vote]) -> Refusal | None:
    """Refuse a vote that only repeats the decider's standing one, and a withdrawal where none stands."""
    mine = next((v for v in votes if v.decider == voter.decider.alias), None)
    if mine is None:
        if ballot.decision is Stance.WITHDRAW:
            return Refusal("withdraw", "this person has no vote at this gate that could be taken back")
        return None
    conditions = conditions_of(verdict, ballot) if ballot.decision is DecisionKind.CONDITIONAL_GO else {}
    now = ballot.decision, ballot.until, ballot.to_stage, set(ballot.overrides), conditions
    if now == (mine.kind, mine.until, mine.stage, set(mine.overrides.split()), conditions_in(mine.conditions)):
        return Refusal(
            "twice",
            f"the same person has already voted at this gate, and said the same: {mine.kind}",
            "While the gate is open the vote can be changed or taken back (withdraw)",
        )
    return None


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
