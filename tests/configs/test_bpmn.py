"""A model as BPMN: two engines of different makers run it alike and in the model's order, and it is drawn."""

from __future__ import annotations

import ast
import json
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from support import javascript as node
from support.random_models import models
from support.search import WITHOUT_SHRINKING

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.text import Language, Text
from clusterflow.reports.bpmn import bpmn
from clusterflow.rules.stage_order import ancestors, ready_to_enter

CONFIGS = Path(__file__).parents[2] / "configs"
EXAMPLE = CONFIGS.parent / "docs" / "how-to" / "example" / "norway.yaml"
"""A model with fixed terms and optional levels, one after the other."""
MODELS = load_models([*model_files(CONFIGS / "models"), EXAMPLE], load_metrics(CONFIGS / "metrics.yaml"))
DI = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
of_every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def written(model: LifecycleModel, language: Language = "en") -> str:
    parts: list[str] = []
    bpmn(model, language, parts.append)
    return "".join(parts)


def parsed(text: str, process: str) -> BpmnProcessSpec:
    """Parse it with SpiffWorkflow, which checks it against the schema of the standard."""
    parser = BpmnParser(validator=BpmnValidator())
    parser.add_bpmn_str(text.encode())
    return parser.get_spec(process)


NOTHING = {"decision": "", "to_stage": "", "wanted": ""}


class EngineRun:
    """A run of the process in SpiffWorkflow, with the stages that are active and the gates that can be decided."""

    def __init__(self, model: LifecycleModel) -> None:
        self.model = model
        self.workflow = BpmnWorkflow(parsed(written(model), model.id))
        self.workflow.do_engine_steps()
        self.steps: list[dict[str, object]] = []
        self.seen = [self.values_now()]

    def values_now(self) -> dict[str, object]:
        """What waits for people, and whether the process has ended."""
        return {"waiting": sorted(self.ready("")), "ended": self.workflow.is_completed()}

    def ready(self, what: str) -> set[str]:
        names = [t.task_spec.name for t in self.workflow.get_tasks(state=TaskState.READY, manual=True)]
        assert len(names) == len(set(names))
        return {n.removeprefix(what) for n in names if n.startswith(what)}

    def do(self, name: str, **data: object) -> None:
        task = next(t for t in self.workflow.get_tasks(state=TaskState.READY) if t.task_spec.name == name)
        task.data.update({**NOTHING, **data})
        task.run()
        self.workflow.do_engine_steps()
        self.steps.append({"do": name, "with": {**NOTHING, **data}})
        self.seen.append(self.values_now())
        for milestone in self.ready("milestone_"):
            self.do(f"milestone_{milestone}")

    def values_in_javascript(self) -> list[dict[str, object]]:
        """What another maker's engine shows after the same steps."""
        with tempfile.NamedTemporaryFile("w", suffix=".bpmn", encoding="utf-8") as file:
            file.write(written(self.model))
            file.flush()
            lines = node.run("engine.mjs", file.name, given=json.dumps(self.steps)).splitlines()
        return [json.loads(line) for line in lines]


@of_every_model
@pytest.mark.parametrize("language", ["es", "en"])
def test_another_parser_reads_every_model(model: LifecycleModel, language: Language) -> None:
    spec = parsed(written(model, language), model.id)
    assert spec.description == model.title.to(language)
    for stage in model.stages:
        assert spec.task_specs[f"stage_{stage.id}"].bpmn_name == stage.title.to(language)
        decision = spec.task_specs[f"decide_{stage.id}"]
        assert stage.gate.title.to(language) in decision.bpmn_name
        assert all(c.source in decision.documentation for c in stage.gate.criteria)
        assert spec.task_specs[f"milestone_{stage.id}"].bpmn_name == stage.gate.milestone.to(language)


@of_every_model
def test_another_engine_runs_every_model_in_its_order(model: LifecycleModel) -> None:
    assert run_to_the_end(model, min).workflow.is_completed()


@settings(max_examples=25, phases=WITHOUT_SHRINKING)
@given(model=models, data=st.data())
def test_another_engine_runs_any_model_in_its_order(model: LifecycleModel, data: st.DataObject) -> None:
    done = run_to_the_end(model, lambda ready: data.draw(st.sampled_from(sorted(ready))))
    assert done.workflow.is_completed()


