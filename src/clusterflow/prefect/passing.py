"""One pass over one initiative, told to Prefect. The engine is the authority, never the resume."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.flow_runs import asuspend_flow_run
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import ValidationError

from clusterflow.app import App
from clusterflow.engine.decide import Decided
from clusterflow.errors import ClusterflowError, UnknownName
from clusterflow.model.events import LIFECYCLE_RUN
from clusterflow.model.state import Review
from clusterflow.model.words import DecisionKind, ReviewStatus
from clusterflow.prefect import graph, names, pages, runs
from clusterflow.prefect.forms import GateForm, ballot_of, form_for, unreadable
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import DECISION, word
from clusterflow.reports.markdown import question_page
from clusterflow.reports.refusals import refusal, unknown_person
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.rules.order import ancestors
from clusterflow.store.inbox import Item


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question: the engine's answer, or what to say above the form when it is put again."""

    done: Decided | None
    note: str = ""

    @property
    def decided(self) -> Decided | None:
        return self.done if self.done is not None and self.done.decided is not None else None


async def walk(app: App, initiative: str) -> State[Any] | None:
    """Bring an initiative up to the day, show it, and where a gate waits for a person, ask.

    On resume the flow begins again from the top: what stands before the question changes nothing a second time,
    and the question is found again by its key. What it gives is the last state of the run.
    """
    run_id = UUID(str(flow_run.id))
    logging.getLogger("prefect.flow_runs").addFilter(_calm)
    changed = app.evaluate(initiative, actor=LIFECYCLE_RUN).changes
    if changed:
        get_run_logger().info("%s: %s", initiative, ", ".join(changed))
    # Who was never asked bears no such tag, and has nothing to answer.
    answering = await runs.last_question(run_id) if names.GATE_OPEN in (flow_run.tags or ()) else None
    if answering is not None and (late := await too_late(app, initiative, answering)) is not None:
        return late
    shown, asked, last = answering is not None, Asked(None), None
    while True:
        status = app.status(initiative)
        item = app.take_gate(initiative, str(run_id))
        if item is None or not shown:
            # Who comes back with an answer has been shown all this already.
            graph.draw(app, status)
            await pages.publish_initiative(app, status)
        if item is None:
            return await finish(app, status, last)
        asked = await ask(app, status, item, asked.note, answering)
        shown, last = asked.decided is None, asked.decided or last
        app.evaluate(initiative, actor=LIFECYCLE_RUN)


def _calm(record: logging.LogRecord) -> bool:
    """To wait for a person is no error, though Prefect logs it as one, in red."""
    if record.levelno == logging.ERROR and "type=PAUSED" in record.getMessage():
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


async def ask(app: App, status: InitiativeStatus, item: Item, note: str, answering: str | None) -> Asked:
    """Suspend with the gate's findings in the form; when it is filled in, hand the answer to the engine."""
    (gate,) = app.explain(item.initiative, item.stage, with_evidence=False)
    key = names.question_key(item)
    if key != answering:
        line = next(s for s in status.stages if s.stage == item.stage)
        await label_run(app, status, line)
        get_run_logger().info("%s: the gate of %s waits for a decision", item.initiative, item.stage)
    stages = ways_back(app, item)
    form = form_for(gate, stages, app.language, with_code=app.code_key is not None).with_initial_data(
        description=question(app, gate, item, note)
    )
    try:
        answer = await asuspend_flow_run(wait_for_input=form, key=key, timeout=None)
        done = hand_over(app, item, answer)
    except ValidationError as problem:
        asked = Asked(None, f"⚠ {unreadable(problem, app.language)}")
    except UnknownName as problem:
        asked = Asked(None, f"⚠ {unknown_person(problem.name, problem.nearest, app.language)}")
    except ClusterflowError as problem:
        asked = Asked(None, f"⚠ {problem}")
    else:
        told = refusal(done.refused, done.why or "", gate, stages, app.language) if done.refused else ""
        asked = Asked(done, f"⚠ {word('refused', app.language)}: {told}" if told else "")
        graph.show_answer(app, gate.stage, gate.title, key, done)
    app.form_answered(item)
    # What was typed, a code among it, is read by nobody any more.
    await runs.forget_answer(UUID(str(item.run)), key)
    get_run_logger().info("%s: %s", item.stage, asked.note or (asked.done and told_of(asked.done)))
    return asked


