"""Converts a model to a BPMN process: its nodes, its flows, and where each is drawn.

A stage is a user task. Its gate is a second one, the decision, before an exclusive gateway: *go* leads over the
milestone to the next stages, *hold* back to the decision, *recycle* back to a stage, *stop* to the end.
A milestone is a user task, too: some readers drop intermediate events, and engines differ about other tasks.
A stage that waits for several others has a parallel gateway before it. An optional stage has a task and an exclusive
gateway before it, which ask whether to begin, and another gateway behind it: *decline* leads there, from the question
or from the decision. All ways end in one event, except those that stop.

A *stop* in a stage with parallel ones ends these, too. Engines end them by a terminate end event, which a Petri net
cannot express. In the process for a replay a parallel stage can be left before its tasks instead, and where parallel
stages meet the process may end.

A recycle leads to the stage itself or to an earlier one that has the same parallel stages. Past a split or a join BPMN
has no sound way back, so the documentation of the decision names the other stages.
"""

from __future__ import annotations

from collections.abc import Iterator

from clusterflow.domain.criterion import AnyOf, Criterion, Requirement
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import DecisionKind
from clusterflow.domain.text import Language, Text
from clusterflow.reports.bpmn_shapes import (
    BEND,
    EVENT,
    GATEWAY,
    LAYER_GAP,
    TASK,
    Flow,
    Node,
    Point,
    Process,
    Size,
    bent,
)
from clusterflow.reports.diagram_layout import lay_out
from clusterflow.reports.labels import DECISION, SEVERITY, word
from clusterflow.reports.quorum import quorum
from clusterflow.reports.status import title_of
from clusterflow.rules.stage_order import ancestors, direct_successions, initial_stages, layers

DECISION_IS = 'decision == "{}"'
BACK_TO = 'to_stage == "{}"'
OPTIONAL_WANTED = 'wanted == "yes"'
"""The conditions on texts. Each is one comparison, which JavaScript and Python read alike."""
DECLINE = "decline"
"""The value of ``decision`` that does without an optional stage."""

HEIGHT, GAP = 250.0, 56.0
HOLD, RECYCLE, BACK, STOP, LEFT_OUT = 62.0, 92.0, 122.0, 80.0, 112.0
"""The distance of these flows from the centre line of a stage."""
CONDITIONAL, STEP = 28.0, 14.0
"""How far the flow of a conditional go runs below that of a go, and where it turns."""

_WORDS = {
    "begins": Text(es="La iniciativa comienza", en="The initiative begins"),
    "decide": Text(es="Decidir: {}", en="Decide: {}"),
    "consider": Text(es="¿Emprender {}?", en="Begin {}?"),
    "yes": Text(es="sí", en="yes"),
    "no": Text(es="no", en="no"),
    "decline": Text(es="renunciar", en="decline"),
    "done": Text(es="Concluida", en="Done"),
    "goes-on": Text(es="Sigue, bajo observación", en="Goes on, under watch"),
    "stopped": Text(es="Fin de la iniciativa", en="The initiative ends"),
    "days": Text(es="Días previstos", en="Days allowed"),
    "any": Text(es="Al menos uno de:", en="At least one of:"),
    "all": Text(es="Todo lo siguiente:", en="All of:"),
    "again": Text(es="otra ronda", en="another round"),
    "back": Text(es="También puede volver a", en="It may also go back to"),
}


def process_of(model: LifecycleModel, language: Language, *, replay: bool = False) -> Process:
    """Convert a model to a process, laid out from left to right.

    Args:
        replay: for programs that read a Petri net out of it, not for engines.
    """
    return _Planner(model, language, replay).process()


def task_names(model: LifecycleModel, language: Language) -> dict[str, str]:
    """Return the names of the tasks of a process by their ids."""
    return {n.id: n.name for n in process_of(model, language).nodes if n.tag == "userTask"}


