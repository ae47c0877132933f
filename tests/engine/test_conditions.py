"""The conditions of a conditional go: one that is missed opens its gate again for a decision."""

from __future__ import annotations

from datetime import date

import pytest
from support.due import fall_due, moments, replays
from support.world import World, model, stage, stated

from clusterflow.domain.terms import ConditionStatus, DecisionKind, Standing
from clusterflow.services import explanation, gate_forms, gates, standing

from .conftest import MakeWorld


@pytest.fixture
def missed(world: MakeWorld) -> World:
    """Passed under the condition that y be met by Friday 31 May; now it is Monday, and it is not."""
    w = world(
        model(
            stage("first", (), stated("x"), stated("y"), allowed_days=999),
            stage("second", ("first",), allowed_days=999),
        )
    )
    w.enrol()
    w.state_figure("x")
    w.state_figure("y", 0)
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 5, 31)})
    w.record("observation initiative=one metric=x numerator=1 on=2024-05-01")
    assert fall_due(w, "2024-06-01") == (), "the day after is a Saturday"
    assert fall_due(w, "2024-06-03") == ("condition.missed", "milestone.lapsed", "gate.reopened")
    return w


def test_a_missed_condition_opens_its_gate_again_for_a_decision(missed: World) -> None:
    w = missed
    (review,) = standing.state(w.context, "one").open_reviews
    assert (review.id, review.stage, review.round) == ("first-2", "first", 1)
    assert [i.review for i in gate_forms.open_gates(w.context)] == ["first-2"]
    assert {g.stage for g in explanation.explain(w.context, "one")} == {"first", "second"}
    assert gates.open_gate(w.context, "one", "first").review == "first-2"
    assert standing.state(w.context, "one").visit("second") is not None, "what follows goes on"
    assert fall_due(w, "2024-06-04") == ()
    assert w.decide("first").refused == "not-ready"
    assert replays(w)


def test_once_it_is_met_go_is_decided_and_the_milestone_stays_one(missed: World) -> None:
    w = missed
    w.at("2024-06-05").state_figure("y")
    assert w.evaluate() == ("finding.changed", "condition.met", "milestone.restored", "gate.changed")
    done = w.decide("first")
    assert (done.decided, done.entered) == (DecisionKind.GO, ())
    assert w.kinds().count("milestone.achieved") == w.kinds().count("milestone.confirmed") == 1
    assert fall_due(w, "2024-07-05") == ()
    assert w.evaluate() == ()
    assert replays(w)


def test_a_new_conditional_go_gives_more_time_and_may_be_missed_again(missed: World) -> None:
    w = missed
    assert w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 6, 28)}).taken
    assert [c.status for c in standing.state(w.context, "one").conditions] == [
        ConditionStatus.REPLACED,
        ConditionStatus.PENDING,
    ]
    assert w.evaluate() == ("milestone.restored",)
    assert fall_due(w, "2024-06-28") == ()
    assert fall_due(w, "2024-07-01") == ("condition.missed", "milestone.lapsed", "gate.reopened")
    assert replays(w)


def test_a_hold_at_a_gate_that_was_opened_again_ends_by_opening_it_once_more(missed: World) -> None:
    w = missed
    assert w.decide("first", DecisionKind.HOLD, until=date(2024, 7, 1)).taken
    assert standing.state(w.context, "one").open_reviews == ()
    assert w.at("2024-06-20").evaluate() == ()
    assert fall_due(w, "2024-07-01") == ("hold.ended", "gate.reopened")
    assert replays(w)


def test_from_a_gate_that_was_opened_again_the_way_back_is_open(missed: World) -> None:
    w = missed
    assert w.decide("first", DecisionKind.RECYCLE, to_stage="first").entered == ("first",)
    state = standing.state(w.context, "one")
    assert [v.stage for v in state.open_visits] == ["first"]
    assert state.milestone("first") is None
    w.at("2024-06-10").state_figure("y")
    w.evaluate()
    assert w.decide("first").entered == ("second",), "the conditions of the first round bind the second no more"
    assert fall_due(w, "2024-06-11") == ()
    assert replays(w)


def test_a_gate_that_was_opened_again_can_stop_everything(missed: World) -> None:
    w = missed
    w.decide("first", DecisionKind.STOP)
    assert standing.state(w.context, "one").standing is Standing.STOPPED
    assert moments(w) == {}


def test_a_condition_at_an_open_ended_stage_opens_its_gate_again(world: MakeWorld) -> None:
    w = world(model(stage("life", (), stated("y"), open_ended=True)))
    w.enrol()
    gates.open_gate(w.context, "one", "life")
    w.decide("life", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 5, 31)})
    assert fall_due(w, "2024-06-03") == ("condition.missed", "gate.reopened"), "unknown: missed, but nothing lapses"
    w.state_figure("y")
    w.evaluate()
    assert w.decide("life").decided is DecisionKind.GO
    assert standing.state(w.context, "one").visit("life") is not None
    assert replays(w)


def test_a_condition_met_in_time_or_on_the_weekend_after_is_not_missed(world: MakeWorld) -> None:
    w = world(model(stage("first", (), stated("y")), stage("second", ("first",), allowed_days=999)))
    w.enrol()
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 5, 31)})
    w.at("2024-06-02").state_figure("y")
    assert fall_due(w, "2024-06-03") == ("finding.changed", "condition.met")