def hand_over(app: App, item: Item, answer: GateForm) -> Decided:
    """The form's answer as a decision; the key makes a rerun of the flow find the first answer again."""
    key = names.answer_key(str(item.run), names.question_key(item))
    return app.decide(item.initiative, answer.decided_by.strip(), ballot_of(answer, item), key, actor=LIFECYCLE_RUN)


def question(app: App, gate: GateExplanation, item: Item, note: str) -> str:
    """What stands above the form: what went wrong the last time, the votes so far, the findings, who may decide."""
    votes = len(app.state(item.initiative).standing_votes(item.review))
    need = gate.decided_by.need
    counted = f"{word('votes', app.language)}: {votes} {word('of', app.language)} {need}" if votes else ""
    who = pages.eligible(app, gate.initiative, gate.stage)
    link = names.page(names.gate_key(gate.initiative, gate.stage))
    return question_page(gate, app.language, who, link, [n for n in (note, counted) if n])


def ways_back(app: App, item: Item) -> list[str]:
    """The stages that a recycle at this gate may go back to."""
    model = app.model_of(item.initiative)
    return [s.id for s in model.stages if s.id in ancestors(model, item.stage) or s.id == item.stage]


async def label_run(app: App, status: InitiativeStatus, line: StageLine) -> None:
    """Name and tag the run for the people who look for gates that wait."""
    run_id = UUID(str(flow_run.id))
    tags = [*dict.fromkeys([*names.tags(status, line), *_plain_tags()])]
    await runs.label(run_id, names.gate_run_name(status, line, app.language), tags)


def _plain_tags() -> list[str]:
    return [t for t in names.without_question(flow_run.tags or ()) if not t.startswith("stage:")]


async def finish(app: App, status: InitiativeStatus, last: Decided | None) -> State[Any] | None:
    """Leave the run as people find it later: named by what it did, and no longer among those that wait."""
    run_id = UUID(str(flow_run.id))
    if last is None or last.decided is None:
        if names.GATE_OPEN in (flow_run.tags or ()) or flow_run.name != names.pass_run_name(status):
            await runs.label(run_id, names.pass_run_name(status), _plain_tags())
        return None
    line = next(s for s in status.stages if s.stage == last.stage)
    tags = [f"stage:{last.stage}", *names.tags(status), *_plain_tags()]
    await runs.label(run_id, names.gate_run_name(status, line, app.language), tags)
    return Completed(
        name=word("decided_state", app.language), message=f"{line.title}: {DECISION[last.decided].to(app.language)}"
    )


async def too_late(app: App, initiative: str, answering: str) -> State[Any] | None:
    """The end of a run whose gate was closed through another door before its form was answered, or is another run's by
    now; None in any other case.

    The answer is handed to the engine all the same: that refuses it, and keeps the refusal in the ledger, or counts it.
    """
    review_id, _, number = answering.rpartition("-")
    review = next((r for r in app.state(initiative).reviews if r.id == review_id), None)
    run = str(flow_run.id)
    if review is None:
        return None
    still_open = review.status is ReviewStatus.OPEN
    if still_open and app.holder_of(initiative, review_id) in (None, run):
        return None
    if any(e.command == names.answer_key(run, answering) for e in app.entries(initiative)):
        return None  # it was this very answer that closed the gate; then the run was interrupted
    item = Item(initiative, review_id, review.stage, run, int(number))
    status, done = app.status(initiative), None
    title = next(s.title for s in status.stages if s.stage == review.stage)
    try:
        done = hand_over(app, item, await asuspend_flow_run(wait_for_input=GateForm, key=answering, timeout=None))
        graph.show_answer(app, review.stage, title, answering, done)
    except (ValidationError, ClusterflowError) as problem:
        get_run_logger().warning("%s", problem)
    await runs.tag(UUID(run), _plain_tags())
    if not still_open:
        return closed_state(app, title, review)
    told = told_of(done) if done is not None and done.taken else word("refused", app.language)
    return Completed(name=word("asked_elsewhere", app.language), message=f"{title}: {told}")


def closed_state(app: App, title: str, review: Review) -> State[Any]:
    language = app.language
    if review.outcome is None:
        name, what = word("withdrawn_state", language), word("no_longer_ready", language)
    else:
        name, what = word("too_late_state", language), DECISION[DecisionKind(review.outcome)].to(language)
    nothing = word("changed_nothing", language)
    return Completed(name=name, message=f"{title}: {what}, {review.closed_on}. {nothing}.")


def told_of(done: Decided) -> str:
    """What became of an answer, for the log of the run."""
    return done.decided or f"{done.votes}/{done.need}"
