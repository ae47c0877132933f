"""Converts a model to a BPMN process: its nodes, its flows, and where each is drawn.

A stage is a user task. Its gate is a second one, the decision, before an exclusive gateway: *go* leads over the
milestone to the next stages, *hold* back to the decision, *recycle* back to the stage, *stop* to the end.
A stage that waits for several others has a parallel gateway before it. An optional stage has an exclusive gateway
before it, which asks whether to begin.

A recycle may lead to any earlier stage. BPMN has no sound way to draw that past a join, so the flow leads to the stage
itself, and the decision's documentation names the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from clusterflow.domain.criterion import AnyOf, Criterion, Requirement
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import DecisionKind
from clusterflow.domain.text import Language, Text
from clusterflow.reports.diagram_layout import lay_out
from clusterflow.reports.labels import DECISION, SEVERITY, word
from clusterflow.reports.quorum import quorum
from clusterflow.reports.status import title_of
from clusterflow.rules.stage_order import ancestors, direct_successions, initial_stages, layers

DECISION_IS = 'decision == "{}"'
OPTIONAL_WANTED = "wanted"
"""The variables in the conditions: the decision as a text, and whether an optional stage is wanted."""

HEIGHT, GAP, LAYER_GAP, BEND = 250.0, 56.0, 90.0, 30.0
HOLD, RECYCLE, STOP = 62.0, 92.0, 80.0
"""The distance of these flows from the centre line of a stage."""

_WORDS = {
    "begins": Text(es="La iniciativa comienza", en="The initiative begins"),
    "decide": Text(es="Decidir: {}", en="Decide: {}"),
    "consider": Text(es="¿Emprender {}?", en="Begin {}?"),
    "yes": Text(es="sí", en="yes"),
    "no": Text(es="no", en="no"),
    "left-out": Text(es="Se prescinde", en="Left out"),
    "done": Text(es="Concluida", en="Done"),
    "goes-on": Text(es="Sigue, bajo observación", en="Goes on, under watch"),
    "stopped": Text(es="Fin de la iniciativa", en="The initiative ends"),
    "days": Text(es="Días previstos", en="Days allowed"),
    "any": Text(es="Al menos uno de:", en="At least one of:"),
    "all": Text(es="Todo lo siguiente:", en="All of:"),
    "again": Text(es="otra ronda", en="another round"),
    "back": Text(es="También puede volver a", en="It may also go back to"),
}


class Point(NamedTuple):
    x: float
    y: float


class Size(NamedTuple):
    width: float
    height: float


TASK, GATEWAY, EVENT = Size(160, 80), Size(50, 50), Size(36, 36)


@dataclass(frozen=True, slots=True)
class Node:
    """A task, gateway or event; ``tag`` is its BPMN element."""

    id: str
    tag: str
    name: str
    at: Point
    """The upper left corner."""
    size: Size
    documentation: str = ""
    default: str = ""
    """The flow that is taken where no condition holds."""
    terminates: bool = False

    @property
    def middle(self) -> Point:
        return Point(self.at.x + self.size.width / 2, self.at.y + self.size.height / 2)

    @property
    def left(self) -> Point:
        return Point(self.at.x, self.middle.y)

    @property
    def right(self) -> Point:
        return Point(self.at.x + self.size.width, self.middle.y)

    @property
    def top(self) -> Point:
        return Point(self.middle.x, self.at.y)

    @property
    def bottom(self) -> Point:
        return Point(self.middle.x, self.at.y + self.size.height)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow between two nodes, with or without a condition."""

    id: str
    start: str
    end: str
    points: tuple[Point, ...]
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]


def process_of(model: LifecycleModel, language: Language) -> Process:
    """Convert a model to a process, laid out from left to right."""
    return _Planner(model, language).process()


