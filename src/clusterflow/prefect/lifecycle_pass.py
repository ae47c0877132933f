"""One pass over one initiative, shown in Prefect. The engine decides what an answer does, and never the resume."""

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

from clusterflow.domain.events import LIFECYCLE_RUN
from clusterflow.domain.state import Review
from clusterflow.domain.terms import DecisionKind, ReviewStatus
from clusterflow.engine.decide import BallotResult
from clusterflow.errors import ClusterflowError, UnknownName
from clusterflow.prefect import initiative_artifacts, names, run_graph, runs
from clusterflow.prefect.forms import GateForm, ballot_of, form_for, unreadable
from clusterflow.reports.decision_refusals import refusal, unknown_person
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import DECISION, word
from clusterflow.reports.markdown import question_page
from clusterflow.reports.quorum import shortfall, votes_so_far
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.rules.stage_order import ancestors
from clusterflow.services import explanation, gate_forms, gates, ledger, standing
from clusterflow.services import review as review_service
from clusterflow.services.context import Context
from clusterflow.store.gate_forms import InboxItem


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The engine's answer to what was typed into a form, or the note above the form when it is shown again."""

    done: BallotResult | None
    note: str = ""

    @property
    def decided(self) -> BallotResult | None:
        return self.done if self.done is not None and self.done.decided is not None else None


async def walk(context: Context, initiative: str) -> State[Any] | None:
    """Bring an initiative up to the day, show it, and suspend with a form where a gate waits for a decision.

    On resume the flow starts again from the top: what comes before the form changes nothing a second time, and the
    form is found again by its key. Returns the last state of the run.
    """
    run_id = UUID(str(flow_run.id))
    logging.getLogger("prefect.flow_runs").addFilter(_log_suspension_as_information)
    changed = review_service.evaluate(context, initiative, actor=LIFECYCLE_RUN).changes
    if changed:
        get_run_logger().info("%s: %s", initiative, ", ".join(changed))
    # A run that never showed a form has no such tag, and nothing to answer.
    answering = await runs.last_question(run_id) if names.GATE_OPEN in (flow_run.tags or ()) else None
    if answering is not None and (late := await end_if_closed_elsewhere(context, initiative, answering)) is not None:
        return late
    shown, question, last = answering is not None, QuestionResult(None), None
    while True:
        status = standing.status(context, initiative)
        item = gate_forms.claim(context, initiative, str(run_id))
        if item is None or not shown:
            # A run that comes back with an answer has drawn all this already.
            run_graph.draw(context, status)
            await initiative_artifacts.publish_initiative(context, status)
        if item is None:
            return await finish(context, status, last)
        question = await ask(context, status, item, question.note, answering)
        shown, last = question.decided is None, question.decided or last
        review_service.evaluate(context, initiative, actor=LIFECYCLE_RUN)


def _log_suspension_as_information(record: logging.LogRecord) -> bool:
    """Waiting for a person is no error, though Prefect logs it as one, in red."""
    if record.levelno == logging.ERROR and "type=PAUSED" in record.getMessage():
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


async def ask(
    context: Context, status: InitiativeStatus, item: InboxItem, note: str, answering: str | None
) -> QuestionResult:
    """Suspend with the gate's findings in the form; once it is filled in, submit the answer to the engine."""
    (gate,) = explanation.explain(context, item.initiative, item.stage, with_evidence=False)
    key = names.question_key(item)
    if key != answering:
        line = next(s for s in status.stages if s.stage == item.stage)
        await label_run(context, status, line)
        get_run_logger().info("%s: the gate of %s waits for a decision", item.initiative, item.stage)
    stages = ways_back(context, item)
    form = form_for(gate, stages, context.language, with_code=context.code_key is not None).with_initial_data(
        description=question(context, gate, item, note)
    )
    try:
        answer = await asuspend_flow_run(wait_for_input=form, key=key, timeout=None)
        done = submit_answer(context, item, answer)
    except ValidationError as problem:
        outcome = QuestionResult(None, f"⚠ {unreadable(problem, context.language)}")
    except UnknownName as problem:
        outcome = QuestionResult(None, f"⚠ {unknown_person(problem.name, problem.nearest, context.language)}")
    except ClusterflowError as problem:
        outcome = QuestionResult(None, f"⚠ {problem}")
    else:
        why = refusal(done.refused, done.why or "", gate, stages, context.language) if done.refused else ""
        outcome = QuestionResult(done, f"⚠ {word('refused', context.language)}: {why}" if why else "")
        run_graph.show_answer(context, gate.stage, gate.title, key, done)
    gate_forms.mark_answered(context, item)
    # What was typed, a one-time code perhaps, is needed by nobody any more.
    await runs.forget_answer(UUID(str(item.run)), key)
    get_run_logger().info("%s: %s", item.stage, outcome.note or (outcome.done and answer_summary(outcome.done)))
    return outcome


