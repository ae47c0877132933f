"""A vote stands as long as the right to cast it: rights are checked again when votes are counted."""

from __future__ import annotations

from support.due import happened, replays
from support.world import World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy, Share
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Stance
from clusterflow.services import registry, standing

from .conftest import MakeWorld

BOARD = (Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.MANAGER)


def begun(world: MakeWorld, **rule: object) -> World:
    """An initiative whose gate is ready since 10 January; two of mona, bruno and gala decide."""
    decided_by = DecidedBy(**{"roles": BOARD, "need": 2, "per_organisation": 2, **rule})  # type: ignore[arg-type]
    w = world(model(stage("first", (), stated("first"), rule=decided_by), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    return w


def why_votes_fell(w: World) -> list[object]:
    return [fell["why"] for fell in happened(w, "vote.fell")]


def standing_votes(w: World) -> int:
    return len(standing.state(w.context, "one").standing_votes("first-1"))


def test_the_vote_of_a_seat_that_was_entered_by_mistake_does_not_count(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="gala")
    w.record("seat initiative=one body=board person=gala retract=true")
    done = w.decide("first", by="mona")
    assert (done.decided, done.votes) == (None, 1)
    assert why_votes_fell(w) == ["role"]
    assert w.decide("first", by="bruno").decided is DecisionKind.GO
    assert replays(w)


def test_the_vote_of_a_seat_that_had_ended_before_it_does_not_count_once_that_is_recorded(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="gala")
    w.record("seat initiative=one body=board person=gala organisation=ministry from=2020-01-01 to=2024-01-05")
    assert w.evaluate() == ("vote.fell",)
    assert standing_votes(w) == 0


def test_a_vote_in_good_right_outlasts_a_seat_that_ends_properly_later(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="gala")
    w.at("2024-01-20").record(
        "seat initiative=one body=board person=gala organisation=ministry from=2020-01-01 to=2024-01-15"
    )
    assert w.evaluate() == ()
    assert w.decide("first", by="mona").decided is DecisionKind.GO


def test_a_vote_in_good_right_outlasts_that_its_voter_represents_nobody_any_more(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="gala")
    w.at("2024-01-20").record(
        "seat initiative=one body=board person=gala organisation=ministry from=2020-01-01 to=2024-01-15",
        "representation person=gala organisation=ministry from=2020-01-01 to=2024-01-15",
    )
    assert w.evaluate() == ()
    assert w.decide("first", by="mona").decided is DecisionKind.GO


def test_a_chair_and_the_successor_count_once(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="bruno")
    w.at("2024-01-20").record(
        "seat initiative=one body=board person=bruno role=chair organisation=firm from=2020-01-01 to=2024-01-15",
        "seat initiative=one body=board person=nobody role=chair organisation=ministry from=2024-01-16",
    )
    done = w.decide("first", by="nobody")
    assert (done.decided, done.votes) == (None, 1)
    assert w.decide("first", by="mona").decided is DecisionKind.GO


def test_a_veto_ends_with_its_role_and_the_go_of_the_others_passes(world: MakeWorld) -> None:
    w = begun(world, veto=(Role.BOARD_CHAIR,))
    w.decide("first", Stance.VETO, by="bruno")
    w.decide("first", by="mona")
    w.decide("first", by="gala")
    w.at("2024-01-20").record(
        "seat initiative=one body=board person=bruno role=chair organisation=firm from=2020-01-01 to=2024-01-15"
    )
    assert w.evaluate()[:3] == ("vote.fell", "gate.decided", "milestone.achieved")
    assert replays(w)


def test_who_goes_over_to_the_government_has_no_vote_where_it_never_decides(world: MakeWorld) -> None:
    w = begun(world, never=(HelixKind.GOVERNMENT,))
    w.decide("first", by="bruno")
    w.at("2024-01-20").record("representation person=bruno organisation=ministry from=2024-01-18")
    assert w.decide("first", by="mona").decided is None
    assert why_votes_fell(w) == ["barred"]


UNIVERSITY = (
    "organisation id=uni name=Uni helix=academia from=2020-01-01",
    "representation person=mona organisation=uni from=2020-01-01",
)


def test_a_vote_fills_no_share_of_an_organisation_that_its_decider_never_represented(world: MakeWorld) -> None:
    each = (Share(helix=HelixKind.COMPANY, need=1), Share(helix=HelixKind.ACADEMIA, need=1))
    w = begun(world, each=each)
    w.record(*UNIVERSITY)
    w.decide("first", by="mona")
    w.record("representation person=mona organisation=uni retract=true")
    assert w.evaluate() == ("vote.fell",)
    assert w.decide("first", by="bruno").decided is None
    assert why_votes_fell(w) == ["organisation"]
    assert w.decide("first", by="mona").decided is None, "nobody speaks for a university any more"
    w.record("representation person=gala organisation=uni from=2020-01-01")
    assert w.decide("first", by="gala").decided is DecisionKind.GO
    assert replays(w)


def test_two_who_turn_out_to_be_of_one_firm_count_once(world: MakeWorld) -> None:
    w = begun(world, per_organisation=1)
    w.record(
        "organisation id=mill name=Mill helix=company from=2020-01-01",
        "representation person=bruno organisation=firm retract=true",
        "representation person=bruno organisation=mill from=2020-01-01",
    )
    w.decide("first", by="bruno")
    w.record(
        "representation person=bruno organisation=mill retract=true",
        "representation person=bruno organisation=firm from=2020-01-01",
    )
    assert w.decide("first", by="mona").decided is None
    assert why_votes_fell(w) == ["organisation"]
    done = w.decide("first", by="bruno")
    assert (done.decided, done.votes) == (None, 1), "both speak for one firm"
    assert w.decide("first", by="gala").decided is DecisionKind.GO


def test_a_vote_outlasts_a_representation_that_ends_later(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="mona")
    w.at("2024-01-20").record("representation person=mona organisation=firm from=2020-01-01 to=2024-01-15")
    assert w.evaluate() == ()


def test_the_vote_of_a_delegate_falls_with_a_delegation_entered_by_mistake(world: MakeWorld) -> None:
    w = begun(world)
    w.record("delegation initiative=one person=bruno delegate=nobody from=2024-01-01")
    w.decide("first", by="nobody", speaks_for="bruno")
    w.record("delegation initiative=one person=bruno delegate=nobody retract=true")
    assert w.decide("first", by="mona").decided is None
    assert why_votes_fell(w) == ["delegation"]
    assert w.decide("first", by="bruno").decided is DecisionKind.GO, "the vote was always bruno's"


def test_the_vote_of_a_delegate_outlasts_a_delegation_that_ends_later(world: MakeWorld) -> None:
    w = begun(world)
    w.record("delegation initiative=one person=bruno delegate=nobody from=2024-01-01 to=2024-01-12")
    w.decide("first", by="nobody", speaks_for="bruno")
    assert w.at("2024-01-20").evaluate() == ()
    assert w.decide("first", by="mona").decided is DecisionKind.GO


def test_who_records_facts_after_voting_loses_the_vote_where_four_eyes_are_asked(world: MakeWorld) -> None:
    w = begun(world, four_eyes=True)
    w.decide("first", by="mona")
    link = w.submission("link initiative=one id=l direction=inside with_whom=x from=2024-01-01")
    registry.record(w.context, [link], actor="mona")
    assert w.decide("first", by="bruno").decided is None
    assert why_votes_fell(w) == ["four-eyes"]
    assert w.decide("first", by="gala").decided is DecisionKind.GO