class _Planner:
    def __init__(self, model: LifecycleModel, language: Language) -> None:
        self.model, self.language = model, language
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.before = {s.id: [a for a, b in direct_successions(model) if b == s.id] for s in model.stages}
        self.after = {s.id: [b for a, b in direct_successions(model) if a == s.id] for s in model.stages}
        self.place: dict[tuple[str, str], float] = {}
        widths = [self._columns(layer) for layer in layers(model)]
        self.drawing = lay_out(model, HEIGHT, widths, LAYER_GAP)

    def _columns(self, layer: tuple[str, ...]) -> float:
        """Place the nodes of a layer from left to right, and return the width of the layer."""
        columns = {
            "join": (GATEWAY, any(len(self.before[stage]) > 1 for stage in layer)),
            "consider": (TASK, any(self.model.stage(stage).optional for stage in layer)),
            "wanted": (GATEWAY, any(self.model.stage(stage).optional for stage in layer)),
            "stage": (TASK, True),
            "decide": (TASK, True),
            "gate": (GATEWAY, True),
            "milestone": (EVENT, True),
            "on": (GATEWAY, any(len(self.after[stage]) != 1 for stage in layer)),
        }
        x = 0.0
        for name, (size, there) in columns.items():
            if there:
                self.place.update({(name, stage): x for stage in layer})
                x += size.width + GAP
        return x - GAP

    def process(self) -> Process:
        for stage in self.model.stages:
            self._stage(stage)
        self._begin()
        for arrow in self.drawing.arrows:
            start, end = self._exit(arrow.start), self._entry(arrow.end)
            between = [Point(x, y) for x, y in arrow.points[1:-1]]
            self._flow(f"step_{arrow.start}_{arrow.end}", start, end, *_bent([start.right, *between, end.left]))
        return Process(tuple(self.nodes.values()), tuple(self.flows))

    def _begin(self) -> None:
        """The start event, and the stages that begin at once."""
        y = self.drawing.height / 2
        at = Point(-GAP - EVENT.width - (GATEWAY.width + GAP), y - EVENT.height / 2)
        start = self._node("start", "startEvent", self._word("begins"), at, EVENT)
        firsts = initial_stages(self.model)
        if len(firsts) > 1:
            split = self._node("split_", "parallelGateway", "", Point(-GAP - GATEWAY.width, y - 25), GATEWAY)
            self._flow("begin", start, split, start.right, split.left)
            start = split
        for stage in firsts:
            entry = self._entry(stage)
            self._flow(f"begin_{stage}", start, entry, *_bent([start.right, entry.left], at_end=True))

    def _stage(self, stage: Stage) -> None:
        name, gate = stage.id, stage.gate
        task = self._put("stage", stage, "userTask", stage.title.to(self.language), TASK, self._about(stage))
        title = self._word("decide").format(gate.title.to(self.language))
        decide = self._put("decide", stage, "userTask", title, TASK, self._asked(stage))
        fork = self._put("gate", stage, "exclusiveGateway", "", GATEWAY, default=f"hold_{name}")
        reached = self._put("milestone", stage, "intermediateThrowEvent", gate.milestone.to(self.language), EVENT)
        self._straight(f"decide_{name}", task, decide)
        self._straight(f"ask_{name}", decide, fork)
        go = " or ".join(DECISION_IS.format(d) for d in (DecisionKind.GO, DecisionKind.CONDITIONAL_GO))
        self._straight(f"go_{name}", fork, reached, DECISION[DecisionKind.GO].to(self.language), go)
        for decision, end, height in ((DecisionKind.HOLD, decide, HOLD), (DecisionKind.RECYCLE, task, RECYCLE)):
            over = (Point(fork.top.x, fork.middle.y - height), Point(end.top.x, fork.middle.y - height))
            # Without a decision the token stays where it is.
            condition = "" if decision is DecisionKind.HOLD else DECISION_IS.format(decision)
            told = self._word("again") if condition else DECISION[decision].to(self.language)
            self._flow(f"{decision}_{name}", fork, end, fork.top, *over, end.top, name=told, condition=condition)
        self._dead_end("stopped", fork, DECISION[DecisionKind.STOP].to(self.language), DECISION_IS.format("stop"))
        if stage.optional:
            title = self._word("consider").format(stage.title.to(self.language))
            consider = self._put("consider", stage, "userTask", title, TASK)
            asked = self._put("wanted", stage, "exclusiveGateway", "", GATEWAY, default=f"no_{name}")
            self._straight(f"consider_{name}", consider, asked)
            self._straight(f"yes_{name}", asked, task, self._word("yes"), OPTIONAL_WANTED)
            self._dead_end("left-out", asked, self._word("no"), "")
        if len(self.before[name]) > 1:
            join = self._put("join", stage, "parallelGateway", "", GATEWAY)
            self._straight(f"joined_{name}", join, self.nodes.get(f"consider_{name}", task))
        if len(self.after[name]) > 1:
            self._straight(f"on_{name}", reached, self._put("on", stage, "parallelGateway", "", GATEWAY))
        elif not self.after[name]:
            end = self._put("on", stage, "endEvent", self._word("goes-on" if stage.open_ended else "done"), EVENT)
            self._straight(f"on_{name}", reached, end)

    def _dead_end(self, ending: str, start: Node, name: str, condition: str) -> None:
        """An end event below a gateway."""
        stage = start.id.partition("_")[2]
        stops = ending == "stopped"
        at = Point(start.middle.x - EVENT.width / 2, start.middle.y + STOP - EVENT.height / 2)
        end = self._node(f"{ending}_{stage}", "endEvent", self._word(ending), at, EVENT, terminates=stops)
        flow = f"{'stop' if stops else 'no'}_{stage}"
        self._flow(flow, start, end, start.bottom, end.top, name=name, condition=condition)

    def _entry(self, stage: str) -> Node:
        ways = (f"{name}_{stage}" for name in ("join", "consider", "stage"))
        return next(self.nodes[way] for way in ways if way in self.nodes)

    def _exit(self, stage: str) -> Node:
        return self.nodes.get(f"on_{stage}", self.nodes[f"milestone_{stage}"])

    def _put(
        self, place: str, stage: Stage, tag: str, name: str, size: Size, documentation: str = "", default: str = ""
    ) -> Node:
        """Put a node in its column, on the centre line of its stage."""
        x, y = self.drawing.boxes[stage.id]
        at = Point(x + self.place[place, stage.id], y + HEIGHT / 2 - size.height / 2)
        return self._node(f"{place}_{stage.id}", tag, name, at, size, documentation, default)

    def _node(
        self,
        node_id: str,
        tag: str,
        name: str,
        at: Point,
        size: Size,
        documentation: str = "",
        default: str = "",
        terminates: bool = False,
    ) -> Node:
        node = Node(node_id, tag, name, at, size, documentation, default, terminates)
        self.nodes[node_id] = node
        return node

    def _straight(self, flow: str, start: Node, end: Node, name: str = "", condition: str = "") -> None:
        self._flow(flow, start, end, start.right, end.left, name=name, condition=condition)

    def _flow(self, flow: str, start: Node, end: Node, *points: Point, name: str = "", condition: str = "") -> None:
        self.flows.append(Flow(f"flow_{flow}", start.id, end.id, points, name, condition))

    def _word(self, name: str) -> str:
        return _WORDS[name].to(self.language)

    def _about(self, stage: Stage) -> str:
        about = [stage.about.to(self.language)] if stage.about else []
        return "\n".join([*about, f"{self._word('days')}: {stage.allowed_days}", f"({stage.kind}, {stage.source})"])

    def _asked(self, stage: Stage) -> str:
        """The documentation of a decision: who decides, what is asked, where a recycle may lead."""
        lines = [f"{word('decides', self.language)}: {quorum(stage.gate.decided_by, self.language)}"]
        for requirement in stage.gate.requires:
            lines += self._requirement(requirement, "– ")
        earlier = ancestors(self.model, stage.id)
        if earlier:
            names = ", ".join(s.title.to(self.language) for s in self.model.stages if s.id in earlier)
            lines.append(f"{self._word('back')}: {names}")
        return "\n".join(lines)

    def _requirement(self, requirement: Requirement, indent: str) -> Iterator[str]:
        severity = SEVERITY[requirement.severity].to(self.language)
        if isinstance(requirement, Criterion):
            asked = f"{title_of(requirement, self.language)} {requirement.bound.format(self.language)}"
            source = f"{requirement.source}, {word('proposal', self.language)}" if requirement.proposal else ""
            yield f"{indent}{asked} ({severity}; {source or requirement.source})"
            return
        yield f"{indent}{self._word('any' if isinstance(requirement, AnyOf) else 'all')} ({severity})"
        for part in requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of:
            yield from self._requirement(part, f"    {indent}")


def _bent(points: list[Point], at_end: bool = False) -> Iterator[Point]:
    """The same route in straight lines that turn at the end of a layer, or shortly before the end of the route."""
    yield points[0]
    for (from_x, from_y), to in pairwise(points):
        if to.y != from_y:
            turn = to.x - BEND if at_end else max(from_x + BEND, to.x - LAYER_GAP + BEND)
            yield Point(turn, from_y)
            yield Point(turn, to.y)
        yield to
