"""Applies ledger entries to the state. This is the only place that defines their effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry
from clusterflow.domain.expiries import LabelExpired, LabelExpiring, LabelForfeited, StrategyExpired, StrategyExpiring
from clusterflow.domain.record_events import PersonForgotten
from clusterflow.domain.state import (
    GRACE_OVER,
    Condition,
    Expiry,
    InitiativeState,
    Milestone,
    Review,
    StandingAnswer,
    Visit,
    Vote,
)
from clusterflow.domain.terms import Answer, ConditionStatus, DecisionKind, ReviewStatus, Standing, VisitOutcome
from clusterflow.domain.text import Frozen
from clusterflow.rules.carry_over import carry_over
from clusterflow.rules.one_time_code import WRONG_CODE

T = TypeVar("T", bound=Frozen)


def replay(entries: Iterable[Entry]) -> InitiativeState | None:
    """Return the state that the entries of an initiative's chain lead to; None if it was never enrolled."""
    state: InitiativeState | None = None
    for entry in entries:
        state = apply(state, entry)
    return state


def apply(state: InitiativeState | None, entry: Entry) -> InitiativeState | None:
    """Return the state after one more entry. Entries before enrolment (early facts) lead to no state."""
    event = entry.event
    if isinstance(event, ev.InitiativeEnrolled) and state is not None:
        return _new_life(state, event, entry)
    if isinstance(event, ev.InitiativeEnrolled):
        return InitiativeState(
            initiative=event.initiative,
            model=event.model,
            model_hash=event.model_hash,
            enrolled_on=event.on,
            last_at=entry.at,
            version=entry.version,
        )
    if state is None:
        return None
    changes = _CHANGES.get(type(event), _nothing)(state, event, entry)
    return state.model_copy(update={**changes, "version": entry.version, "last_at": entry.at})


def expected_digests(entries: Iterable[Entry]) -> dict[int, str]:
    """Return the digest that each fact of a chain must have now, by the entry that recorded it."""
    digests: dict[int, str] = {}
    for entry in entries:
        if isinstance(entry.event, ev.RecordEvent):
            digests[entry.version] = entry.event.digest
        elif isinstance(entry.event, PersonForgotten):
            digests.update(entry.event.digests)
    return digests


def _new_life(state: InitiativeState, event: ev.InitiativeEnrolled, entry: Entry) -> InitiativeState:
    """The state of a stopped initiative that was enrolled again: its milestones and answers do not carry over.

    Its stays and reviews stay, so that rounds and reviews are counted on and each keeps its name.
    """
    return state.model_copy(
        update={
            "model": event.model,
            "model_hash": event.model_hash,
            "enrolled_on": event.on,
            "standing": Standing.ACTIVE,
            "milestones": _swap(state.milestones, lambda m: m.stands, withdrawn_on=event.on),
            "answers": (),
            "trials": (),
            "version": entry.version,
            "last_at": entry.at,
        }
    )


def _migrated(state: InitiativeState, event: ev.InitiativeMigrated, entry: Entry) -> dict[str, Any]:
    return carry_over(state, event)


def _nothing(state: InitiativeState, event: Any, entry: Entry) -> dict[str, Any]:
    return {}


def _swap(rows: tuple[T, ...], where: Callable[[T], bool], **update: Any) -> tuple[T, ...]:
    return tuple(row.model_copy(update=update) if where(row) else row for row in rows)


def _stage_entered(state: InitiativeState, event: ev.StageEntered, entry: Entry) -> dict[str, Any]:
    visit = Visit(
        stage=event.stage,
        round=event.round,
        entered_on=event.on,
        due_on=event.due_on,
        escalate_on=event.escalate_on,
    )
    return {"visits": (*state.visits, visit)}


def _stage_left(state: InitiativeState, event: ev.StageLeft, entry: Entry) -> dict[str, Any]:
    return {"visits": _leave(state, event.stage, event.on, event.outcome)}


def _leave(state: InitiativeState, stage: str, on: object, outcome: VisitOutcome) -> tuple[Visit, ...]:
    return _swap(state.visits, lambda v: v.stage == stage and v.left_on is None, left_on=on, outcome=outcome)


def _stage_declined(state: InitiativeState, event: ev.StageDeclined, entry: Entry) -> dict[str, Any]:
    return {"visits": _leave(state, event.stage, event.on, VisitOutcome.DECLINED)}


def _stage_overdue(state: InitiativeState, event: ev.StageOverdue, entry: Entry) -> dict[str, Any]:
    return {"visits": _swap(state.visits, _stay(event.stage, event.round), overdue_level=event.level)}


def _finding_changed(state: InitiativeState, event: ev.FindingChanged, entry: Entry) -> dict[str, Any]:
    if event.parts:  # the answer of a group follows from those of its criteria
        return {}
    here = (event.stage, event.criterion)
    before = next((a for a in state.answers if (a.stage, a.criterion) == here), None)
    standing_answer = StandingAnswer(
        stage=event.stage,
        criterion=event.criterion,
        answer=event.answer,
        found=event.found,
        met_on=event.on if event.answer is Answer.MET else before.met_on if before else None,
    )
    return {"answers": (*(a for a in state.answers if a is not before), standing_answer)}


