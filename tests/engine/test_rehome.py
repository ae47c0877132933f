"""An initiative passes to another office: the rights change on that day, and its history stays."""

from __future__ import annotations

from support.world import World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.terms import Role
from clusterflow.rules.projection import replay
from clusterflow.services import gates, ledger, standing
from clusterflow.store.state import sort_rows

TINY = model(
    stage("first", (), stated("a"), rule=DecidedBy(roles=(Role.OFFICE, Role.MANAGER))),
    stage("second", ("first",), stated("b"), rule=DecidedBy(roles=(Role.OFFICE,))),
)


def test_another_office_follows_an_initiative_from_a_day_on(sqlite_url: str) -> None:
    world = World(sqlite_url, TINY)
    world.record(
        "organisation id=agency name=Agency helix=civil-society from=2020-01-01",
        "person id=aldo name=Aldo from=2020-01-01",
        "representation person=aldo organisation=agency from=2020-01-01",
        "office id=old organisation=ministry name=Old from=2020-01-01",
        "office id=new organisation=agency name=New from=2020-01-01",
    )
    world.enrol()
    world.record("initiative id=one office=old from=2024-01-10")
    world.state_figure("a")
    world.evaluate()
    assert world.decide("first", by="gala").decided, "the old office decides"
    world.state_figure("b")
    world.evaluate()
    before = standing.state(world.context, "one")

    world.record("initiative id=one office=new from=2024-03-01")
    world.at("2024-02-29")
    assert {e.person for e in gates.eligible_deciders(world.context, "one", "second")} == {"gala"}
    world.at("2024-03-01")
    assert {e.person for e in gates.eligible_deciders(world.context, "one", "second")} == {"aldo"}
    assert not world.decide("second", by="gala").decided, "the old office decides no more"
    assert world.decide("second", by="aldo").decided

    after = standing.state(world.context, "one")
    assert after.milestone("first") == before.milestone("first")
    assert ledger.first_break(world.context, "one") is None
    again = replay(ledger.entries(world.context, "one"))
    assert again is not None
    assert sort_rows(again) == after
