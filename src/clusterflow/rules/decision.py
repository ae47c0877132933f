"""Who may decide what: allow or refuse, and what a decision brings. A guard has no side effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from clusterflow.model import events as ev
from clusterflow.model.events import LifeEvent
from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.state import InitiativeState, Review
from clusterflow.model.verdict import Verdict
from clusterflow.model.words import (
    Answer,
    DecisionKind,
    HelixKind,
    Readiness,
    Role,
    Standing,
    VisitOutcome,
)
from clusterflow.rules.course import Course
from clusterflow.rules.order import ancestors, descendants


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody wants to decide at a gate."""

    stage: str
    decision: DecisionKind
    reason: str
    role: Role | None = None
    seen: str | None = None
    """The digest of the findings that the decider saw, where the door knows it."""
    until: date | None = None
    to_stage: str | None = None
    due: Mapping[str, date] = field(default_factory=dict)
    """For a conditional go: the criteria still to be met, each with its date."""
    due_all: date | None = None
    """For a conditional go: one date for every criterion that is not met."""
    review: str | None = None
    """The review that is meant, where the door knows it: a form answers the one it was put for, and no later one."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody as the registry knows them on the day: pseudonym, roles, and whom they represent."""

    alias: str
    roles: frozenset[Role] = frozenset()
    helixes: frozenset[HelixKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An ordinary *no*: why, and what would help."""

    code: str
    why: str
    help: str = ""

    def __str__(self) -> str:
        return f"{self.why}. {self.help}" if self.help else self.why


def refuse(
    model: LifecycleModel,
    state: InitiativeState,
    verdict: Verdict | None,
    ballot: Ballot,
    decider: Decider,
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
        _not_entitled(model, ballot, decider)
        or _spoke_already(state, review, decider)
        or _stale(verdict, ballot, changed)
        or _unfit(model, verdict, ballot, today)
    )


def role_of(model: LifecycleModel, ballot: Ballot, decider: Decider) -> Role:
    """In which of the roles that the gate asks for the decider speaks; the first, where several fit."""
    if ballot.role is not None:
        return ballot.role
    return next(r for r in model.stage(ballot.stage).gate.decided_by.roles if r in decider.roles)


def plan_decision(
    model: LifecycleModel,
    state: InitiativeState,
    verdict: Verdict,
    ballot: Ballot,
    decider: Decider,
    today: date,
) -> tuple[LifeEvent, ...]:
    """The vote, and where it fills the quorum, the decision and all that follows from it."""
    review = state.open_review(ballot.stage)
    assert review is not None  # noqa: S101 - refuse() came first
    course = Course(model, state, today)
    course.add(
        ev.VoteCast(
            review=review.id,
            stage=ballot.stage,
            decider=decider.alias,
            role=role_of(model, ballot, decider),
            decision=ballot.decision,
            reason=ballot.reason.strip(),
            findings=verdict.digest,
            until=ballot.until,
            to_stage=ballot.to_stage,
        )
    )
    same = [
        v
        for v in course.state.votes
        if v.review == review.id and v.kind is ballot.decision and v.stage == ballot.to_stage
    ]
    if len(same) >= model.stage(ballot.stage).gate.decided_by.need:
        _carry_out(course, review, verdict, ballot)
    return tuple(course.events)


def conditions_of(verdict: Verdict, ballot: Ballot) -> dict[str, date]:
    """The conditions that a conditional go sets: those named, and with one date for all, whatever is not met."""
    conditions = dict(ballot.due)
    if ballot.due_all is not None:
        open_findings = verdict.hindrances or tuple(f for f in verdict.findings if f.answer is not Answer.MET)
        for finding in open_findings:
            conditions.setdefault(finding.criterion.id, ballot.due_all)
    return conditions


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


def _not_entitled(model: LifecycleModel, ballot: Ballot, decider: Decider) -> Refusal | None:
    rule = model.stage(ballot.stage).gate.decided_by
    barred = sorted(h for h in decider.helixes if h in rule.never)
    if barred:
        return Refusal("barred", f"who represents {' and '.join(barred)} never decides at the gate of «{ballot.stage}»")
    asked = ", ".join(rule.roles)
    held = ", ".join(sorted(decider.roles)) or "none"
    if ballot.role is not None and ballot.role not in rule.roles:
        return Refusal("role", f"at the gate of «{ballot.stage}» decides: {asked}; not {ballot.role}")
    fitting = decider.roles & ({ballot.role} if ballot.role is not None else set(rule.roles))
    if not fitting:
        return Refusal(
            "role",
            f"at the gate of «{ballot.stage}» decides: {asked}; on this day the decider's roles are: {held}",
            "Record the seat or the representation that gives the role, with the day it began",
        )
    return None


def _spoke_already(state: InitiativeState, review: Review, decider: Decider) -> Refusal | None:
    if any(v.review == review.id and v.decider == decider.alias for v in state.votes):
        return Refusal("twice", "the same person has already decided at this gate")
    return None


def _stale(verdict: Verdict, ballot: Ballot, changed: Iterable[str]) -> Refusal | None:
    if ballot.seen is None or ballot.seen == verdict.digest:
        return None
    what = "; ".join(changed)
    return Refusal(
        "stale",
        "the findings changed since they were seen" + (f": {what}" if what else ""),
        f"Look at them again (they are now {verdict.digest}) and decide anew",
    )


def _unfit(model: LifecycleModel, verdict: Verdict, ballot: Ballot, today: date) -> Refusal | None:
    """Whether the ballot is complete for its kind of decision."""
    if not ballot.reason.strip():
        return Refusal("reason", "a decision names its reason")
    hindrances = [f.criterion.id for f in verdict.hindrances]
    match ballot.decision:
        case DecisionKind.GO if verdict.readiness is not Readiness.READY:
            return Refusal(
                "not-ready",
                f"the gate is not ready: {', '.join(hindrances)}",
                "A conditional go with a date for each of them is possible",
            )
        case DecisionKind.CONDITIONAL_GO:
            return _unfit_conditions(verdict, ballot, hindrances, today)
        case DecisionKind.HOLD if ballot.until is None or ballot.until <= today:
            return Refusal("until", f"a hold needs a day after {today} until which it holds")
        case DecisionKind.RECYCLE:
            accepted = [s.id for s in model.stages if s.id in ancestors(model, ballot.stage)] + [ballot.stage]
            if ballot.to_stage not in accepted:
                return Refusal("to-stage", f"a recycle names the stage to go back to: {', '.join(accepted)}")
    return None


def _unfit_conditions(verdict: Verdict, ballot: Ballot, hindrances: list[str], today: date) -> Refusal | None:
    conditions = conditions_of(verdict, ballot)
    known = {f.criterion.id for f in verdict.findings}
    strange = sorted(set(conditions) - known)
    if strange:
        return Refusal(
            "conditions", f"the gate has no criterion {', '.join(strange)}", f"It has: {', '.join(sorted(known))}"
        )
    missing = sorted(set(hindrances) - set(conditions))
    if missing:
        return Refusal("conditions", f"a conditional go needs a date for: {', '.join(missing)}")
    if not conditions:
        return Refusal("conditions", "there is nothing left to be met: this is a go")
    past = sorted(c for c, day in conditions.items() if day <= today)
    if past:
        return Refusal("conditions", f"the date of a condition lies after {today}; too early for: {', '.join(past)}")
    return None


def _carry_out(course: Course, review: Review, verdict: Verdict, ballot: Ballot) -> None:
    stage = ballot.stage
    course.add(
        ev.GateDecided(
            review=review.id,
            stage=stage,
            decision=ballot.decision,
            on=course.today,
            until=ballot.until,
            to_stage=ballot.to_stage,
        )
    )
    match ballot.decision:
        case DecisionKind.GO:
            _achieve(course, review, {})
        case DecisionKind.CONDITIONAL_GO:
            _achieve(course, review, conditions_of(verdict, ballot))
        case DecisionKind.RECYCLE if ballot.to_stage is not None:
            undone = {ballot.to_stage} | descendants(course.model, ballot.to_stage)
            _withdraw(course, undone, VisitOutcome.RECYCLED)
            course.enter(ballot.to_stage)
        case DecisionKind.STOP:
            _withdraw(course, set(), VisitOutcome.STOPPED)
            course.add(ev.InitiativeStopped(stage=stage, on=course.today))


def _achieve(course: Course, review: Review, conditions: Mapping[str, date]) -> None:
    for criterion, due_on in sorted(conditions.items()):
        course.add(ev.ConditionSet(review=review.id, stage=review.stage, criterion=criterion, due_on=due_on))
    course.add(
        ev.MilestoneAchieved(
            stage=review.stage,
            round=review.round,
            review=review.id,
            on=course.today,
            conditional=bool(conditions),
            leaves=not course.model.stage(review.stage).open_ended,
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
