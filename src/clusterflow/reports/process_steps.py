"""Converts a ledger to the steps of its model's BPMN process, so that a log can be replayed on the process.

A stage is complete when the review opens in which its gate is decided. Then the gate is decided, and the milestone is
achieved. A review that was withdrawn is no step. Neither is that of a gate which was opened again after its milestone.
Whether to begin an optional stage is asked when it is entered. Declining it answers that question or, once a review
of it was decided, is the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry
from clusterflow.domain.gate_events import GateDecided, GateOpened
from clusterflow.domain.lifecycle import LifecycleModel


@dataclass(frozen=True, slots=True)
class Step:
    """The completion of a task of the process, at the moment of a ledger entry."""

    element: str
    """The id of the task."""
    entry: Entry


def process_steps(entries: Iterable[Entry], model: LifecycleModel) -> Iterator[Step]:
    """Yield the steps of one life in order."""
    life = _under(model, list(entries))
    opened = {e.event.review for e in life if isinstance(e.event, GateOpened)}
    decided = {e.event.review for e in life if isinstance(e.event, GateDecided)} & opened
    worked = set[tuple[str, int]]()
    for entry in life:
        match entry.event:
            case ev.StageEntered(stage=stage) if model.stage(stage).optional:
                yield Step(f"consider_{stage}", entry)
            case GateOpened(review=review, stage=stage, round=turn) if review in decided:
                if (stage, turn) not in worked:
                    worked.add((stage, turn))
                    yield Step(f"stage_{stage}", entry)
            case GateDecided(review=review, stage=stage) if review in decided:
                yield Step(f"decide_{stage}", entry)
            case ev.StageDeclined(stage=stage, round=turn) if (stage, turn) in worked:
                yield Step(f"decide_{stage}", entry)
            case ev.MilestoneAchieved(stage=stage):
                yield Step(f"milestone_{stage}", entry)
            case _:
                pass


def _under(model: LifecycleModel, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that can be steps, those of former models with the stages that took the place of theirs.

    Entries of stages that the model does not have are left out.
    """
    places: dict[str, str] = {}
    found = list[Entry]()
    for entry in reversed(entries):
        event = entry.event
        if isinstance(event, ev.InitiativeMigrated):
            places = {former: places.get(to, to) for former, to in event.stages.items()}
        elif isinstance(event, ev.InitiativeEnrolled):
            places = {}
        elif isinstance(event, _STEP_EVENTS) and (place := places.get(event.stage, event.stage)) in model.by_id:
            moved = entry.model_copy(update={"event": event.model_copy(update={"stage": place})})
            found.append(entry if place == event.stage else moved)
    return found[::-1]


_STEP_EVENTS = (ev.StageEntered, GateOpened, GateDecided, ev.StageDeclined, ev.MilestoneAchieved)
