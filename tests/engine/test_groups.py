"""*Any of* and *all of* are judged as groups wherever they count: at the gate, in conditions, overrides and lapses."""

from __future__ import annotations

from datetime import date

import pytest
from support.due import fall_due, happened, replays
from support.world import World, model, stage, stated

from clusterflow.domain.criterion import AllOf, AnyOf
from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.terms import Answer, DecisionKind, Role
from clusterflow.reports.portfolio.criteria import columns_of, row_of
from clusterflow.services import explanation, gates, standing
from clusterflow.store.portfolio import snapshots

from .conftest import MakeWorld

EITHER = AnyOf(id="either", any_of=(stated("a", keep=">= 1/2"), stated("b", keep=">= 1/2")))
BOTH = AllOf(id="both", all_of=(stated("a", keep=">= 1/2"), stated("b")))
RULE = DecidedBy(roles=(Role.MANAGER,), override=(Role.MANAGER,))


def begun(world: MakeWorld, *requires: AnyOf | AllOf, **figures: int) -> World:
    w = world(
        model(stage("first", (), *requires, rule=RULE, allowed_days=999), stage("second", ("first",), allowed_days=999))
    )  # type: ignore[arg-type]
    w.enrol()
    for name, value in figures.items():
        w.state_figure(name, value)
    w.evaluate()
    return w


def test_a_milestone_does_not_lapse_while_one_part_of_an_any_of_holds(world: MakeWorld) -> None:
    w = begun(world, EITHER, a=1, b=1)
    w.decide("first")
    w.at("2024-02-01").state_figure("a", 0)
    assert w.evaluate() == ("finding.changed",)
    w.at("2024-03-01").state_figure("b", 0)
    assert w.evaluate() == ("finding.changed", "finding.changed", "milestone.lapsed")
    assert happened(w, "milestone.lapsed")[0]["criteria"] == ("either",)
    (hindrance,) = [h for h in standing.status(w.context, "one").hindrances if h.stage == "first"]
    assert (hindrance.criterion, hindrance.title, hindrance.found) == ("either", "a or b", "0 % / 0 %")
    w.at("2024-04-01").state_figure("b", 1)
    assert w.evaluate() == ("finding.changed", "finding.changed", "milestone.restored")
    assert replays(w)


def test_the_answer_of_an_any_of_changes_as_a_whole(world: MakeWorld) -> None:
    w = begun(world, EITHER, a=1)
    changed = happened(w, "finding.changed")
    assert [(e["criterion"], e["answer"], e["within"], e["parts"]) for e in changed] == [
        ("a", Answer.MET, "either", ()),
        ("either", Answer.MET, None, ("a", "b")),
    ]
    w.at("2024-02-01").state_figure("b", 1)
    w.evaluate()
    (last,) = happened(w, "finding.changed")[2:]
    assert (last["criterion"], last["within"]) == ("b", "either"), "the group was met before"


def test_a_heat_map_has_one_column_for_an_any_of(world: MakeWorld) -> None:
    w = begun(world, EITHER, BOTH.model_copy(update={"all_of": (stated("c"), stated("d"))}), a=1, b=0, c=1)
    with w.context.database.connect() as connection:
        (life,) = snapshots(connection, w.now)
    row = row_of(life, "one", "en")
    assert [(c.criterion, c.title, c.answer) for c in row.answers] == [
        ("either", "a or b", Answer.MET),
        ("c", "c", Answer.MET),
        ("d", "d", Answer.UNKNOWN),
    ]
    assert [c.title for c in columns_of([row], [life.model], "en")] == ["a or b", "c", "d"]


def test_the_facts_that_make_a_gate_ready_do_not_make_its_milestone_lapse(world: MakeWorld) -> None:
    w = begun(world, EITHER, a=0, b=1)
    assert w.decide("first").decided is DecisionKind.GO
    assert w.evaluate() == ()


def test_an_all_of_lapses_by_the_part_that_fell_and_only_by_what_is_watched(world: MakeWorld) -> None:
    w = begun(world, BOTH, a=1, b=1)
    w.decide("first")
    w.at("2024-02-01").state_figure("b", 0)
    assert w.evaluate() == (), "b has no bound to keep"
    w.state_figure("a", 0)
    assert w.evaluate() == ("finding.changed", "milestone.lapsed")
    assert happened(w, "milestone.lapsed")[0]["criteria"] == ("a",)


def test_a_conditional_go_sets_one_condition_for_an_any_of(world: MakeWorld) -> None:
    w = begun(world, EITHER, a=0)
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due_all=date(2024, 5, 31))
    assert [c.criterion for c in standing.state(w.context, "one").conditions] == ["either"]
    w.at("2024-02-01").state_figure("b", 1)
    assert "condition.met" in w.evaluate()
    assert fall_due(w, "2024-06-10") == ()
    assert replays(w)


def test_an_any_of_that_is_promised_and_not_met_is_missed_once(world: MakeWorld) -> None:
    w = begun(world, EITHER, a=0)
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due_all=date(2024, 5, 31))
    assert fall_due(w, "2024-06-03").count("condition.missed") == 1
    assert [c.title for c in standing.status(w.context, "one").conditions] == ["a or b"]


@pytest.mark.parametrize("named", ["either", "a"])
def test_the_group_or_one_of_its_parts_may_be_promised_or_let_pass(world: MakeWorld, named: str) -> None:
    w = begun(world, EITHER, a=0, b=0)
    gates.open_gate(w.context, "one", "first")
    assert "either" in (w.decide("first").why or "")
    assert w.decide("first", DecisionKind.CONDITIONAL_GO, due={"nothing": date(2024, 5, 31)}).refused == "conditions"
    assert w.decide("first", overrides=(named,)).decided is DecisionKind.GO
    assert standing.state(w.context, "one").milestones[0].overridden == "either"


def test_nothing_helps_where_the_group_is_met(world: MakeWorld) -> None:
    w = begun(world, EITHER, a=0, b=1)
    (gate,) = explanation.explain(w.context, "one", "first")
    assert gate.hindrances == ()
    assert [(g.group, g.any_of, g.answer) for g in gate.groups] == [("either", True, Answer.MET)]
    assert [(c.criterion, c.needed, c.help) for c in gate.criteria] == [("a", False, ""), ("b", False, "")]
    assert [depth for depth, _ in gate.rows] == [0, 1, 1]
