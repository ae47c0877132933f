"""The day of a command is the local day of its initiative, and never before that of the last entry of its chain."""

from __future__ import annotations

from datetime import UTC, date, datetime

from support.world import World, model, stage, stated

from clusterflow.domain.terms import DecisionKind
from clusterflow.services import ledger

from .conftest import MakeWorld


def monterrey(world: MakeWorld) -> World:
    w = world(model(stage("first", (), stated("signed")), stage("second", ("first",))))
    w.enrol()
    w.record("initiative id=one timezone=America/Monterrey")
    return w


def at(w: World, moment: str) -> World:
    """Set the clock, in UTC; Monterrey is six hours behind."""
    w.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return w


def days(w: World) -> dict[str, date]:
    """The day in the last entry of each kind."""
    return {e.event.kind: e.event.on for e in ledger.entries(w.context, "one") if getattr(e.event, "on", None)}


def test_the_day_of_a_command_is_that_of_the_initiative(world: MakeWorld) -> None:
    w = monterrey(world)
    w.state_figure("signed")
    at(w, "2024-01-11T03:00")
    w.evaluate()
    w.decide("first", DecisionKind.GO)
    assert {days(w)[kind] for kind in ("gate.opened", "gate.decided", "milestone.achieved")} == {date(2024, 1, 10)}


def test_a_clock_that_is_behind_writes_no_earlier_day_than_the_last_entry(world: MakeWorld) -> None:
    w = monterrey(world)
    w.state_figure("signed")
    at(w, "2024-01-11T06:00:02")
    w.evaluate()
    assert days(w)["gate.opened"] == date(2024, 1, 11)
    at(w, "2024-01-11T05:59:58").decide("first", DecisionKind.GO)
    assert days(w)["gate.decided"] == date(2024, 1, 11)
