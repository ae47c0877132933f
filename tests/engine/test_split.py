"""Votes that differ: a gate always has a way out, by another vote, a lifted veto, or the model's rule for a tie."""

from __future__ import annotations

from datetime import date, timedelta

from support.due import fall_due, replays
from support.world import World, model, stage, stated

from clusterflow.cli.gates import ballot_summary
from clusterflow.domain.lifecycle import DecidedBy, Split
from clusterflow.domain.terms import DecisionKind, Role, SplitDays, Stance
from clusterflow.services import explanation, gates, standing

from .conftest import MakeWorld

BOARD = (Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.MANAGER)
MARCH, APRIL, MAY = date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 1)


def begun(world: MakeWorld, **rule: object) -> World:
    """An initiative whose gate is ready; mona, bruno and gala may vote."""
    decided_by = DecidedBy(**{"roles": BOARD, "need": 2, "per_organisation": 2, **rule})  # type: ignore[arg-type]
    w = world(
        model(stage("first", (), stated("first"), rule=decided_by, allowed_days=999), stage("second", ("first",)))
    )
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    return w


def hold(w: World, by: str, until: date) -> DecisionKind | None:
    return w.decide("first", DecisionKind.HOLD, by=by, until=until).decided


def standing_votes(w: World) -> list[str]:
    return [v.kind for v in standing.state(w.context, "one").standing_votes("first-1")]


def test_a_vote_can_be_changed_while_the_gate_is_open(world: MakeWorld) -> None:
    w = begun(world)
    hold(w, "mona", MARCH)
    hold(w, "bruno", APRIL)
    hold(w, "gala", MAY)
    assert w.decide("first", DecisionKind.HOLD, by="gala", until=APRIL).decided is DecisionKind.HOLD
    assert w.kinds()[-3:] == ["vote.withdrawn", "vote.cast", "gate.decided"]
    votes = standing.state(w.context, "one").votes
    assert [(v.until, v.stands) for v in votes] == [(MARCH, True), (APRIL, True), (MAY, False), (APRIL, True)]
    assert replays(w)


def test_a_vote_that_says_the_same_again_is_refused_and_learns_how_to_change_it(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="mona")
    again = w.decide("first", by="mona")
    assert again.refused == "twice"
    assert "can be changed or taken back" in (again.why or "")


def test_only_votes_for_the_same_decision_are_counted(world: MakeWorld) -> None:
    w = begun(world, need=3, veto=(Role.BOARD_CHAIR,))
    assert w.decide("first", Stance.ABSTAIN, by="gala").votes == 0
    assert w.decide("first", Stance.VETO, by="bruno").votes == 0
    done = w.decide("first", by="mona")
    assert (done.votes, done.need) == (1, 3)


def test_a_veto_that_is_taken_back_lets_the_go_of_the_others_pass(world: MakeWorld) -> None:
    w = begun(world, veto=(Role.BOARD_CHAIR,))
    w.decide("first", Stance.VETO, by="bruno", reason="too early")
    w.decide("first", by="mona")
    assert w.decide("first", by="gala").decided is None
    done = w.decide("first", Stance.WITHDRAW, by="bruno", reason="the papers came")
    assert (done.decided, done.entered) == (DecisionKind.GO, ("second",))
    assert replays(w)


def test_who_cast_a_veto_may_vote_instead(world: MakeWorld) -> None:
    w = begun(world, veto=(Role.BOARD_CHAIR,))
    w.decide("first", Stance.VETO, by="bruno")
    w.decide("first", by="mona")
    assert w.decide("first", by="bruno").decided is DecisionKind.GO


def test_a_vote_can_be_taken_back_and_only_by_who_has_one(world: MakeWorld) -> None:
    w = begun(world)
    assert w.decide("first", Stance.WITHDRAW, by="gala").refused == "withdraw"
    w.decide("first", by="mona")
    assert w.decide("first", Stance.WITHDRAW, by="mona").taken
    assert standing_votes(w) == []
    assert w.decide("first", by="bruno").decided is None
    assert replays(w)


def test_who_stood_aside_may_take_that_back_and_then_vote(world: MakeWorld) -> None:
    w = begun(world)
    for person in ("bruno", "gala"):
        w.decide("first", Stance.RECUSE, by=person, reason="my own firm")
    assert w.decide("first", by="mona").votes == 1
    refused = w.decide("first", by="bruno")
    assert (refused.refused, "take that back (withdraw)" in (refused.why or "")) == ("twice", True)
    done = w.decide("first", Stance.WITHDRAW, by="bruno", reason="it was about another firm")
    assert (done.taken, done.withdrawn) == (True, True)
    assert w.decide("first", by="bruno").decided is DecisionKind.GO
    assert replays(w)


