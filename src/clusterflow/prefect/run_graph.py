"""Draws the pipeline as the run graph: a task for each stage, in the order of the model, each gate and each answer.

Nobody carries these tasks out; their names and states say how things are, and the type of the state gives the colour.
Each is sent to Prefect by one event, as its own engine does, under an id that follows from what it shows: drawn again,
a stage is the same task in another state. Prefect draws from left to right by the time at which a task began; so these
begin in the order of the model, a step apart, from when the run was to begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from prefect.client.schemas.objects import State, StateType, TaskRun, TaskRunResult
from prefect.runtime import flow_run
from prefect.utilities.engine import emit_task_run_state_change_event

from clusterflow.domain.terms import Answer, DecisionKind, Readiness, StageStatus
from clusterflow.domain.text import Language
from clusterflow.engine.decide import BallotResult
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import DECISION, READINESS, SIGN, STATUS, word
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.rules.stage_order import layers
from clusterflow.services import explanation, standing
from clusterflow.services.context import Context

STEP = timedelta(seconds=0.1)
"""How far the layers of a model are drawn from each other."""


STATUS_TYPE = {
    StageStatus.AHEAD: StateType.PENDING,
    StageStatus.UNDER_WAY: StateType.RUNNING,
    StageStatus.GATE_OPEN: StateType.PAUSED,
    StageStatus.HELD: StateType.PAUSED,
    StageStatus.ACHIEVED: StateType.COMPLETED,
    StageStatus.LAPSED: StateType.FAILED,
    StageStatus.LEFT: StateType.CANCELLED,
    StageStatus.DECLINED: StateType.CANCELLED,
}
DECISION_TYPE = {
    DecisionKind.GO: StateType.COMPLETED,
    DecisionKind.CONDITIONAL_GO: StateType.COMPLETED,
    DecisionKind.HOLD: StateType.PAUSED,
    DecisionKind.RECYCLE: StateType.CANCELLED,
    DecisionKind.STOP: StateType.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One task of the graph; ``key`` (as in ``gate:strategy``) is its own in it, ``after`` are the keys before it."""

    key: str
    name: str
    kind: StateType
    state: str
    message: str
    after: tuple[str, ...]
    began: datetime


def draw(context: Context, status: InitiativeStatus) -> None:
    """Draw the initiative as it stands, into the graph of the run that calls."""
    explained = {g.stage: g for g in explanation.explain(context, status.initiative, with_evidence=False)}
    lines = {line.stage: line for line in status.stages}
    begun = flow_run.scheduled_start_time
    for layer in layers(standing.pinned_model(context, status.initiative)):
        for stage in layer:
            _send(_stage(lines[stage], begun, context.language))
            if stage in explained:
                _send(_gate(lines[stage], explained[stage], begun + STEP / 2, context.language))
        begun += STEP


def show_answer(context: Context, stage: str, title: str, question: str, done: BallotResult) -> None:
    """Add what became of the answer to a question: it decided, it was one vote among several, or it was refused."""
    language = context.language
    if not done.taken:
        kind, state = StateType.FAILED, word("refused", language)
    elif done.decided is None:
        kind, state = StateType.PENDING, f"{word('votes', language)}: {done.votes}/{done.need}"
    else:
        kind, state = DECISION_TYPE[done.decided], DECISION[done.decided].to(language).capitalize()
    attempt = int(question.rpartition("-")[2]) + 1
    name = f"{word('decides', language)} · {title}" + (f" ({attempt})" if attempt > 1 else "")
    _send(Node(f"answer:{question}", name, kind, state, done.why or "", (f"gate:{stage}",), datetime.now(UTC)))


def _stage(line: StageLine, begun: datetime, language: Language) -> Node:
    days = [("→", line.entered_on), ("✔", line.achieved_on), ("↯", line.lapsed_on)]
    message = " ".join(f"{sign} {day}" for sign, day in days if day is not None)
    name = f"{line.number} {SIGN[line.status]} {line.title}"
    before = tuple(f"stage:{earlier}" for earlier in line.after)
    state = STATUS[line.status].to(language)
    return Node(f"stage:{line.stage}", name, STATUS_TYPE[line.status], state, message, before, begun)


def _gate(line: StageLine, gate: GateExplanation, begun: datetime, language: Language) -> Node:
    met = sum(unit.answer is Answer.MET for unit in gate.units)
    name = f"{word('gate_word', language)} {line.number} · {met}/{len(gate.units)}"
    message = "; ".join(f"{c.title}: {c.found}" for c in gate.criteria)
    state = READINESS[gate.readiness].to(language).capitalize()
    kind = StateType.COMPLETED if gate.readiness is Readiness.READY else StateType.PENDING
    return Node(f"gate:{line.stage}", name, kind, state, message, (f"stage:{line.stage}",), begun)


def _send(node: Node) -> None:
    run = UUID(str(flow_run.id))
    state: State[None] = State(type=node.kind, name=node.state, message=node.message)
    drawn = TaskRun(
        id=uuid5(run, node.key),
        flow_run_id=run,
        name=node.name,
        task_key=node.key.partition(":")[0],
        dynamic_key=node.key,
        task_inputs={"wait_for": [TaskRunResult(id=uuid5(run, earlier)) for earlier in node.after]},
        run_count=1,
        expected_start_time=node.began,
        start_time=node.began,
        end_time=node.began + STEP / 2,
        state=state,
    )
    emit_task_run_state_change_event(drawn, initial_state=None, validated_state=state)