def run_to_the_end(model: LifecycleModel, choose: Callable[[list[str]], str]) -> EngineRun:
    """Decide *go* everywhere. At any time, the stages that may begin are those of the model."""
    lived, achieved, worked = EngineRun(model), set[str](), set[str]()
    while not lived.workflow.is_completed():
        begin, consider, decide = (lived.ready(what) for what in ("stage_", "consider_", "decide_"))
        assert begin | consider == set(ready_to_enter(model, achieved, worked))
        assert consider <= {s.id for s in model.stages if s.optional}
        assert decide == worked - achieved
        name = choose(
            [*(f"stage_{s}" for s in begin), *(f"consider_{s}" for s in consider), *map("decide_{}".format, decide)]
        )
        lived.do(name, decision="go", wanted="yes")
        if not name.startswith("consider_"):
            (worked if name.startswith("stage_") else achieved).add(name.partition("_")[2])
    assert achieved == worked == set(model.by_id)
    return lived


def test_a_gate_can_hold_recycle_and_stop() -> None:
    lived = EngineRun(MODELS["basque"])
    lived.do("stage_critical-mass")
    for nothing in ({"decision": "hold"}, {"decision": "what?"}):
        lived.do("decide_critical-mass", **nothing)
        assert lived.ready("decide_") == {"critical-mass"}
    lived.do("decide_critical-mass", decision="recycle")
    assert (lived.ready("stage_"), lived.ready("decide_")) == ({"critical-mass"}, set())
    lived.do("stage_critical-mass")
    lived.do("decide_critical-mass", decision="conditional-go")
    assert lived.ready("stage_") == {"common-purpose"}
    lived.do("stage_common-purpose")
    lived.do("decide_common-purpose", decision="stop")
    assert lived.workflow.is_completed()


def passed(*stages: str) -> EngineRun:
    """The stages of the Colombian model that have been passed."""
    lived = EngineRun(MODELS["colombian-hybrid"])
    for stage in stages:
        lived.do(f"stage_{stage}")
        lived.do(f"decide_{stage}", decision="go")
    return lived


def test_a_stop_ends_parallel_stages() -> None:
    lived = passed("hosting", "critical-mass", "common-purpose")
    assert lived.ready("stage_") == {"committees", "strategy"}
    lived.do("stage_committees")
    lived.do("decide_committees", decision="stop")
    assert lived.workflow.is_completed()


@pytest.mark.parametrize("decision", ["hold", "recycle"])
def test_what_follows_parallel_stages_waits_while_one_of_them_goes_back(decision: str) -> None:
    lived = passed("hosting", "critical-mass", "common-purpose", "committees")
    lived.do("stage_strategy")
    lived.do("decide_strategy", decision=decision)
    assert lived.ready("") == {"decide_strategy" if decision == "hold" else "stage_strategy"}


def test_an_optional_stage_can_be_left_out() -> None:
    lived = passed("hosting", "critical-mass", "common-purpose", "strategy", "committees", "operation")
    assert lived.ready("consider_") == {"institutionalization"}
    lived.do("consider_institutionalization", wanted="no")
    assert lived.workflow.is_completed()


def test_an_optional_stage_can_be_declined_at_its_gate() -> None:
    lived = EngineRun(MODELS["norway"])
    for stage, decision in (("arena", "go"), ("arena-pro", "recycle"), ("arena-pro", "decline")):
        if stage != "arena":
            lived.do(f"consider_{stage}", wanted="yes")
        lived.do(f"stage_{stage}")
        lived.do(f"decide_{stage}", decision=decision)
    assert lived.ready("consider_") == {"gce"}, "the next level may follow"
    lived.do("consider_gce", wanted="no")
    assert lived.workflow.is_completed()


def test_a_recycle_goes_back_to_an_earlier_stage() -> None:
    lived = EngineRun(MODELS["basque"])
    for stage in ("critical-mass", "common-purpose"):
        lived.do(f"stage_{stage}")
        lived.do(f"decide_{stage}", decision="go")
    lived.do("stage_institutionalization")
    lived.do("decide_institutionalization", decision="recycle", to_stage="critical-mass")
    assert (lived.ready("stage_"), lived.ready("decide_")) == ({"critical-mass"}, set())


@of_every_model
def test_two_engines_of_different_makers_live_a_life_alike(model: LifecycleModel, javascript: None) -> None:
    lived = run_to_the_end(model, min)
    assert lived.values_in_javascript() == lived.seen


