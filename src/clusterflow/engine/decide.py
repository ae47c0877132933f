"""At the gate: open a review by hand, and take a decision or refuse it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from clusterflow.engine.days import today_of
from clusterflow.engine.evaluate import Declarations, enrolled_state, is_fresh, look, write
from clusterflow.engine.work import Work
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.model import events as ev
from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.state import InitiativeState
from clusterflow.model.text import Frozen
from clusterflow.model.verdict import Verdict
from clusterflow.model.words import DecisionKind
from clusterflow.rules.course import Course
from clusterflow.rules.decision import Ballot, Decider, Refusal, plan_decision, refuse
from clusterflow.rules.evaluation import open_gate, plan_evaluation
from clusterflow.rules.judge import recall_gate
from clusterflow.rules.mistakes import nearest
from clusterflow.store import ledger, registry
from clusterflow.store.models import kept_model
from clusterflow.store.people import alias_of, capacities

Declared = Callable[[], Declarations]
"""Where the metrics are declared: read only where something must be measured anew."""


class Decided(Frozen):
    """What became of a ballot: refused with its reason, counted as a vote, or the gate is decided."""

    initiative: str
    stage: str
    review: str | None = None
    refused: str | None = None
    why: str | None = None
    decided: DecisionKind | None = None
    votes: int = 0
    need: int = 1
    entered: tuple[str, ...] = ()
    version: int = 0

    @property
    def taken(self) -> bool:
        return self.refused is None


class Opened(Frozen):
    """A review that was opened by hand, or was open already."""

    initiative: str
    stage: str
    review: str
    findings: str
    readiness: str


@dataclass(frozen=True, slots=True)
class Settled:
    """An initiative whose standing answers are those of the day."""

    state: InitiativeState
    model: LifecycleModel
    today: date

    def verdict(self, stage: str) -> Verdict | None:
        """The verdict for the gate of a stage under way."""
        if self.state.visit(stage) is None:
            return None
        return recall_gate(self.model.stage(stage), self.state.answers)


def stage_of(model: LifecycleModel, stage: str) -> str:
    """The stage's id, checked.

    Raises:
        UnknownName: with the stages of this model that are nearest.
    """
    if stage not in model.by_id:
        raise UnknownName(f"stage of {model.id}", stage, nearest(stage, model.by_id) or list(model.by_id))
    return stage


def open_review(work: Work, initiative: str, stage: str, declared: Declared) -> Opened:
    """Open a gate review by hand: to hold, recycle, stop, or go on under conditions before the gate is ready."""
    now = _standing(work, initiative, declared)
    stage_of(now.model, stage)
    course = Course(now.model, now.state, now.today)
    verdict = now.verdict(stage)
    visit = now.state.visit(stage)
    if visit is None or verdict is None:
        raise NotPossible(f"«{initiative}» is not in stage «{stage}»; it is in: {_under_way(now.state)}")
    if now.state.open_review(stage) is None:
        if now.state.milestone(stage) is not None:
            raise NotPossible(f"the milestone of «{stage}» is already achieved")
        open_gate(course, visit, verdict, by_hand=True)
        work.live(now.state, course.events)
    review = course.state.open_review(stage)
    assert review is not None  # noqa: S101 - it was just opened
    return Opened(
        initiative=initiative,
        stage=stage,
        review=review.id,
        findings=review.findings,
        readiness=verdict.readiness.value,
    )


def decide(work: Work, initiative: str, person: str, ballot: Ballot, declared: Declared) -> Decided:
    """Take a decision at a gate, on the findings of this moment, or refuse it; both are written in the ledger.

    Raises:
        UnknownName: the initiative, the stage or the person.
    """
    state = enrolled_state(work, initiative)
    today = today_of(work, initiative)
    alias = alias_of(work.connection, person, work.context.ids)
    if alias is None:
        raise UnknownName("person", person, nearest(person, registry.names(work.connection, "person")))
    roles, helixes = capacities(work.connection, initiative, today, person).get(person, (frozenset(), frozenset()))
    decider = Decider(alias, roles, helixes)
    now = _settled(work, state, today, declared)
    stage_of(now.model, ballot.stage)
    verdict = now.verdict(ballot.stage)
    no = refuse(now.model, now.state, verdict, ballot, decider, today, _changed(work, now.state, ballot))
    if no is not None or verdict is None:
        return _refused(work, now.state, ballot, decider, no or Refusal("closed", "the gate is closed"))
    events = plan_decision(now.model, now.state, verdict, ballot, decider, today)
    after = work.live(now.state, events)
    review = now.state.open_review(ballot.stage)
    assert review is not None  # noqa: S101 - refuse() saw it open
    done = next((e for e in events if isinstance(e, ev.GateDecided)), None)
    return Decided(
        initiative=initiative,
        stage=ballot.stage,
        review=review.id,
        decided=done.decision if done else None,
        votes=sum(v.review == review.id for v in after.votes),
        need=now.model.stage(ballot.stage).gate.decided_by.need,
        entered=tuple(e.stage for e in events if isinstance(e, ev.StageEntered)),
        version=after.version,
    )


def _settled(work: Work, state: InitiativeState, today: date, declared: Declared) -> Settled:
    """The initiative as of now: by the answers last told while they are fresh, else measured and written anew."""
    if is_fresh(work, state, today):
        return Settled(state, kept_model(work.connection, state.model_hash), today)
    now = look(work.connection, state, today, declared())
    events = plan_evaluation(now.model, state, now.assessment, today)
    return Settled(write(work, now, events), now.model, today)


def _standing(work: Work, initiative: str, declared: Declared) -> Settled:
    state = enrolled_state(work, initiative)
    return _settled(work, state, today_of(work, initiative), declared)


def _changed(work: Work, state: InitiativeState, ballot: Ballot) -> list[str]:
    """What changed at the gate since the decider looked: the answers told after that look."""
    review = state.open_review(ballot.stage)
    if ballot.seen is None or review is None or ballot.seen == review.findings:
        return []
    since = 0
    told: list[tuple[int, str]] = []
    for entry in ledger.read_entries(
        work.connection, state.initiative, kinds=("gate.opened", "gate.changed", "finding.changed")
    ):
        event = entry.event
        if isinstance(event, (ev.GateOpened, ev.GateChanged)) and event.findings == ballot.seen:
            since = entry.version
        elif isinstance(event, ev.FindingChanged) and event.stage == ballot.stage:
            told.append((entry.version, f"{event.criterion} is now {event.answer} ({event.found})"))
    return [text for version, text in told if version > since > 0]


def _refused(work: Work, state: InitiativeState, ballot: Ballot, decider: Decider, no: Refusal) -> Decided:
    review = state.open_review(ballot.stage)
    after = work.live(
        state,
        [
            ev.DecisionRefused(
                stage=ballot.stage,
                decider=decider.alias,
                decision=ballot.decision,
                why=no.code,
                review=review.id if review else None,
            )
        ],
    )
    return Decided(
        initiative=state.initiative,
        stage=ballot.stage,
        review=review.id if review else None,
        refused=no.code,
        why=str(no),
        version=after.version,
    )


def _under_way(state: InitiativeState) -> str:
    return ", ".join(v.stage for v in state.open_visits) or "none"
