"""Says how far an initiative is in a stage, and what it waits for. The texts for it are in ``reports``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from clusterflow.domain.lifecycle import Stage
from clusterflow.domain.state import InitiativeState, Visit
from clusterflow.domain.terms import DecisionKind, StageStatus, Standing

UNDER_WAY = frozenset({StageStatus.UNDER_WAY, StageStatus.GATE_OPEN, StageStatus.HELD})


class Wait(StrEnum):
    """What kind of thing an initiative waits for."""

    DECISION = "decision"
    HOLD = "hold"
    CRITERIA = "criteria"
    RESTORING = "restoring"
    """All milestones were achieved, but one has lapsed."""
    NOTHING = "nothing"
    STOPPED = "stopped"


class Progress(Protocol):
    """How far an initiative is in a stage."""

    @property
    def status(self) -> StageStatus: ...
    @property
    def overdue(self) -> bool: ...
    @property
    def held_until(self) -> date | None:
        """Only if that day is yet to come."""

    @property
    def lapsed_on(self) -> date | None: ...
    @property
    def waiting_since(self) -> date | None:
        """The day since which it waits: for a decision, the end of a hold, criteria or a lapsed milestone."""


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far an initiative is in a stage on a day."""

    status: StageStatus
    overdue: bool
    held_until: date | None
    lapsed_on: date | None
    waiting_since: date | None


def progress_in(state: InitiativeState, stage: Stage, on: date) -> StageProgress:
    """Return how far an initiative is in a stage of its model on a day."""
    visit, review, milestone = state.visit(stage.id), state.open_review(stage.id), state.milestone(stage.id)
    until = state.held_until(stage.id)
    held = until if until and until > on else None
    if review is not None:
        status = StageStatus.GATE_OPEN  # also of a gate that was passed before and is open again
    elif milestone is not None:
        status = StageStatus.LAPSED if milestone.lapsed_on else StageStatus.ACHIEVED
    elif held is not None:
        status = StageStatus.HELD
    elif visit is not None:
        status = StageStatus.UNDER_WAY
    elif stage.id in state.declined:
        status = StageStatus.DECLINED
    else:
        status = StageStatus.LEFT if any(v.stage == stage.id for v in state.visits_of_life) else StageStatus.AHEAD
    return StageProgress(
        status=status,
        overdue=visit is not None and milestone is None and _is_late(stage, visit, held, on),
        held_until=held,
        lapsed_on=milestone.lapsed_on if milestone else None,
        waiting_since=_waiting_since(state, stage.id, held is not None),
    )


def _is_late(stage: Stage, visit: Visit, held: date | None, on: date) -> bool:
    """Whether a stage takes too long; nobody has to hurry while its gate is held."""
    return stage.may_be_late and held is None and on > visit.due_on


def _waiting_since(state: InitiativeState, stage: str, held: bool) -> date | None:
    visit, review, milestone = state.visit(stage), state.open_review(stage), state.milestone(stage)
    if review is not None:
        return review.opened_on
    closed = [r for r in state.reviews if r.stage == stage and r.closed_on is not None]
    if held:
        return max((r.closed_on for r in closed if r.outcome is DecisionKind.HOLD and r.closed_on), default=None)
    if milestone is not None:
        return milestone.lapsed_on
    if visit is None:
        return None
    # If the gate was open during this stay and closed again: since it closed.
    return max([visit.entered_on, *(r.closed_on for r in closed if r.closed_on and r.round == visit.round)])


def wait_of(standing: Standing, stages: Sequence[Progress]) -> Wait:
    """What an initiative waits for: a decision first, then the end of a hold, then its criteria."""
    if standing is Standing.STOPPED:
        return Wait.STOPPED
    if any(s.status is StageStatus.GATE_OPEN for s in stages):
        return Wait.DECISION
    now = [s for s in stages if s.status in UNDER_WAY]
    if any(s.held_until for s in now):
        return Wait.HOLD
    if now:
        return Wait.CRITERIA
    return Wait.RESTORING if any(s.lapsed_on for s in stages) else Wait.NOTHING


def waits_since(waits: Wait, stages: Iterable[Progress]) -> date | None:
    """The earliest day since which an initiative waits for that."""
    if waits is Wait.DECISION:
        matter = [s for s in stages if s.status is StageStatus.GATE_OPEN]
    elif waits in (Wait.HOLD, Wait.CRITERIA):
        matter = [s for s in stages if s.status in UNDER_WAY and (waits is Wait.CRITERIA or s.held_until)]
    else:
        matter = [s for s in stages if waits is Wait.RESTORING and s.lapsed_on]
    return min((s.waiting_since for s in matter if s.waiting_since), default=None)


def longest_wait_days(standing: Standing, stages: Sequence[Progress], on: date) -> int:
    """For how many days an initiative has waited in the stage where it waits longest; 0 if nothing waits."""
    if standing is Standing.STOPPED:
        return 0
    now = [s for s in stages if s.status in UNDER_WAY] or [s for s in stages if s.lapsed_on]
    return max(((on - s.waiting_since).days for s in now if s.waiting_since), default=0)
