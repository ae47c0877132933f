"""What some facts would change: the answers before and after, and nothing is written."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select
from support.world import World, model, stage, stated

from clusterflow.domain.terms import Answer, Readiness, Severity
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.what_if import WhatIf
from clusterflow.services import ledger, review, standing
from clusterflow.services.what_if import MOST_PORTIONS, what_if
from clusterflow.store.schema import whole_schema

TINY = model(
    stage("first", (), stated("a", ">= 3", keep=">= 2"), stated("b", severity=Severity.WARNING)),
    stage("second", ("first",), stated("c")),
)


@pytest.fixture
def world(database_url: str, database: Engine) -> World:
    world = World(database_url, TINY, database=database)
    world.enrol()
    world.evaluate()
    return world


def suppose(world: World, *lines: str, on: str | None = None, mistakes: tuple[Mistake, ...] = ()) -> WhatIf:
    facts = [world.submission(line) for line in lines]
    day = date.fromisoformat(on) if on else None
    return what_if(world.context, "one", facts, mistakes, day, "en")


def figure(name: str, value: int, on: str = "2024-01-10", of: int = 1) -> str:
    return f"observation initiative=one metric={name} numerator={value} denominator={of} on={on}"


def test_the_answers_before_and_after_and_the_facts_that_move_them(world: World) -> None:
    found = suppose(world, figure("a", 2, "2024-01-08"), figure("b", 0), figure("a", 3, "2024-01-09"))
    assert [(v.stage, v.before, v.after) for v in found.verdicts] == [("first", Readiness.UNKNOWN, Readiness.READY)]
    changed = {f.criterion: f for f in found.findings}
    assert set(changed) == {"a", "b"}
    assert (changed["a"].before, changed["a"].after) == (Answer.UNKNOWN, Answer.MET)
    assert [(step.fact, step.found) for step in changed["a"].by] == [
        ("observation metric=a", "200 %"), ("observation metric=a", "300 %"),
    ]  # fmt: skip
    assert [(s.fact, s.found) for s in changed["b"].by] == [("observation metric=b", "0 %")]
    assert [c.kind for c in found.consequences] == ["gate.opened"]


def test_nothing_is_written(world: World) -> None:
    def everything() -> list[object]:
        with world.context.reading() as connection:
            return [connection.execute(select(t)).all() for t in whole_schema().sorted_tables if t.name != "outbox"]

    before = everything()
    suppose(world, figure("a", 3), "organisation id=new name=New from=2024-01-01")
    with pytest.raises(Mistakes):
        suppose(world, figure("a", 3), "membership initiative=one organisation=nobody from=2024-01-01")
    assert everything() == before
    assert world.evaluate() == ()
    assert ledger.first_break(world.context, "one") is None


def test_what_if_says_what_an_evaluation_then_does(world: World) -> None:
    facts = [figure("a", 3), figure("b", 1)]
    expected = suppose(world, *facts)
    world.record(*facts)
    assert [c.kind for c in expected.consequences] == [k for k in world.evaluate() if k != "finding.changed"]
    answers = {(a.criterion, a.answer) for a in standing.state(world.context, "one").answers}
    assert answers == {(f.criterion, f.after) for f in expected.findings}


def test_an_achieved_milestone_that_would_lapse_is_a_consequence(world: World) -> None:
    world.record(figure("a", 3))
    world.evaluate()
    world.decide("first")
    world.at("2024-02-01")
    found = suppose(world, figure("a", 1, "2024-02-01"))
    assert [(c.kind, c.stage) for c in found.consequences] == [("milestone.lapsed", "first")]
    assert [(f.of, f.before, f.after) for f in found.findings] == [("first", Answer.MET, Answer.UNMET)]


def test_rulebooks_are_judged_before_and_after(world: World) -> None:
    found = suppose(world, "membership initiative=one organisation=firm from=2023-01-01 commitment=signed-agreement")
    changes = {(change.rulebook, change.what, change.text) for change in found.rulebooks}
    assert ("eccp", "rule", "Committed members: ? unknown → ✘ unmet") in changes
    assert not found.changes_nothing


def test_a_fact_counts_from_its_day_on(world: World) -> None:
    later = figure("a", 3, "2024-03-01")
    assert suppose(world, later).changes_nothing
    assert [f.after for f in suppose(world, later, on="2024-03-01").findings] == [Answer.MET]
    with pytest.raises(Mistakes, match=r"2024-01-09 is over"):
        suppose(world, later, on="2024-01-09")


def test_facts_that_name_later_ones_count_together(world: World) -> None:
    found = suppose(
        world,
        figure("a", 1),
        "membership initiative=one organisation=late from=2024-01-01",
        "organisation id=late name=Late helix=company from=2024-01-01",
        figure("a", 3, "2024-01-10"),
    )
    (changed,) = (f for f in found.findings if f.criterion == "a")
    assert [step.found for step in changed.by] == ["100 %", "300 %"]


def test_all_mistakes_are_reported_as_record_reports_them(world: World) -> None:
    with pytest.raises(Mistakes) as caught:
        suppose(
            world, "observation initiative=two metric=a numerator=1 on=2024-01-10", "nothing initiative=one",
            mistakes=(Mistake("facts.jsonl:1", "no JSON"),),
        )  # fmt: skip
    assert len(caught.value.mistakes) == 3


def test_a_long_file_is_added_in_portions(world: World) -> None:
    days = [f"2023-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 11)]
    found = suppose(world, *(figure("a", n, day) for n, day in enumerate(days)))
    (changed,) = found.findings
    assert changed.found_after == "9.900 %"
    assert 1 < len(changed.by) <= MOST_PORTIONS


def test_the_portfolio_is_not_touched_by_a_supposed_fact(world: World) -> None:
    suppose(world, figure("a", 3))
    assert review.review_portfolio(world.context).changed == ()
