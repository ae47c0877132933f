"""Stages with a fixed term: at its end the gate opens, for an extension, the next level or the end."""

from __future__ import annotations

from datetime import date

from support.due import fall_due, moments, replays
from support.world import World, model, stage

from clusterflow.domain.lifecycle import Term
from clusterflow.domain.terms import DecisionKind, StageStatus
from clusterflow.rules.stage_progress import progress_in
from clusterflow.rules.visit_priority import Sign, count_signs
from clusterflow.services import gates, standing

from .conftest import MakeWorld


def begun(world: MakeWorld) -> World:
    """Norway in small: Arena for 100 days, extended once by 50 at most, then Arena Pro."""
    arena = stage("arena", allowed_days=100).model_copy(update={"term": Term(extension_days=50)})
    w = world(model(arena, stage("pro", ("arena",), allowed_days=999)))
    w.enrol()
    return w


def due_on(w: World) -> date | None:
    visit = standing.state(w.context, "one").visit("arena")
    return visit.due_on if visit else None


def test_at_the_end_of_a_fixed_term_the_gate_opens_though_it_is_not_ready(world: MakeWorld) -> None:
    w = begun(world)
    assert fall_due(w, "2024-04-19") == ()
    assert fall_due(w, "2024-04-22") == ("gate.opened",), "a Monday"
    assert fall_due(w, "2024-09-02") == (), "it waits, and is not overdue"
    assert moments(w) == {}
    state, tiny = standing.state(w.context, "one"), w.context.models["tiny"]
    now = progress_in(state, tiny.stage("arena"), date(2024, 9, 2))
    assert (now.status, now.overdue) == (StageStatus.GATE_OPEN, False)
    assert count_signs(state, tiny, date(2024, 9, 2), None, lambda _: ())[Sign.OVERDUE] == 0
    assert replays(w)


def test_a_hold_within_a_fixed_term_leaves_its_end(world: MakeWorld) -> None:
    w = begun(world)
    gates.open_gate(w.at("2024-02-01").context, "one", "arena")
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 3, 1)).decided is DecisionKind.HOLD
    assert due_on(w) == date(2024, 4, 19)
    fall_due(w, "2024-04-22")
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 6, 7)).decided, "the extension is still there"
    assert due_on(w) == date(2024, 6, 6)
    assert replays(w)


def test_a_hold_within_an_extended_term_is_no_further_extension(world: MakeWorld) -> None:
    w = begun(world)
    gates.open_gate(w.at("2024-02-01").context, "one", "arena")
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 5, 10)).decided
    end = due_on(w)
    gates.open_gate(w.at("2024-05-01").context, "one", "arena")
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 5, 6)).decided
    gates.open_gate(w.at("2024-05-07").context, "one", "arena")
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 5, 20)).refused == "term"
    assert due_on(w) == end == date(2024, 5, 9)


def test_a_term_may_be_extended_as_often_and_as_long_as_the_model_says(world: MakeWorld) -> None:
    w = begun(world)
    fall_due(w, "2024-04-22")
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 6, 10)).refused == "term"
    assert w.decide("arena", DecisionKind.HOLD, until=date(2024, 6, 7)).decided is DecisionKind.HOLD
    assert due_on(w) == date(2024, 6, 6), "the term ends when the extension does, not days before"
    assert fall_due(w, "2024-06-07") == ("hold.ended", "gate.opened")
    refused = w.decide("arena", DecisionKind.HOLD, until=date(2024, 6, 20))
    assert (refused.refused, "cannot be extended again" in (refused.why or "")) == ("term", True)
    w.state_figure("arena")
    w.evaluate()
    assert w.decide("arena").entered == ("pro",)
    assert replays(w)
