"""The same facts under other models: compared, explained in words, and for all live initiatives."""

from __future__ import annotations

from datetime import date

import pytest
from support.world import World, model, stage, stated

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Readiness, Severity, StageKind
from clusterflow.reports.comparison import model_changes
from clusterflow.services.model_changes import compare, impact


def of_kind(made: LifecycleModel, **kinds: StageKind) -> LifecycleModel:
    stages = tuple(s.model_copy(update={"kind": kinds.get(s.id, s.kind)}) for s in made.stages)
    return made.model_copy(update={"stages": stages})


OLD = of_kind(
    model(
        stage("first", (), stated("a", ">= 2", keep=">= 1"), stated("b", severity=Severity.WARNING)),
        stage("second", ("first",), stated("c")),
    ),
    first=StageKind.CRITICAL_MASS,
)
NEW = of_kind(
    model(
        stage("first", (), stated("a", ">= 4", keep=">= 3"), stated("d")),
        stage("second", ("first",), stated("c", ">= 1/2"), allowed_days=30, need=2),
        stage("third", ("second",)),
    ),
    first=StageKind.CRITICAL_MASS,
    third=StageKind.OPERATION,
)
TURNED = of_kind(
    model(stage("plan", (), stated("c")), stage("mass", ("plan",), stated("a")), name="turned"),
    mass=StageKind.CRITICAL_MASS,
)


@pytest.fixture
def world(sqlite_url: str) -> World:
    """One initiative achieved its first stage; another one has only begun."""
    world = World(sqlite_url, OLD)
    for initiative in ("one", "two"):
        world.enrol(initiative)
    world.state_figure("a", 2)
    world.evaluate()
    assert world.decide("first").decided
    world.state_figure("c", 1, 2)
    world.evaluate()
    world.evaluate("two")
    return world


def test_an_initiative_has_a_place_under_each_model(world: World) -> None:
    found = compare(world.context, "one", [OLD, TURNED], "en")
    places = {(s.model, s.stage): (k.kind, s.place, s.readiness) for k in found.kinds for s in k.stages}
    assert places["tiny", "first"] == (StageKind.CRITICAL_MASS, "behind", Readiness.READY)
    assert places["tiny", "second"] == (StageKind.STRATEGY, "here", Readiness.NOT_READY)
    assert places["turned", "plan"] == (StageKind.STRATEGY, "here", Readiness.NOT_READY)
    assert places["turned", "mass"] == (StageKind.CRITICAL_MASS, "ahead", Readiness.READY)
    holds_back = {s.stage: s.holds_back for k in found.kinds for s in k.stages}
    assert holds_back["plan"] == ("c: 50 %, asked ≥ 100 %",)


def test_the_differences_of_two_models_are_words() -> None:
    found = [(c.stage, c.what, c.text) for c in model_changes(OLD, NEW, "en")]
    assert ("first", "bound", "a: asks ≥ 400 %; before ≥ 200 %") in found
    assert ("first", "keep", "a: is kept with ≥ 300 %; before ≥ 100 %") in found
    assert ("first", "criterion", "new criterion: d ≥ 100 % (blocks)") in found
    assert ("first", "criterion", "no longer asked: b") in found
    assert ("second", "time", "allowed: 30 days; before: 100") in found
    assert ("third", "stage", "new stage: third") in found
    assert {what for stage_id, what, _ in found if stage_id == "second"} == {"time", "deciders", "bound"}
    assert model_changes(OLD, OLD, "en") == ()


def test_another_lead_time_is_a_difference() -> None:
    later = OLD.model_copy(update={"lead_days": 91})
    (found,) = model_changes(OLD, later, "en")
    assert (found.stage, found.what) == ("", "lead-time")
    assert found.text == "what comes is announced 91 days ahead; before: 60"
    (found,) = model_changes(later, OLD, "es")
    assert found.text == "se avisa de lo que viene con 60 días; antes: 91"


def test_stages_with_other_names_are_matched_by_their_kind() -> None:
    order = [(c.stage, c.text) for c in model_changes(OLD, TURNED, "es") if c.what == "order"]
    assert order == [("plan", "sigue a: –; antes a: first"), ("mass", "sigue a: plan; antes a: –")]


def test_the_impact_on_all_live_initiatives(world: World) -> None:
    before = {i: world.kinds(i) for i in ("one", "two")}
    found = impact(world.context, NEW, "en")
    assert found.live == 2
    effects = {one.initiative: {(e.what, e.stage): e.text for e in one.effects} for one in found.initiatives}
    assert effects["one"]["milestone", "first"] == "the milestone would lapse: a"
    assert effects["one"]["gate", "second"] == "not ready → ready"
    assert effects["one"]["answer", "second"] == "c: ✘ unmet → ✔ met (50 %; ≥ 50 %)"
    assert effects["one"]["deadline", "second"] == f"would be due on {date(2024, 2, 9)} instead of {date(2024, 4, 19)}"
    assert effects["two"] == {("answer", "first"): "d: – → ? unknown (unknown; ≥ 100 %)"}
    assert {i: world.kinds(i) for i in ("one", "two")} == before, "nothing is written"


def test_the_text_that_is_in_force_changes_nothing(world: World) -> None:
    assert impact(world.context, OLD, "en").affected == ()


def test_another_lead_time_concerns_everybody(world: World) -> None:
    found = impact(world.context, OLD.model_copy(update={"lead_days": 30}), "en")
    effects = [(one.initiative, e.what, e.text) for one in found.affected for e in one.effects]
    text = "what comes would be announced 30 days ahead instead of 60"
    assert effects == [(initiative, "lead-time", text) for initiative in ("one", "two")]


def test_a_text_without_a_stage_loses_it(world: World) -> None:
    found = impact(world.context, TURNED.model_copy(update={"id": "tiny"}), "en")
    lost = {(one.initiative, e.what, e.stage) for one in found.initiatives for e in one.effects if "not have" in e.text}
    assert lost == {("one", "milestone", "first"), ("one", "stage", "second"), ("two", "stage", "first")}


def test_a_criterion_with_other_parameters_is_the_same_one_that_asks_something_else() -> None:
    def asks(**parameters: str) -> LifecycleModel:
        body = Criterion.model_validate(
            {
                "id": "-".join(["legal-body", *parameters.values()]),
                "title": {"es": "Entidad jurídica", "en": "Legal body"},
                "metric": "legal-body",
                "with": tuple(parameters.items()),
                "bound": Bound.parse("is yes", Unit.YES_NO),
                "source": "P",
            }
        )
        return model(stage("first", (), body))

    found = [c.text for c in model_changes(asks(form="foundation"), asks(), "en")]
    assert found == ["Legal body: asks yes; before yes (form=foundation)"]