class _Planner:
    def __init__(self, model: LifecycleModel, language: Language, replay: bool) -> None:
        self.model, self.language = model, language
        self.left = {s.id for s in model.stages if replay and self._parallel(s.id)}
        """The stages that can be left when another one stops the initiative."""
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.before = {s.id: [a for a, b in direct_successions(model) if b == s.id] for s in model.stages}
        self.after = {s.id: [b for a, b in direct_successions(model) if a == s.id] for s in model.stages}
        self.place: dict[tuple[str, str], float] = {}
        self.meetings: list[Node] = []
        widths = [self._columns(layer) for layer in layers(model)]
        self.drawing = lay_out(model, HEIGHT, widths, LAYER_GAP)

    def _columns(self, layer: tuple[str, ...]) -> float:
        """Place the nodes of a layer from left to right, and return the width of the layer."""
        columns = {
            "join": (GATEWAY, any(len(self.before[stage]) > 1 for stage in layer)),
            "met": (GATEWAY, any(self._ends_parallel(stage) for stage in layer)),
            "leave": (GATEWAY, any(stage in self.left for stage in layer)),
            "consider": (TASK, any(self.model.stage(stage).optional for stage in layer)),
            "wanted": (GATEWAY, any(self.model.stage(stage).optional for stage in layer)),
            "stage": (TASK, True),
            "undecided": (GATEWAY, any(stage in self.left for stage in layer)),
            "decide": (TASK, True),
            "gate": (GATEWAY, True),
            "milestone": (TASK, True),
            "merge": (GATEWAY, any(self.model.stage(stage).optional or stage in self.left for stage in layer)),
            "on": (GATEWAY, any(len(self.after[stage]) > 1 for stage in layer)),
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
            self._flow(f"step_{arrow.start}_{arrow.end}", start, end, *bent([start.right, *between, end.left]))
        self._finish()
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
            self._flow(f"begin_{stage}", start, entry, *bent([start.right, entry.left], at_end=True))

    def _finish(self) -> None:
        """The one end event of all ways that do not stop."""
        last = [stage for stage in self.model.stages if not self.after[stage.id]]
        x, y = max(node.right.x for node in self.nodes.values()) + GAP, self.drawing.height / 2
        join = None
        if len(last) > 1:
            join = self._node("join_", "parallelGateway", "", Point(x, y - GATEWAY.height / 2), GATEWAY)
            x += GATEWAY.width + GAP
        x += GATEWAY.width + GAP if self.left and join is not None else 0
        name = self._word("goes-on" if any(stage.open_ended for stage in last) else "done")
        end = self._node("end", "endEvent", name, Point(x, y - EVENT.height / 2), EVENT)
        for stage in last:
            start, to = self._exit(stage.id), join or end
            self._flow(f"on_{stage.id}", start, to, *bent([start.right, to.left], at_end=True))
        if join is not None and self.left:
            at = Point(join.right.x + GAP, join.at.y)
            met = self._node("met_", "exclusiveGateway", "", at, GATEWAY)
            self._straight("met", join, met)
            self.meetings.append(met)
            join = met
        if join is not None:
            self._straight("end", join, end)
        if self.meetings:
            self._stopped(Point(x, self.drawing.height + BEND))

    def _stopped(self, at: Point) -> None:
        """The end to which parallel stages lead if one of them stopped the initiative."""
        end = self._node("stopped_", "endEvent", self._word("stopped"), at, EVENT)
        for met in self.meetings:
            self._flow(f"ends_{met.id}", met, end, met.bottom, Point(met.bottom.x, end.left.y), end.left)

    def _stage(self, stage: Stage) -> None:
        name, gate = stage.id, stage.gate
        task = self._put("stage", stage, "userTask", stage.title.to(self.language), TASK, self._about(stage))
        title = self._word("decide").format(gate.title.to(self.language))
        decide = self._put("decide", stage, "userTask", title, TASK, self._asked(stage))
        fork = self._put("gate", stage, "exclusiveGateway", "", GATEWAY, default=f"hold_{name}")
        reached = self._put("milestone", stage, "userTask", gate.milestone.to(self.language), TASK)
        undecided = self._between_tasks(stage, task, decide)
        self._straight(f"ask_{name}", decide, fork)
        self._go(name, fork, reached)
        over = (Point(fork.top.x, fork.middle.y - HOLD), Point(undecided.top.x, fork.middle.y - HOLD))
        # Without a decision the token stays where it is.
        hold = DECISION[DecisionKind.HOLD].to(self.language)
        self._flow(f"hold_{name}", fork, undecided, fork.top, *over, undecided.top, name=hold)
        if stage.optional or name in self.left:
            merge = self._put("merge", stage, "exclusiveGateway", "", GATEWAY)
            self._straight(f"reached_{name}", reached, merge)
        if stage.optional:
            self._optional(stage, task, fork)
        if name in self.left:
            self._leave(stage, undecided)
        self._recycle(stage, fork)
        self._stop(stage, fork)
        if len(self.before[name]) > 1:
            join = self._put("join", stage, "parallelGateway", "", GATEWAY)
            following = self._beginning(name)
            if self._ends_parallel(name):
                met = self._put("met", stage, "exclusiveGateway", "", GATEWAY)
                self._straight(f"met_{name}", met, following)
                self.meetings.append(met)
                following = met
            self._straight(f"joined_{name}", join, following)
        if len(self.after[name]) > 1:
            done = self.nodes.get(f"merge_{name}", reached)
            self._straight(f"on_{name}", done, self._put("on", stage, "parallelGateway", "", GATEWAY))

    def _go(self, name: str, fork: Node, reached: Node) -> None:
        """Two flows, so that each condition is one comparison."""
        go, conditional = (DECISION[d].to(self.language) for d in (DecisionKind.GO, DecisionKind.CONDITIONAL_GO))
        self._straight(f"go_{name}", fork, reached, go, DECISION_IS.format(DecisionKind.GO))
        below, first, last = fork.middle.y + CONDITIONAL, fork.right.x + STEP, reached.left.x - STEP
        corners = (
            Point(first, fork.middle.y), Point(first, below), Point(last, below), Point(last, fork.middle.y)
        )  # fmt: skip
        self._flow(
            f"conditional-go_{name}", fork, reached, fork.right, *corners, reached.left,
            name=conditional, condition=DECISION_IS.format(DecisionKind.CONDITIONAL_GO),
        )  # fmt: skip

    def _recycle(self, stage: Stage, fork: Node) -> None:
        """Back to the stage itself, or over a gateway to one of the earlier stages that can be drawn.

        An optional stage may be declined in each round, so the question before it is asked again.
        """
        task = self._beginning(stage.id)
        name, again, is_recycle = stage.id, self._word("again"), DECISION_IS.format(DecisionKind.RECYCLE)
        earlier = [s for s in self.model.stages if s.id in self._reachable_again(name)]
        height = fork.middle.y - RECYCLE
        if not earlier:
            over = (Point(fork.top.x, height), Point(task.top.x, height))
            self._flow(f"recycle_{name}", fork, task, fork.top, *over, task.top, name=again, condition=is_recycle)
            return
        at = Point(fork.middle.x - GATEWAY.width / 2, height - GATEWAY.height / 2)
        back = self._node(f"back_{name}", "exclusiveGateway", "", at, GATEWAY, default=f"again_{name}")
        self._flow(f"recycle_{name}", fork, back, fork.top, back.bottom, name=again, condition=is_recycle)
        self._flow(f"again_{name}", back, task, back.left, Point(task.top.x, height), task.top)
        for other in earlier:
            end, lane = self._beginning(other.id), fork.middle.y - BACK
            points = (back.top, Point(back.top.x, lane), Point(end.top.x, lane), end.top)
            title, condition = other.title.to(self.language), BACK_TO.format(other.id)
            self._flow(f"back_{name}_{other.id}", back, end, *points, name=title, condition=condition)

    def _reachable_again(self, stage: str) -> set[str]:
        """The earlier stages with the same parallel stages: a way back to them leaves no other token behind."""
        return {e for e in ancestors(self.model, stage) if self._parallel(e) == self._parallel(stage)}

    def _parallel(self, stage: str) -> set[str]:
        """The stages that may be under way at the same time."""
        above = ancestors(self.model, stage)
        return {
            s.id for s in self.model.stages
            if s.id != stage and s.id not in above and stage not in ancestors(self.model, s.id)
        }  # fmt: skip

    def _beginning(self, stage: str) -> Node:
        return next(self.nodes[f"{n}_{stage}"] for n in ("leave", "consider", "stage") if f"{n}_{stage}" in self.nodes)

    def _ends_parallel(self, stage: str) -> bool:
        """Whether parallel stages meet before a stage that has none beside it."""
        return stage not in self.left and any(earlier in self.left for earlier in self.before[stage])

    def _between_tasks(self, stage: Stage, task: Node, decide: Node) -> Node:
        """The node before the decision: a gateway if the stage can be left there, else the decision itself."""
        name = stage.id
        if name not in self.left:
            self._straight(f"decide_{name}", task, decide)
            return decide
        undecided = self._put("undecided", stage, "exclusiveGateway", "", GATEWAY)
        self._straight(f"decide_{name}", task, undecided)
        self._straight(f"undecided_{name}", undecided, decide)
        return undecided

    def _leave(self, stage: Stage, undecided: Node) -> None:
        """The flows by which a parallel stage is left, since another one stopped the initiative."""
        name, first = stage.id, self._beginning(stage.id)
        leave = self._put("leave", stage, "exclusiveGateway", "", GATEWAY)
        self._straight(f"begins_{name}", leave, first)
        merge = self.nodes[f"merge_{name}"]
        for gateway in (leave, undecided):
            below = gateway.middle.y + LEFT_OUT
            around = (Point(gateway.bottom.x, below), Point(merge.bottom.x, below))
            self._flow(f"left_{gateway.id}", gateway, merge, gateway.bottom, *around, merge.bottom)

    def _optional(self, stage: Stage, task: Node, fork: Node) -> None:
        """A question before an optional stage, and two ways around it: before it begins, and from its decision."""
        name = stage.id
        title = self._word("consider").format(stage.title.to(self.language))
        consider = self._put("consider", stage, "userTask", title, TASK)
        gateway = self._put("wanted", stage, "exclusiveGateway", "", GATEWAY, default=f"no_{name}")
        merge = self.nodes[f"merge_{name}"]
        self._straight(f"consider_{name}", consider, gateway)
        self._straight(f"yes_{name}", gateway, task, self._word("yes"), OPTIONAL_WANTED)
        below = gateway.middle.y + LEFT_OUT
        around = (Point(gateway.bottom.x, below), Point(merge.bottom.x, below))
        self._flow(f"no_{name}", gateway, merge, gateway.bottom, *around, merge.bottom, name=self._word("no"))
        turn = fork.right.x + 2 * STEP
        corners = (Point(turn, fork.middle.y), Point(turn, below), Point(merge.bottom.x, below))
        self._flow(
            f"decline_{name}", fork, merge, fork.right, *corners, merge.bottom,
            name=self._word("decline"), condition=DECISION_IS.format(DECLINE),
        )  # fmt: skip

    def _stop(self, stage: Stage, fork: Node) -> None:
        """An end event that ends everything, below the gateway; in a process for a replay, the way out of the stage."""
        name, condition = DECISION[DecisionKind.STOP].to(self.language), DECISION_IS.format(DecisionKind.STOP)
        if stage.id in self.left:
            merge, below = self.nodes[f"merge_{stage.id}"], fork.middle.y + LEFT_OUT
            around = (Point(fork.bottom.x, below), Point(merge.bottom.x, below))
            self._flow(
                f"stop_{stage.id}", fork, merge, fork.bottom, *around, merge.bottom, name=name, condition=condition
            )
            return
        at = Point(fork.middle.x - EVENT.width / 2, fork.middle.y + STOP - EVENT.height / 2)
        end = self._node(f"stopped_{stage.id}", "endEvent", self._word("stopped"), at, EVENT, terminates=True)
        self._flow(f"stop_{stage.id}", fork, end, fork.bottom, end.top, name=name, condition=condition)

    def _entry(self, stage: str) -> Node:
        ways = (f"{name}_{stage}" for name in ("join", "leave", "consider", "stage"))
        return next(self.nodes[way] for way in ways if way in self.nodes)

    def _exit(self, stage: str) -> Node:
        ways = (f"{name}_{stage}" for name in ("on", "merge", "milestone"))
        return next(self.nodes[way] for way in ways if way in self.nodes)

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
        earlier = ancestors(self.model, stage.id) - self._reachable_again(stage.id)
        if earlier:
            names = ", ".join(s.title.to(self.language) for s in self.model.stages if s.id in earlier)
            lines.append(f"{self._word('back')}: {names}")
        return "\n".join(lines)

    def _requirement(self, requirement: Requirement, indent: str) -> Iterator[str]:
        severity = SEVERITY[requirement.severity].to(self.language)
        if isinstance(requirement, Criterion):
            label = f"{title_of(requirement, self.language)} {requirement.bound.format(self.language)}"
            source = f"{requirement.source}, {word('proposal', self.language)}" if requirement.proposal else ""
            yield f"{indent}{label} ({severity}; {source or requirement.source})"
            return
        yield f"{indent}{self._word('any' if isinstance(requirement, AnyOf) else 'all')} ({severity})"
        for part in requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of:
            yield from self._requirement(part, f"    {indent}")
