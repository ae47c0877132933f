"""Which label will be lost, when and why, if nothing more is recorded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from support.world import World, model, stage

from clusterflow.reports.rulebook_turns import answers_of
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.rulebook_foresight import foresee_rulebooks
from clusterflow.services.rulebooks import judge_all, rulebooks_of
from clusterflow.store.registry import initiative_records

DAY = timedelta(days=1)


@pytest.fixture
def world(sqlite_url: str) -> World:
    """A Hungarian title with two named members, of whom one leaves and others come; a Spanish one that expires."""
    world = World(sqlite_url, model(stage("first")))
    world.enrol()
    world.record(
        "organisation id=a name=A helix=company from=2020-01-01",
        "organisation id=b name=B helix=company from=2020-01-01",
        "membership initiative=one organisation=firm from=2020-01-01 commitment=signed-agreement",
        "membership initiative=one organisation=a from=2020-01-01 to=2024-06-30 commitment=signed-agreement",
        "membership initiative=one organisation=b from=2024-03-01",
        "membership initiative=one organisation=ministry from=2024-03-01",
        "label initiative=one name=AK rulebook=hungary-accredited from=2023-01-01",
        "label initiative=one name=AEI rulebook=spain-aei from=2021-03-10",
    )
    return world


def test_foresight_of_rulebooks_agrees_with_each_day(world: World) -> None:
    until = date(2025, 6, 30)
    found = [(e.day, e.kind, e.subject) for e in foresee_rulebooks(world.context, "one", until, "en")]
    expected = []
    rulebooks, metrics = rulebooks_of(world.context), metrics_of(world.context)
    with world.context.reading() as connection:
        day = world.now.date()
        records = initiative_records(connection, day, ["one"])
        before = None
        while day <= until:
            after = judge_all(connection, rulebooks, metrics, day, ["one"], records)["one"]
            for name in sorted(after) if before is not None else ():
                old, new = answers_of(before[name]), answers_of(after[name])
                expected += [(day, "rulebook.label", name)] if old[1] is not new[1] else []
                expected += [(day, "rulebook.answer", name)] if old[0] is not new[0] else []
                rules = dict(old[2])
                expected += [(day, "rulebook.rule", name) for r, a in new[2] if r in rules and rules[r] is not a]
            before, day = after, day + DAY
    assert found == expected
    assert found, "something turns"


def test_the_label_that_will_be_lost_has_its_day_and_its_reason(world: World) -> None:
    found = [(str(e.day), e.text) for e in foresee_rulebooks(world.context, "one", date(2025, 12, 31), "en")]
    hungary, spain = "Accredited cluster (Hungary)", "Registry of innovative business groups (Spain)"
    assert ("2024-07-01", f"{hungary}: ✔ met → ✘ unmet") in found, "one of three is retained: under 50 % (HUNN)"
    assert ("2025-01-01", f"{hungary}: label held → label lost") in found
    assert ("2025-03-10", f"{spain}: label held → label lost") in found
