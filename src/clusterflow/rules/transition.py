"""A transition: the new events of a command, and the state that they lead to."""

from __future__ import annotations

from datetime import date, timedelta

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry, LifeEvent
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.state import InitiativeState
from clusterflow.rules.projection import apply
from clusterflow.rules.stage_order import ready_to_enter


class Transition:
    """Collects events and applies each at once, so that each rule sees the effect of the earlier ones."""

    def __init__(self, model: LifecycleModel, state: InitiativeState, today: date) -> None:
        self.model, self.state, self.today = model, state, today
        self.events: list[LifeEvent] = []

    def add(self, event: LifeEvent) -> None:
        self.events.append(event)
        # Chain fields play no part in folding but for the version; the store writes the true ones. Nothing is validated
        # again: Pydantic would first prepare that for every kind of event.
        entry = Entry.model_construct(
            chain=self.state.initiative,
            version=self.state.version + 1,
            at=self.state.last_at,
            actor="",
            command="",
            event=event,
            previous="",
            hash="",
        )
        after = apply(self.state, entry)
        assert after is not None  # noqa: S101 - an enrolled state stays one
        self.state = after

    def enter(self, stage_id: str) -> None:
        """Begin a stage, or another round of it."""
        stage = self.model.stage(stage_id)
        due = self.today + timedelta(days=stage.allowed_days)
        self.add(
            ev.StageEntered(
                stage=stage_id,
                round=self.state.rounds(stage_id) + 1,
                on=self.today,
                due_on=due,
                escalate_on=due + timedelta(days=stage.escalate_days),
            )
        )

    def enter_ready_stages(self) -> None:
        """Begin every stage whose predecessors are achieved; a declined stage holds nothing up."""
        achieved = {m.stage for m in self.state.milestones if m.stands} | self.state.declined
        under_way = {v.stage for v in self.state.open_visits}
        for stage_id in ready_to_enter(self.model, achieved, under_way):
            self.enter(stage_id)