def _gate_opened(state: InitiativeState, event: ev.GateOpened | ev.GateReopened, entry: Entry) -> dict[str, Any]:
    review = Review(
        id=event.review,
        stage=event.stage,
        round=event.round,
        opened_on=event.on,
        findings=event.findings,
        by_hand=isinstance(event, ev.GateOpened) and event.by_hand,
        asked_by=event.asked_by if isinstance(event, ev.GateOpened) else None,
    )
    return {"reviews": (*state.reviews, review)}


def _gate_changed(state: InitiativeState, event: ev.GateChanged, entry: Entry) -> dict[str, Any]:
    reviews = _swap(state.reviews, lambda r: r.id == event.review, findings=event.findings)
    # Other findings, other codes: who guessed wrong before begins anew.
    return {"reviews": reviews, "trials": _swap(state.trials, lambda t: t.review == event.review, failed=0)}


def _gate_withdrawn(state: InitiativeState, event: ev.GateWithdrawn, entry: Entry) -> dict[str, Any]:
    return {
        "reviews": _swap(
            state.reviews, lambda r: r.id == event.review, status=ReviewStatus.WITHDRAWN, closed_on=event.on
        )
    }


def _vote_cast(state: InitiativeState, event: ev.VoteCast, entry: Entry) -> dict[str, Any]:
    vote = Vote(
        review=event.review,
        number=event.number,
        decider=event.decider,
        cast_by=event.cast_by,
        role=event.role,
        kind=event.decision,
        reason=event.reason,
        findings=event.findings,
        at=entry.at,
        until=event.until,
        stage=event.to_stage,
        represents=" ".join(event.helixes),
        organisations=" ".join(f"{o}={h or ''}" for o, h in sorted(event.organisations.items())) or None,
        overrides=" ".join(event.overrides),
        conditions=" ".join(f"{criterion}={day}" for criterion, day in sorted(event.conditions.items())),
    )
    return {"votes": (*state.votes, vote)}


def _vote_fell(state: InitiativeState, event: ev.VoteFell | ev.VoteWithdrawn, entry: Entry) -> dict[str, Any]:
    here = (event.review, event.number)
    return {"votes": _swap(state.votes, lambda v: (v.review, v.number) == here, fell_on=event.on)}


def _gate_referred(state: InitiativeState, event: ev.GateReferred, entry: Entry) -> dict[str, Any]:
    return {"reviews": _swap(state.reviews, lambda r: r.id == event.review, referred_on=event.on)}


def _code_renewed(state: InitiativeState, event: ev.CodeRenewed, entry: Entry) -> dict[str, Any]:
    renewed = state.trial(event.review, event.decider).renewed + 1
    return _on_trial(state, event.review, event.decider, failed=0, renewed=renewed)


def _decision_refused(state: InitiativeState, event: ev.DecisionRefused, entry: Entry) -> dict[str, Any]:
    if event.why != WRONG_CODE or event.review is None:
        return {}
    failed = state.trial(event.review, event.decider).failed + 1
    return _on_trial(state, event.review, event.decider, failed=failed)


def _on_trial(state: InitiativeState, review: str, decider: str, **update: int) -> dict[str, Any]:
    before = state.trial(review, decider)
    return {"trials": (*(t for t in state.trials if t != before), before.model_copy(update=update))}


def _gate_decided(state: InitiativeState, event: ev.GateDecided, entry: Entry) -> dict[str, Any]:
    reviews = _swap(
        state.reviews,
        lambda r: r.id == event.review,
        status=ReviewStatus.DECIDED,
        outcome=event.decision,
        closed_on=event.on,
    )
    round_ = next(r.round for r in state.reviews if r.id == event.review)
    # Whatever is decided takes the place of an earlier hold, and a decision to go on that of earlier conditions.
    until = event.until if event.decision is DecisionKind.HOLD else None
    update: dict[str, date | None] = {"held_until": until}
    if event.due_on is not None and event.escalate_on is not None:
        update |= {"due_on": event.due_on, "escalate_on": event.escalate_on}
    held = _swap(state.visits, _stay(event.stage, round_), **update)
    changes: dict[str, Any] = {"reviews": reviews, "visits": held}
    if event.decision in (DecisionKind.GO, DecisionKind.CONDITIONAL_GO):
        earlier = lambda c: c.stage == event.stage and c.status is not ConditionStatus.MET  # noqa: E731
        changes["conditions"] = _swap(state.conditions, earlier, status=ConditionStatus.REPLACED)
    return changes


def _stay(stage: str, round_: int) -> Callable[[Visit], bool]:
    return lambda v: v.stage == stage and v.round == round_


def _hold_ended(state: InitiativeState, event: ev.HoldEnded, entry: Entry) -> dict[str, Any]:
    return {"visits": _swap(state.visits, _stay(event.stage, event.round), held_until=None)}


def _condition_set(state: InitiativeState, event: ev.ConditionSet, entry: Entry) -> dict[str, Any]:
    condition = Condition(review=event.review, stage=event.stage, criterion=event.criterion, due_on=event.due_on)
    return {"conditions": (*state.conditions, condition)}