def submit_answer(context: Context, item: InboxItem, answer: GateForm) -> BallotResult:
    """Submit the form's answer as a vote; by its key a rerun of the flow finds the first answer again."""
    key = names.answer_key(str(item.run), names.question_key(item))
    return gates.decide(
        context, item.initiative, answer.decided_by.strip(), ballot_of(answer, item), key, actor=LIFECYCLE_RUN
    )


def question(context: Context, gate: GateExplanation, item: InboxItem, note: str) -> str:
    """Return the text above the form: what was wrong the last time, the votes, the findings, who may decide."""
    votes = standing.state(context, item.initiative).standing_votes(item.review)
    counted = votes_so_far(gate.decided_by, votes, context.language)
    missing = shortfall(gate.decided_by, gate.possible_votes, context.language)
    who = initiative_artifacts.eligible(context, gate.initiative, gate.stage)
    link = names.page(names.gate_key(gate.initiative, gate.stage))
    return question_page(gate, context.language, who, link, [n for n in (note, counted, missing) if n])


def ways_back(context: Context, item: InboxItem) -> list[str]:
    """Return the stages that a recycle at this gate may go back to."""
    model = standing.pinned_model(context, item.initiative)
    return [s.id for s in model.stages if s.id in ancestors(model, item.stage) or s.id == item.stage]


async def label_run(context: Context, status: InitiativeStatus, line: StageLine) -> None:
    """Name and tag the run, so that people find the gates that wait."""
    run_id = UUID(str(flow_run.id))
    tags = [*dict.fromkeys([*names.tags(status, line), *_plain_tags()])]
    await runs.label(run_id, names.gate_run_name(status, line, context.language), tags)


def _plain_tags() -> list[str]:
    return [t for t in names.without_question(flow_run.tags or ()) if not t.startswith("stage:")]


async def finish(context: Context, status: InitiativeStatus, last: BallotResult | None) -> State[Any] | None:
    """Name the run by what it did, and take it out of those that wait."""
    run_id = UUID(str(flow_run.id))
    if last is None or last.decided is None:
        if names.GATE_OPEN in (flow_run.tags or ()) or flow_run.name != names.pass_run_name(status):
            await runs.label(run_id, names.pass_run_name(status), _plain_tags())
        return None
    line = next(s for s in status.stages if s.stage == last.stage)
    tags = [f"stage:{last.stage}", *names.tags(status), *_plain_tags()]
    await runs.label(run_id, names.gate_run_name(status, line, context.language), tags)
    return Completed(
        name=word("decided_state", context.language),
        message=f"{line.title}: {DECISION[last.decided].to(context.language)}",
    )


async def end_if_closed_elsewhere(context: Context, initiative: str, answering: str) -> State[Any] | None:
    """End a run whose gate was closed elsewhere before its form was answered, or whose gate another run holds by now.

    The answer is submitted all the same: the engine refuses it and records the refusal, or counts it.

    Returns:
        The last state of the run; None if its gate is open and its own.
    """
    review_id, _, number = answering.rpartition("-")
    review = next((r for r in standing.state(context, initiative).reviews if r.id == review_id), None)
    run = str(flow_run.id)
    if review is None:
        return None
    still_open = review.status is ReviewStatus.OPEN
    if still_open and gate_forms.holder(context, initiative, review_id) in (None, run):
        return None
    if any(e.command == names.answer_key(run, answering) for e in ledger.entries(context, initiative)):
        return None  # this very answer closed the gate, and then the run was interrupted
    item = InboxItem(initiative, review_id, review.stage, run, int(number))
    status, done = standing.status(context, initiative), None
    # The initiative may have passed to a model that has no such stage.
    title = next((s.title for s in status.stages if s.stage == review.stage), review.stage)
    try:
        done = submit_answer(
            context, item, await asuspend_flow_run(wait_for_input=GateForm, key=answering, timeout=None)
        )
        run_graph.show_answer(context, review.stage, title, answering, done)
    except (ValidationError, ClusterflowError) as problem:
        get_run_logger().warning("%s", problem)
    await runs.tag(UUID(run), _plain_tags())
    if not still_open:
        return closed_state(context, title, review)
    result = answer_summary(done) if done is not None and done.taken else word("refused", context.language)
    return Completed(name=word("asked_elsewhere", context.language), message=f"{title}: {result}")


def closed_state(context: Context, title: str, review: Review) -> State[Any]:
    language = context.language
    if review.outcome is None:
        name, what = word("withdrawn_state", language), word("no_longer_ready", language)
    else:
        name, what = word("too_late_state", language), DECISION[DecisionKind(review.outcome)].to(language)
    nothing = word("changed_nothing", language)
    return Completed(name=name, message=f"{title}: {what}, {review.closed_on}. {nothing}.")


def answer_summary(done: BallotResult) -> str:
    """Return the result of an answer, for the log of the run."""
    return done.decided or f"{done.votes}/{done.need}"
