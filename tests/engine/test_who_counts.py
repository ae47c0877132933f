"""Who counts at a gate: each vote for one organisation, few for the same one, and few votes through one delegate."""

from __future__ import annotations

import pytest
from support.due import replays
from support.world import World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy, Share
from clusterflow.domain.terms import DecisionKind, HelixKind, Role
from clusterflow.errors import NotPossible
from clusterflow.reports.quorum import quorum_hints, shortfall
from clusterflow.services import explanation, gates, standing

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
    assert refused.refused == "proxies"
    assert "the most votes that one delegate casts for others is 1" in (refused.why or "")
    assert w.decide("first", DecisionKind.STOP, by="nobody", speaks_for="mona").taken, "the same vote may be changed"


def test_a_model_may_allow_more_proxies_or_none(world: MakeWorld) -> None:
    w = begun(world, need=2, per_organisation=2, proxies=2)
    for person in ("mona", "bruno"):
        w.record(f"delegation initiative=one person={person} delegate=nobody from=2024-01-01")
    w.decide("first", by="nobody", speaks_for="mona")
    assert w.decide("first", by="nobody", speaks_for="bruno").decided is DecisionKind.GO


def begun_with_the_ministry(world: MakeWorld, **rule: object) -> World:
    """An initiative whose gate is ready; gala, of the ministry, may vote there but decides nothing alone."""
    return begun(world, need=1, never_alone=(HelixKind.GOVERNMENT,), **rule)


def test_the_government_decides_nothing_alone(world: MakeWorld) -> None:
    w = begun_with_the_ministry(world)
    done = w.decide("first", by="gala")
    assert (done.decided, done.votes, done.need, done.alone) == (None, 1, 1, True)
    done = w.decide("first", by="bruno")
    assert (done.decided, done.entered) == (DecisionKind.GO, ("second",))
    assert replays(w)


def test_a_firm_needs_nobody_beside_it(world: MakeWorld) -> None:
    assert begun_with_the_ministry(world).decide("first", by="bruno").decided is DecisionKind.GO


def test_two_of_the_government_are_still_alone(world: MakeWorld) -> None:
    w = begun_with_the_ministry(world)
    w.record(
        "organisation id=agency name=Agency helix=government from=2020-01-01",
        "person id=omar name=Omar from=2020-01-01",
        "representation person=omar organisation=agency from=2020-01-01",
        "seat initiative=one body=board person=omar role=member vote=true from=2020-01-01",
    )
    w.decide("first", by="gala")
    assert w.decide("first", by="omar").decided is None


def test_the_government_casts_no_vote_in_the_name_of_a_firm(world: MakeWorld) -> None:
    w = begun_with_the_ministry(world)
    w.record("delegation initiative=one person=bruno delegate=gala from=2024-01-01")
    refused = w.decide("first", by="gala", speaks_for="bruno")
    assert refused.refused == "dependent"
    assert "casts no vote of others" in (refused.why or "")


def test_a_vote_counted_for_a_firm_falls_when_its_decider_speaks_for_the_government(world: MakeWorld) -> None:
    w = begun(world, never_alone=(HelixKind.GOVERNMENT,))
    w.decide("first", by="bruno")
    w.record("representation person=bruno organisation=ministry from=2024-01-01")
    w.decide("first", by="gala")
    assert [v.decider for v in standing.state(w.context, "one").votes if v.stands] != [], "the ministry's stands"
    assert w.decide("first", by="bruno").decided is None, "now both speak for the ministry"
    assert w.decide("first", by="mona").decided is DecisionKind.GO


def test_the_government_declines_no_optional_stage_alone(world: MakeWorld) -> None:
    rule = DecidedBy(roles=BOARD, never_alone=(HelixKind.GOVERNMENT,))
    w = world(model(stage("first", (), stated("first"), rule=rule, optional=True), stage("second", ("first",))))
    w.enrol()
    with pytest.raises(NotPossible, match="decides nothing alone"):
        gates.decline_stage(w.context, "one", "first", "gala", "no need")
    assert gates.decline_stage(w.context, "one", "first", "bruno", "no need").entered == ("second",)


def test_explain_says_what_those_who_may_vote_can_fill(world: MakeWorld) -> None:
    def hint(w: World) -> tuple[int | None, str]:
        (gate,) = explanation.explain(w.context, "one", "first")
        return gate.possible_votes, shortfall(gate.decided_by, gate.possible_votes, "en")

    w = begun(world, roles=(Role.BOARD_CHAIR, Role.BOARD_MEMBER), never=(HelixKind.GOVERNMENT,))
    short = "today only 1 of the 2 needed votes can count (no more than 1 for one organisation)"
    assert hint(w) == (1, short), "mona and bruno are of one firm"
    w.record(
        "organisation id=mill name=Mill helix=company from=2020-01-01",
        "representation person=nobody organisation=mill from=2020-01-01",
        "seat initiative=one body=board person=nobody organisation=mill from=2020-01-01",
    )
    assert hint(w) == (2, "")


def test_explain_says_that_nobody_can_decide(world: MakeWorld) -> None:
    w = begun(world, roles=(Role.FOUNDER,), need=1)
    (gate,) = explanation.explain(w.context, "one", "first")
    assert gate.possible_votes == 0
    assert shortfall(gate.decided_by, 0, "en") == "by the people recorded today, nobody can decide here"


def test_a_model_says_from_how_many_organisations_its_votes_must_come() -> None:
    two = stage("first", (), stated("first"), rule=DecidedBy(roles=BOARD, need=2))
    loose = stage("second", ("first",), rule=DecidedBy(roles=BOARD, need=2, per_organisation=2))
    assert quorum_hints(model(two, loose), "en") == (
        "«gate of first»: 2 people who agree, of 2 organisations or more (per_organisation)",
    )
