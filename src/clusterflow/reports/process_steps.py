"""Converts a ledger to the steps of its model's BPMN process, so that a log can be replayed on the process.

A stage is complete when the review opens in which its gate is decided. Then the gate is decided, and the milestone is
achieved. A review that was withdrawn is no step. Neither is that of a gate which was opened again after its milestone.
Whether to begin an optional stage is asked when it is entered, except by a recycle: that leads directly to its task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    life = [entry for entry in entries if isinstance(entry.event, _STEP_EVENTS)]
    opened = {e.event.review for e in life if isinstance(e.event, GateOpened)}
    decided = {e.event.review for e in life if isinstance(e.event, GateDecided)} & opened
    worked = set[tuple[str, int]]()
    recycled_to: str | None = None
    for entry in life:
        match entry.event:
            case ev.StageEntered(stage=stage):
                if model.stage(stage).optional and stage != recycled_to:
                    yield Step(f"consider_{stage}", entry)
                recycled_to = None
            case GateOpened(review=review, stage=stage, round=turn) if review in decided:
                if (stage, turn) not in worked:
                    worked.add((stage, turn))
                    yield Step(f"stage_{stage}", entry)
            case GateDecided(review=review, stage=stage, to_stage=to_stage) if review in decided:
                recycled_to = to_stage
                yield Step(f"decide_{stage}", entry)
            case ev.MilestoneAchieved(stage=stage):
                yield Step(f"milestone_{stage}", entry)
            case _:
                pass


_STEP_EVENTS = (ev.StageEntered, GateOpened, GateDecided, ev.MilestoneAchieved)