def _condition_status(status: ConditionStatus) -> Callable[[InitiativeState, Any, Entry], dict[str, Any]]:
    def change(state: InitiativeState, event: Any, entry: Entry) -> dict[str, Any]:
        this = lambda c: c.review == event.review and c.criterion == event.criterion  # noqa: E731
        return {"conditions": _swap(state.conditions, this, status=status)}

    return change


def _milestone_achieved(state: InitiativeState, event: ev.MilestoneAchieved, entry: Entry) -> dict[str, Any]:
    milestone = Milestone(
        stage=event.stage,
        round=event.round,
        achieved_on=event.on,
        review=event.review,
        overridden=" ".join(event.overridden) or None,
    )
    changes: dict[str, Any] = {"milestones": (*state.milestones, milestone)}
    if event.leaves:
        changes["visits"] = _leave(state, event.stage, event.on, VisitOutcome.ACHIEVED)
    return changes


def _on_milestone(
    state: InitiativeState,
    event: ev.MilestoneConfirmed | ev.MilestoneLapsed | ev.MilestoneRestored | ev.MilestoneWithdrawn,
    **update: Any,
) -> dict[str, Any]:
    here = (event.stage, event.round)
    return {"milestones": _swap(state.milestones, lambda m: (m.stage, m.round) == here, **update)}


def _milestone_confirmed(state: InitiativeState, event: ev.MilestoneConfirmed, entry: Entry) -> dict[str, Any]:
    return _on_milestone(state, event, overridden=" ".join(event.overridden) or None)


def _milestone_lapsed(state: InitiativeState, event: ev.MilestoneLapsed, entry: Entry) -> dict[str, Any]:
    return _on_milestone(state, event, lapsed_on=event.on, lapsed_by=" ".join(event.criteria))


def _milestone_restored(state: InitiativeState, event: ev.MilestoneRestored, entry: Entry) -> dict[str, Any]:
    return _on_milestone(state, event, lapsed_on=None, lapsed_by=None)


def _milestone_withdrawn(state: InitiativeState, event: ev.MilestoneWithdrawn, entry: Entry) -> dict[str, Any]:
    return _on_milestone(state, event, withdrawn_on=event.on)


def _initiative_stopped(state: InitiativeState, event: ev.InitiativeStopped, entry: Entry) -> dict[str, Any]:
    return {"standing": Standing.STOPPED}


def _expiry_told(record: str, ended: int = 0) -> Callable[[InitiativeState, Any, Entry], dict[str, Any]]:
    def change(state: InitiativeState, event: Any, entry: Entry) -> dict[str, Any]:
        subject, months = getattr(event, record), getattr(event, "months", ended)
        expiry = Expiry(record=record, subject=subject, until=event.until, months=months)
        this = (record, subject, event.until)
        return {"expiries": (*(e for e in state.expiries if (e.record, e.subject, e.until) != this), expiry)}

    return change


_CHANGES: dict[type[Frozen], Callable[[InitiativeState, Any, Entry], dict[str, Any]]] = {
    ev.InitiativeMigrated: _migrated,
    ev.StageEntered: _stage_entered,
    ev.StageLeft: _stage_left,
    ev.StageDeclined: _stage_declined,
    ev.StageOverdue: _stage_overdue,
    ev.FindingChanged: _finding_changed,
    ev.GateOpened: _gate_opened,
    ev.GateReopened: _gate_opened,
    ev.GateChanged: _gate_changed,
    ev.GateWithdrawn: _gate_withdrawn,
    ev.HoldEnded: _hold_ended,
    ev.VoteCast: _vote_cast,
    ev.VoteFell: _vote_fell,
    ev.VoteWithdrawn: _vote_fell,
    ev.GateReferred: _gate_referred,
    ev.CodeRenewed: _code_renewed,
    ev.DecisionRefused: _decision_refused,
    ev.GateDecided: _gate_decided,
    ev.ConditionSet: _condition_set,
    ev.ConditionMet: _condition_status(ConditionStatus.MET),
    ev.ConditionMissed: _condition_status(ConditionStatus.MISSED),
    ev.MilestoneAchieved: _milestone_achieved,
    ev.MilestoneConfirmed: _milestone_confirmed,
    ev.MilestoneLapsed: _milestone_lapsed,
    ev.MilestoneRestored: _milestone_restored,
    ev.MilestoneWithdrawn: _milestone_withdrawn,
    ev.InitiativeStopped: _initiative_stopped,
    LabelExpiring: _expiry_told("label"),
    LabelExpired: _expiry_told("label"),
    LabelForfeited: _expiry_told("label", GRACE_OVER),
    StrategyExpiring: _expiry_told("strategy"),
    StrategyExpired: _expiry_told("strategy"),
}

_FOLDED: tuple[type[Frozen], ...] = (ev.InitiativeEnrolled, *_CHANGES)
STATE_EVENT_KINDS = frozenset(str(cls.model_fields["kind"].default) for cls in _FOLDED)
"""The kinds of entries that make a state: of all others only the last one's number shows in it."""
