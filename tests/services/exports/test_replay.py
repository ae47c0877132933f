"""A life replays on the exported process of its model without a gap, as another program reads both."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from datetime import timedelta
from functools import cache
from importlib import import_module
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
from clusterflow.services import gates, standing
from clusterflow.services.exports.event_logs import Logs

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


@cache
def pm4py() -> Any:
    """The library, imported by the first test that uses it: each process of a parallel run collects this file."""
    with contextlib.redirect_stdout(io.StringIO()):  # it prints a banner
        return import_module("pm4py")


EASED = {name: eased(model) for name, model in MODELS.items()}


def net_of(model: LifecycleModel, folder: Path) -> tuple[Any, Any, Any]:
    """The process as pm4py reads it, as a Petri net."""
    with (folder / "model.bpmn").open("w", encoding="utf-8") as file:
        bpmn(model, "en", file.write, replay=True)
    found: tuple[Any, Any, Any] = pm4py().convert_to_petri_net(pm4py().read_bpmn(str(folder / "model.bpmn")))
    return found


def log_of(world: World, folder: Path) -> Any:
    with (folder / "log.xes").open("w", encoding="utf-8") as file:
        Logs(world.context.database, world.now).xes(file.write, "en", steps=True)
    return pm4py().read_xes(str(folder / "log.xes"))


def live(
    here: Fresh,
    model: LifecycleModel,
    choose: st.DataObject | None = None,
    *,
    each_again: bool = False,
    stops_at: str | None = None,
) -> World:
    """A complete life under a model: along *go*, or with some detours before each milestone.

    Args:
        each_again: every stage has a second round.
        stops_at: the stage at whose gate the initiative stops.
    """
    world = World(here.again(), model, database=here.engine)
    world.enrol("one", model.id)
    detours, again = 6 if choose else 0, set[str]()
    declined = (
        False  # a recycle past a declined stage does not ask for it again, and does not fit (docs/how-to/exports.md)
    )
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
        if stage == stops_at:
            world.decide(stage, DecisionKind.STOP)
            return world
        if detour == "withdrawn":
            world.state_figure(stage, 0)
            world.now += timedelta(days=1)
            world.evaluate()
        elif detour == "decline":
            gates.decline_stage(world.context, "one", stage, "mona", "not now")
            declined = True
        elif detour == "hold":
            world.decide(stage, DecisionKind.HOLD, until=world.now.date() + timedelta(days=1))
            world.now += timedelta(days=2)
        elif detour == "recycle":
            world.decide(stage, DecisionKind.RECYCLE, to_stage=stage if declined else back_from(model, stage, choose))
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
        fits(world, EASED[name], Path(folder), by_tokens=False)


def fits(world: World, model: LifecycleModel, folder: Path, *, by_tokens: bool = True) -> None:
    """Check that the life replays without a gap.

    Args:
        by_tokens: also by the replay of tokens. It guesses which silent transitions fire, and may guess wrong where an
            optional stage has several rounds; alignments are exact.
    """
    log, (net, begin, end) = log_of(world, folder), net_of(model, folder)
    assert set(log["concept:name"]) <= {t.label for t in net.transitions}, "one act has one name"
    if by_tokens:
        (trace,) = pm4py().conformance_diagnostics_token_based_replay(log, net, begin, end)
        assert trace["trace_is_fit"], trace
        assert pm4py().fitness_token_based_replay(log, net, begin, end)["log_fitness"] == 1.0
    (aligned,) = pm4py().conformance_diagnostics_alignments(log, net, begin, end)
    assert aligned["fitness"] == 1.0


@pytest.mark.parametrize("name", MODELS)
def test_the_process_of_every_model_is_sound(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    with (tmp_path / "model.bpmn").open("w", encoding="utf-8") as file:
        bpmn(model, "en", file.write, replay=True)
    net = pm4py().convert_to_petri_net(pm4py().read_bpmn(str(tmp_path / "model.bpmn")))
    silent = {"print_diagnostics": False, "return_asap_when_not_sound": True}
    assert import_module("pm4py.algo.analysis.woflan.algorithm").apply(*net, parameters=silent)


STOPS = [(name, stage.id) for name, model in EASED.items() for stage in model.stages]


@pytest.mark.parametrize(("name", "stage"), STOPS, ids=[f"{name}-{stage}" for name, stage in STOPS])
def test_a_life_that_stops_replays_with_fitness_1(
    on_sqlite: tuple[Fresh, Fresh], name: str, stage: str, tmp_path: Path
) -> None:
    fits(live(on_sqlite[0], EASED[name], stops_at=stage), EASED[name], tmp_path)