WAYS_BACK = ["hold", "recycle", "else"]
"""Decisions after which the stage waits for another one. Where another stage is under way beside it, bpmn-engine takes
the way on, which is not taken, for an arrival at their join (findings/bpmn-engine-join-after-a-loop.sh); SpiffWorkflow
waits, as the standard says."""


def has_parallel_stages(model: LifecycleModel, stage: str) -> bool:
    above = ancestors(model, stage)
    return any(s.id not in {stage, *above} and stage not in ancestors(model, s.id) for s in model.stages)


@settings(max_examples=6, phases=WITHOUT_SHRINKING)
@given(name=st.sampled_from(sorted(MODELS)), data=st.data())
def test_two_engines_of_different_makers_decide_alike(javascript: None, name: str, data: st.DataObject) -> None:
    lived = EngineRun(MODELS[name])
    for _ in range(14):
        ready = sorted(lived.ready(""))
        if not ready:
            break
        to_stage = data.draw(st.sampled_from(["", *MODELS[name].by_id]))
        task = data.draw(st.sampled_from(ready))
        ways_back = [] if has_parallel_stages(MODELS[name], task.partition("_")[2]) else WAYS_BACK
        decision = data.draw(st.sampled_from(["go", "conditional-go", "decline", "stop", *ways_back]))
        if decision == "decline" and not MODELS[name].stage(task.partition("_")[2]).optional:
            decision = "go"  # nothing to decline, which is a hold
        lived.do(task, decision=decision, to_stage=to_stage, wanted="yes")
    assert lived.values_in_javascript() == lived.seen


@of_every_model
def test_every_condition_declares_its_language(model: LifecycleModel) -> None:
    root = etree.fromstring(written(model).encode())
    conditions = root.xpath("//bpmn:conditionExpression", namespaces=DI)
    assert {c.get("language") for c in conditions} == {"javascript"}
    assert root.get("expressionLanguage")
    for condition in conditions:
        ast.parse(condition.text, mode="eval")


def test_an_engine_that_does_not_know_the_language_refuses_the_process(tmp_path: Path, javascript: None) -> None:
    text = written(MODELS["basque"]).replace('language="javascript"', 'language="else"')
    (tmp_path / "else.bpmn").write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match="the language «else» is not known"):
        node.run("engine.mjs", tmp_path / "else.bpmn", given="[]")


@of_every_model
def test_everything_is_drawn_and_no_shapes_overlap(model: LifecycleModel) -> None:
    root = etree.fromstring(written(model).encode())
    shapes, edges = (root.xpath(f"//bpmndi:BPMN{sort}", namespaces=DI) for sort in ("Shape", "Edge"))
    flows = root.xpath("//bpmn:sequenceFlow", namespaces=DI)
    nodes = {n.get("id"): n for n in root.xpath("//bpmn:process/*[bpmn:incoming or bpmn:outgoing]", namespaces=DI)}
    assert {s.get("bpmnElement") for s in shapes} == set(nodes)
    assert [e.get("bpmnElement") for e in edges] == [f.get("id") for f in flows]
    boxes = {s.get("bpmnElement"): [float(v) for v in s.find("dc:Bounds", DI).attrib.values()] for s in shapes}
    placed = list(boxes.values())
    for index, (x, y, width, height) in enumerate(placed):
        for left, top, wide, high in placed[:index]:
            assert x >= left + wide or left >= x + width or y >= top + high or top >= y + height
    for edge, flow in zip(edges, flows, strict=True):
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge.findall("di:waypoint", DI)]
        for point, end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            x, y, width, height = boxes[flow.get(end)]
            assert point[0] in (x, x + width / 2, x + width)
            assert point[1] in (y, y + height / 2, y + height)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), "at right angles"


def test_characters_that_xml_forbids_are_removed_and_others_escaped() -> None:
    odd = Text(es="a", en='"R&D" <x> \x01\ud800\u202e\n' + "x" * 5000)
    model = MODELS["basque"].model_copy(update={"title": odd, "about": odd})
    spec = parsed(written(model), "basque")
    assert spec.description == '"R&D" <x> \ufffd\ufffd\u202e\n' + "x" * 5000
    assert "\u202e" not in written(model), "no mark changes the direction of a terminal"
