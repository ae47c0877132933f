"""One pass over one initiative, told to Prefect. The engine is the authority, never the resume."""

from __future__ import annotations

from uuid import UUID

from prefect import task
from prefect.client.schemas.objects import State
from prefect.flow_runs import asuspend_flow_run
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import ValidationError

from clusterflow.app import App
from clusterflow.engine.decide import Decided
from clusterflow.errors import UnknownName
from clusterflow.model.words import DecisionKind
from clusterflow.prefect import names, pages, runs
from clusterflow.prefect.forms import GateForm, ballot_of, form_for
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import DECISION, READINESS, STATUS, word
from clusterflow.reports.markdown import escaped, gate_page
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.rules.mistakes import field_mistakes
from clusterflow.store.inbox import Item


async def walk(app: App, initiative: str) -> None:
    """Bring an initiative up to the day, show it, and where a gate waits for a person, ask.

    On resume the flow begins again from the top: what stands before the question changes nothing a second time,
    and the question is found again by its key.
    """
    run_id = str(flow_run.id)
    # Prefect keeps the tasks of the time before a resume; drawn again they would stand there twice.
    await runs.forget_tasks(UUID(run_id))
    asked_before = {i.review for i in app.inbox(initiative) if i.run == run_id}
    app.evaluate(initiative, actor="lifecycle", by_pass=True)
    trouble = ""
    while True:
        status = app.status(initiative)
        item = app.take_gate(initiative, run_id)
        if item is None or item.review not in asked_before:
            # Who comes back with an answer has been shown this already.
            await draw(app, status)
            await pages.publish_initiative(app, status)
        if item is None:
            if not asked_before:
                await runs.rename(UUID(run_id), names.pass_run_name(status))
            return
        asked_before = {item.review}
        done = await ask(app, status, item, trouble)
        trouble = "" if done.taken else f"⚠ {done.why}"
        app.evaluate(initiative, actor="lifecycle", by_pass=True)


async def ask(app: App, status: InitiativeStatus, item: Item, trouble: str) -> Decided:
    """Suspend with the gate's findings in the form; when it is filled in, hand the answer to the engine."""
    (gate,) = app.explain(item.initiative, item.stage, with_evidence=False)
    line = next(s for s in status.stages if s.stage == item.stage)
    await label_run(app, status, line)
    form = form_for(gate, app.language)
    try:
        answer = await asuspend_flow_run(
            wait_for_input=form.with_initial_data(description=question(app, gate, trouble)),
            key=f"{item.review}-{item.asked}",
            timeout=None,
        )
        done = hand_over(app, item, answer)
    except ValidationError as problem:
        # The server lets through what its schema cannot tell, such as a date that is none.
        wrong = "; ".join(str(m) for m in field_mistakes(problem, GateForm, gate.title))
        done = Decided(initiative=item.initiative, stage=item.stage, refused="form", why=wrong)
    except UnknownName as problem:
        done = Decided(initiative=item.initiative, stage=item.stage, refused="person", why=str(problem))
    app.form_answered(item)
    await show_decision(app, gate, done)
    return done


def hand_over(app: App, item: Item, answer: GateForm) -> Decided:
    """The form's answer as a decision; the key makes a rerun of the flow find the first answer again."""
    key = f"form:{item.run}:{item.review}:{item.asked}"
    return app.decide(item.initiative, answer.decided_by.strip(), ballot_of(answer, item.stage), key, by_pass=True)


def question(app: App, gate: GateExplanation, trouble: str) -> str:
    """What stands above the form: what went wrong the last time, the findings, who may decide."""
    page = gate_page(gate, app.language, pages.eligible(app, gate.initiative, gate.stage))
    return f"**{escaped(trouble)}**\n\n{page}" if trouble else page


async def label_run(app: App, status: InitiativeStatus, line: StageLine) -> None:
    """Name and tag the run for the people who look for gates that wait."""
    run_id = UUID(str(flow_run.id))
    kept = [t for t in flow_run.tags or () if not t.startswith(("stage:", "review:", "gate-open"))]
    await runs.rename(run_id, names.gate_run_name(status, line, app.language))
    await runs.tag(run_id, [*dict.fromkeys([*kept, *names.tags(status, line)])])


@task(task_run_name="{name}", persist_result=False)
async def stage(name: str, label: str, message: str) -> State:
    """One stage of the model; the name of its state says what became of it."""
    return Completed(name=label, message=message)


@task(task_run_name="{name}", persist_result=False)
async def gate_checks(name: str, label: str, message: str) -> State:
    """The checks of one gate."""
    return Completed(name=label, message=message)


@task(task_run_name="{name}", persist_result=False)
async def decision(name: str, label: str, message: str) -> State:
    """What was decided at a gate."""
    return Completed(name=label, message=message)


async def draw(app: App, status: InitiativeStatus) -> None:
    """The run graph: a task for each stage in the model's partial order, and one for each gate's checks."""
    language = app.language
    explained = {g.stage: g for g in app.explain(status.initiative, with_evidence=False)}
    drawn: dict[str, State] = {}
    waiting = list(status.stages)
    while waiting:
        for line in [s for s in waiting if all(a in drawn for a in s.after)]:
            waiting.remove(line)
            # Prefect's overloads forget that an async task is awaited for its state too.
            drawn[line.stage] = await stage(  # type: ignore[misc]
                f"{line.number} · {line.title}",
                STATUS[line.status].to(language),
                _told(line),
                wait_for=[drawn[a] for a in line.after],
                return_state=True,
            )
            gate = explained.get(line.stage)
            if gate is not None:
                met = sum(c.answer == "met" for c in gate.criteria)
                await gate_checks(  # type: ignore[misc]
                    f"{word('gate_word', language)} {line.number} · {met}/{len(gate.criteria)}",
                    READINESS[gate.readiness].to(language).capitalize(),
                    "; ".join(f"{c.title}: {c.found}" for c in gate.criteria),
                    wait_for=[drawn[line.stage]],
                    return_state=True,
                )


def _told(line: StageLine) -> str:
    days = [("→", line.entered_on), ("✔", line.achieved_on), ("↯", line.lapsed_on)]
    return " ".join(f"{sign} {day}" for sign, day in days if day is not None)


async def show_decision(app: App, gate: GateExplanation, done: Decided) -> None:
    """The decision in the run graph, taken or refused."""
    language = app.language
    kind: DecisionKind | None = done.decided
    if not done.taken:
        label = "Refused" if language == "en" else "Rechazada"
    elif kind is None:
        label = f"{done.votes}/{done.need}"
    else:
        label = DECISION[kind].to(language).capitalize()
    await decision(  # type: ignore[misc]
        f"{word('decides', language)} · {gate.title}", label, done.why or "", return_state=True
    )
