"""The run graph is the pipeline: a task for each stage in the model's partial order, one for each gate, one for what
was decided. The tasks do nothing; their names and states say what became of things.
"""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.client.schemas.objects import State
from prefect.states import Completed

from clusterflow.app import App
from clusterflow.engine.decide import Decided
from clusterflow.model.words import Answer
from clusterflow.reports.labels import DECISION, READINESS, SIGN, STATUS, word
from clusterflow.reports.status import InitiativeStatus, StageLine


@task(task_run_name="{name}", persist_result=False)
async def stage(name: str, label: str, message: str) -> State[Any]:
    """One stage of the model; the name of its state says what became of it."""
    return Completed(name=label, message=message)


@task(task_run_name="{name}", persist_result=False)
async def gate_checks(name: str, label: str, message: str) -> State[Any]:
    """The checks of one gate."""
    return Completed(name=label, message=message)


@task(task_run_name="{name}", persist_result=False)
async def decision(name: str, label: str, message: str) -> State[Any]:
    """What was decided at a gate."""
    return Completed(name=label, message=message)


async def draw(app: App, status: InitiativeStatus, decided: Decided | None = None) -> None:
    """Draw the initiative as it stands, and the decision that has just been taken."""
    language = app.language
    explained = {g.stage: g for g in app.explain(status.initiative, with_evidence=False)}
    drawn: dict[str, State[Any]] = {}
    waiting = list(status.stages)
    while waiting:
        for line in [s for s in waiting if all(a in drawn for a in s.after)]:
            waiting.remove(line)
            # Prefect's overloads forget that an async task is awaited for its state too.
            drawn[line.stage] = await stage(  # type: ignore[misc]
                f"{line.number} {SIGN[line.status]} {line.title}",
                STATUS[line.status].to(language),
                _told(line),
                wait_for=[drawn[a] for a in line.after],
                return_state=True,
            )
            gate = explained.get(line.stage)
            if gate is not None:
                met = sum(c.answer is Answer.MET for c in gate.criteria)
                await gate_checks(  # type: ignore[misc]
                    f"{word('gate_word', language)} {line.number} · {met}/{len(gate.criteria)}",
                    READINESS[gate.readiness].to(language).capitalize(),
                    "; ".join(f"{c.title}: {c.found}" for c in gate.criteria),
                    wait_for=[drawn[line.stage]],
                    return_state=True,
                )
            if decided is not None and decided.stage == line.stage:
                await show_answer(app, line.title, decided, drawn[line.stage])


def _told(line: StageLine) -> str:
    days = [("→", line.entered_on), ("✔", line.achieved_on), ("↯", line.lapsed_on)]
    return " ".join(f"{sign} {day}" for sign, day in days if day is not None)


async def show_answer(app: App, title: str, done: Decided, after: State[Any] | None = None) -> None:
    """What became of an answer: it decided, it was one vote among several, or it was refused."""
    language = app.language
    if not done.taken:
        label = word("refused", language)
    elif done.decided is None:
        label = f"{word('votes', language)}: {done.votes}/{done.need}"
    else:
        label = DECISION[done.decided].to(language).capitalize()
    await decision(  # type: ignore[misc]
        f"{word('decides', language)} · {title}",
        label,
        done.why or "",
        wait_for=[] if after is None else [after],
        return_state=True,
    )
