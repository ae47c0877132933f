"""A life replays on the exported process of its model without a gap, as another program reads both."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.fresh import Fresh
from support.world import CONFIGS, World
from support.world import stage as tiny

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.terms import DecisionKind
from clusterflow.reports.bpmn import bpmn
from clusterflow.rules.stage_order import ancestors
from clusterflow.services import gates, standing
from clusterflow.services.exports.event_logs import Logs

with contextlib.redirect_stdout(io.StringIO()):  # it prints a banner
    import pm4py
    from pm4py.algo.analysis.woflan import algorithm as woflan

pytestmark = pytest.mark.filterwarnings("ignore::Warning:pm4py")
EXAMPLE = CONFIGS.parent / "docs" / "how-to" / "example" / "norway.yaml"
"""A model with fixed terms and optional levels, one after the other."""
MODELS = load_models([*model_files(CONFIGS / "models"), EXAMPLE], load_metrics(CONFIGS / "metrics.yaml"))
os.environ["PM4PY_SHOW_PROGRESS_BAR"] = "false"


def eased(model: LifecycleModel) -> LifecycleModel:
    """A shipped model whose gates ask one figure each and are decided by one person."""
    stages = []
    for one in model.stages:
        gate = tiny(one.id).gate.model_copy(update={"title": one.gate.title, "milestone": one.gate.milestone})
        stages.append(one.model_copy(update={"gate": gate}))
    return model.model_copy(update={"stages": tuple(stages)})


EASED = {name: eased(model) for name, model in MODELS.items()}


def net_of(model: LifecycleModel, folder: Path) -> tuple[Any, Any, Any]:
    """The process as pm4py reads it, as a Petri net."""
    with (folder / "model.bpmn").open("w", encoding="utf-8") as file:
        bpmn(model, "en", file.write)
    found: tuple[Any, Any, Any] = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(folder / "model.bpmn")))
    return found


def log_of(world: World, folder: Path) -> Any:
    with (folder / "log.xes").open("w", encoding="utf-8") as file:
        Logs(world.context.database, world.now).xes(file.write, "en", steps=True)
    return pm4py.read_xes(str(folder / "log.xes"))


def live(here: Fresh, model: LifecycleModel, choose: st.DataObject | None = None, *, each_again: bool = False) -> World:
    """A complete life under a model: along *go*, or with some detours before each milestone.

    Args:
        each_again: every stage has a second round.
    """
    world = World(here.again(), model, database=here.engine)
    world.enrol("one", model.id)
    detours, again = 6 if choose else 0, set[str]()
    while True:
        state = standing.state(world.context, "one")
        waiting = sorted(v.stage for v in state.open_visits if state.milestone(v.stage) is None)
        if not waiting:
            return world
        world.now += timedelta(days=1)
        stage = choose.draw(st.sampled_from(waiting)) if choose else waiting[0]
        world.state_figure(stage)
        world.evaluate()
        ways = ["", "", "withdrawn", "hold", "recycle", *(["decline"] if model.stage(stage).optional else [])]
        detour = choose.draw(st.sampled_from(ways)) if choose and detours else ""
        detours -= bool(detour)
        if each_again and stage not in again:
            detour = "recycle"
            again.add(stage)
        if detour == "withdrawn":
            world.state_figure(stage, 0)
            world.now += timedelta(days=1)
            world.evaluate()
        elif detour == "decline":
            gates.decline_stage(world.context, "one", stage, "mona", "not now")
        elif detour == "hold":
            world.decide(stage, DecisionKind.HOLD, until=world.now.date() + timedelta(days=1))
            world.now += timedelta(days=2)
        elif detour == "recycle":
            world.decide(stage, DecisionKind.RECYCLE, to_stage=back_from(model, stage, choose))
        else:
            assert world.decide(stage).refused is None


def back_from(model: LifecycleModel, stage: str, choose: st.DataObject | None) -> str:
    """The stage itself, or one of those to which the process has a way back."""
    written: list[str] = []
    bpmn(model, "en", written.append)
    text = "".join(written)
    drawn = [s.id for s in model.stages if f'id="flow_back_{stage}_{s.id}"' in text]
    return choose.draw(st.sampled_from([stage, *drawn])) if choose else stage


@pytest.mark.parametrize("name", MODELS)
def test_a_complete_life_replays_on_its_model_with_fitness_1(
    on_sqlite: tuple[Fresh, Fresh], name: str, tmp_path: Path
) -> None:
    world = live(on_sqlite[0], EASED[name])
    fits(world, EASED[name], tmp_path)


@pytest.mark.parametrize("name", MODELS)
def test_a_life_in_which_every_stage_has_a_second_round_replays_with_fitness_1(
    on_sqlite: tuple[Fresh, Fresh], name: str, tmp_path: Path
) -> None:
    fits(live(on_sqlite[0], EASED[name], each_again=True), EASED[name], tmp_path)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(name=st.sampled_from(sorted(MODELS)), data=st.data())
def test_a_life_with_detours_replays_with_fitness_1(
    on_sqlite: tuple[Fresh, Fresh], name: str, data: st.DataObject
) -> None:
    world = live(on_sqlite[0], EASED[name], data)
    with tempfile.TemporaryDirectory() as folder:
        fits(world, EASED[name], Path(folder))


def fits(world: World, model: LifecycleModel, folder: Path) -> None:
    log, (net, begin, end) = log_of(world, folder), net_of(model, folder)
    assert set(log["concept:name"]) <= {t.label for t in net.transitions}, "one act has one name"
    (trace,) = pm4py.conformance_diagnostics_token_based_replay(log, net, begin, end)
    assert trace["trace_is_fit"], trace
    assert pm4py.fitness_token_based_replay(log, net, begin, end)["log_fitness"] == 1.0
    (aligned,) = pm4py.conformance_diagnostics_alignments(log, net, begin, end)
    assert aligned["fitness"] == 1.0


@pytest.mark.parametrize("name", MODELS)
def test_the_process_of_every_model_is_sound(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    with (tmp_path / "model.bpmn").open("w", encoding="utf-8") as file:
        bpmn(model, "en", file.write)
    graph = pm4py.read_bpmn(str(tmp_path / "model.bpmn"))
    without_stops(graph, parallel_stages(model))
    silent = {"print_diagnostics": False, "return_asap_when_not_sound": True}
    assert woflan.apply(*pm4py.convert_to_petri_net(graph), parameters=silent)


def parallel_stages(model: LifecycleModel) -> set[str]:
    """The stages beside which another one may be under way; only the Colombian model has any."""
    above = {s.id: ancestors(model, s.id) | {s.id} for s in model.stages}
    return {a for a in above for b in above if a not in above[b] and b not in above[a]}


def without_stops(graph: Any, stages: set[str]) -> None:
    """Take the stops of parallel stages out: they end the other stages, too, and no Petri net can say that."""
    stops = {f"stopped_{stage}" for stage in stages}
    for flow in [flow for flow in graph.get_flows() if flow.get_target().get_id() in stops]:
        graph.remove_flow(flow)
    for node in [node for node in graph.get_nodes() if node.get_id() in stops]:
        graph.remove_node(node)
