"""Who counts at a gate: each vote for one organisation, few for the same one, and few votes through one delegate."""

from __future__ import annotations

from support.due import replays
from support.world import World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy, Share
from clusterflow.domain.terms import DecisionKind, HelixKind, Role
from clusterflow.services import standing

from .conftest import MakeWorld

BOARD = (Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.MANAGER)
SHARES = (Share(helix=HelixKind.COMPANY, need=1), Share(helix=HelixKind.ACADEMIA, need=1))


def begun(world: MakeWorld, **rule: object) -> World:
    """An initiative whose gate is ready. Mona and bruno are of one firm, gala is of the ministry."""
    decided_by = DecidedBy(**{"roles": BOARD, "need": 2, **rule})  # type: ignore[arg-type]
    w = world(model(stage("first", (), stated("first"), rule=decided_by), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    return w


def test_two_people_of_one_firm_count_once(world: MakeWorld) -> None:
    w = begun(world)
    w.decide("first", by="mona")
    done = w.decide("first", by="bruno")
    assert (done.decided, done.votes) == (None, 1)
    assert w.decide("first", by="gala").decided is DecisionKind.GO
    assert replays(w)


def test_a_model_may_let_more_of_one_organisation_count(world: MakeWorld) -> None:
    w = begun(world, per_organisation=2)
    w.decide("first", by="mona")
    assert w.decide("first", by="bruno").decided is DecisionKind.GO


def test_one_person_fills_one_share_though_they_speak_for_two(world: MakeWorld) -> None:
    w = begun(world, each=SHARES)
    w.record(
        "organisation id=uni name=Uni helix=academia from=2020-01-01",
        "representation person=mona organisation=uni from=2020-01-01",
    )
    w.decide("first", by="mona")
    assert w.decide("first", by="gala").decided is None, "mona counts for the firm or for the university"
    assert w.decide("first", by="bruno").decided is DecisionKind.GO, "bruno for the firm, mona for the university"
    assert standing.state(w.context, "one").votes[0].counts_for == {
        "firm": HelixKind.COMPANY,
        "uni": HelixKind.ACADEMIA,
    }


def test_a_delegate_casts_one_vote_of_others_where_the_model_says_no_more(world: MakeWorld) -> None:
    w = begun(world, need=3, per_organisation=2)
    for person in ("mona", "bruno"):
        w.record(f"delegation initiative=one person={person} delegate=nobody from=2024-01-01")
    assert w.decide("first", by="nobody", speaks_for="mona").taken
    refused = w.decide("first", by="nobody", speaks_for="bruno")
    assert (refused.refused, "at most 1 votes for others" in (refused.why or "")) == ("proxies", True)
    assert w.decide("first", DecisionKind.STOP, by="nobody", speaks_for="mona").taken, "the same vote may be changed"


def test_a_model_may_allow_more_proxies_or_none(world: MakeWorld) -> None:
    w = begun(world, need=2, per_organisation=2, proxies=2)
    for person in ("mona", "bruno"):
        w.record(f"delegation initiative=one person={person} delegate=nobody from=2024-01-01")
    w.decide("first", by="nobody", speaks_for="mona")
    assert w.decide("first", by="nobody", speaks_for="bruno").decided is DecisionKind.GO