def test_only_who_stood_aside_takes_that_back(world: MakeWorld) -> None:
    w = begun(world)
    w.record("delegation initiative=one person=bruno delegate=mona from=2024-01-01")
    w.decide("first", Stance.RECUSE, by="bruno")
    assert w.decide("first", Stance.WITHDRAW, by="mona", speaks_for="bruno").refused == "twice"


def test_a_vote_against_which_a_veto_stands_says_so(world: MakeWorld) -> None:
    w = begun(world, veto=(Role.BOARD_CHAIR,))
    w.decide("first", Stance.VETO, by="bruno")
    w.decide("first", by="mona")
    done = w.decide("first", by="gala")
    assert (done.decided, done.votes, done.vetoed) == (None, 2, True)
    assert "a veto stands, which only its decider can take back (withdraw)" in ballot_summary(done, {})
    assert not w.decide("first", DecisionKind.STOP, by="gala").vetoed, "a veto bars no stop"
    (gate,) = explanation.explain(w.context, "one", "first", language="en")
    assert gate.votes == "Votes: go 1 of 2; stop 1 of 2; vetoes 1"


def test_holds_for_different_days_are_one_decision_where_the_model_says_the_earliest_day(world: MakeWorld) -> None:
    w = begun(world, split=Split(days=SplitDays.EARLIEST))
    assert hold(w, "mona", APRIL) is None
    assert hold(w, "bruno", MARCH) is DecisionKind.HOLD
    assert standing.state(w.context, "one").held_until("first") == MARCH


def test_conditions_with_different_days_take_the_earliest_day_of_each(world: MakeWorld) -> None:
    w = begun(world, split=Split(days=SplitDays.EARLIEST))
    w.decide("first", DecisionKind.CONDITIONAL_GO, by="mona", due={"first": APRIL})
    assert w.decide("first", DecisionKind.CONDITIONAL_GO, by="gala", due={"first": MARCH}).decided is not None
    assert [c.due_on for c in standing.state(w.context, "one").conditions] == [MARCH]


def test_the_vote_of_the_chair_breaks_a_tie_once_everybody_has_voted(world: MakeWorld) -> None:
    w = begun(world, split=Split(tie=Role.BOARD_CHAIR))
    hold(w, "mona", MARCH)
    assert w.decide("first", by="bruno").decided is None, "gala is still to be heard"
    assert w.decide("first", DecisionKind.STOP, by="gala").decided is DecisionKind.GO


def test_a_casting_vote_lifts_no_veto(world: MakeWorld) -> None:
    w = begun(world, split=Split(tie=Role.BOARD_CHAIR), veto=(Role.MANAGER,))
    w.decide("first", Stance.VETO, by="mona")
    w.decide("first", by="bruno")
    assert w.decide("first", DecisionKind.STOP, by="gala").decided is None


def test_a_tie_ends_all_votes_where_the_model_asks_for_another_vote(world: MakeWorld) -> None:
    w = begun(world, split=Split(tie="revote"))
    w.decide("first", by="mona")
    w.decide("first", DecisionKind.STOP, by="bruno")
    assert standing_votes(w) == ["go", "stop"]
    hold(w, "gala", MARCH)
    assert standing_votes(w) == []
    assert w.kinds()[-3:] == ["vote.fell"] * 3
    w.decide("first", by="mona")
    assert w.decide("first", by="bruno").decided is DecisionKind.GO
    assert replays(w)


def test_an_undecided_gate_goes_back_to_the_office_which_then_decides_alone(world: MakeWorld) -> None:
    w = begun(world, split=Split(office_after_days=30))
    w.record(
        "office id=program organisation=ministry name=Program from=2020-01-01",
        "initiative id=one office=program",
        "person id=olga name=Olga email=olga@ministry.example from=2020-01-01",
        "representation person=olga organisation=ministry from=2020-01-01",
    )
    w.evaluate()
    hold(w, "mona", MAY)
    assert w.decide("first", by="olga").refused == "role"
    day = date(2024, 1, 10) + timedelta(days=30)
    assert "gate.referred" not in fall_due(w, str(day - timedelta(days=1)))
    assert fall_due(w, "2024-02-09") == ("gate.referred",)
    assert "olga" in {d.person for d in gates.eligible_deciders(w.context, "one", "first")}
    assert w.evaluate() == ()
    assert w.decide("first", by="olga").decided is DecisionKind.GO
    assert replays(w)
