"""Publishes the outbox to Prefect: events, and a pass for each initiative with something to see or decide."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from uuid import UUID

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry
from clusterflow.domain.model_history import ModelHistory
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.text import Frozen
from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect import events, names, runs
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.prefect.submitted_events import report_refusals
from clusterflow.reports.labels import DECISION, word
from clusterflow.reports.status import InitiativeStatus, title_of
from clusterflow.services import gate_forms, ledger, outbox, registry, review, standing
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import describe_problem
from clusterflow.store.outbox import Span
from clusterflow.telemetry.work import working_on

_log = logging.getLogger("clusterflow.relay")


ONE_BY_ONE = 20
"""Up to how many initiatives with new facts are evaluated each by itself."""

RELATED = 40
"""The most organisations and bodies that an event is related to; an import of thousands names none."""


class Published(Frozen):
    """What a round of publishing did; ``problems`` keep the messages of one initiative waiting, and of no other."""

    events: int = 0
    evaluated: int = 0
    passes: int = 0
    closed: int = 0
    problems: tuple[str, ...] = ()

    def plus(self, other: Published) -> Published:
        return Published(
            events=self.events + other.events,
            evaluated=self.evaluated + other.evaluated,
            passes=self.passes + other.passes,
            closed=self.closed + other.closed,
            problems=self.problems + other.problems,
        )


async def publish(context: Context) -> Published:
    """Publish what waits: at least once, with ids from the ledger, so that a repeat is recognised.

    Facts are evaluated here first, because most change no answer and a flow run costs a second. What they change, and
    what has become due, is in the ledger at once and goes out in the same round.

    Raises:
        PrefectUnreachable: the outbox waits.
    """
    facts = outbox.unevaluated(context)
    done, failed = _evaluate(context, facts)
    for waiting in outbox.waiting(context):
        span = outbox.claim(context, waiting.chain)
        if span is None:
            continue
        if span.chain in failed:
            outbox.mark_failed(context, span, failed[span.chain])
            continue
        if outbox.unevaluated(context, span.chain).get(span.chain, 0) > facts.get(span.chain, 0):
            # Recorded during this round: published now, it would count as evaluated, which it is not.
            outbox.release(context, span)
            continue
        try:
            with working_on(initiative=span.chain):
                done = done.plus(await _send(context, span))
        except PrefectUnreachable as problem:
            outbox.mark_failed(context, span, str(problem))
            raise
        except Exception as problem:
            # Whatever failed concerns one initiative; the others go on.
            text = describe_problem(problem)
            outbox.mark_failed(context, span, text)
            done = done.plus(Published(problems=(f"{span.chain}: {text}",)))
        else:
            outbox.mark_published(context, span)
    try:
        done = done.plus(Published(events=await report_refusals(context)))
    except PrefectUnreachable:
        raise
    except Exception as problem:
        done = done.plus(Published(problems=(f"refused submissions: {describe_problem(problem)}",)))
    for text in done.problems:
        _log.error("%s", text)
    return done


def _evaluate(context: Context, facts: Mapping[str, int]) -> tuple[Published, Mapping[str, str]]:
    """Process what has become due, and evaluate where there are new facts; return also what failed, by initiative."""
    fell = review.process_deadlines(context, actor="relay")
    failed, count = dict(fell.problems), len(fell.changed)
    concerned = review.concerned(context, facts)
    if concerned is not None and len(concerned) <= ONE_BY_ONE:
        for initiative in concerned:
            try:
                review.evaluate(context, initiative, actor="relay")
            except Exception as problem:
                failed[initiative] = describe_problem(problem)
        count += len(concerned)
    else:
        # Many initiatives are measured as a set in the time that a few take one by one.
        for found in review.review_in_portions(context, concerned, actor="relay"):
            failed, count = {**failed, **found.problems}, count + found.looked_at
    problems = tuple(f"{initiative}: {problem}" for initiative, problem in failed.items())
    return Published(evaluated=count, problems=problems), failed


async def _send(context: Context, span: Span) -> Published:
    entries = ledger.entries(context, span.chain, span.after, span.version)
    outgoing = list(_events_of(context, span.chain, entries))
    await events.post(outgoing)
    if span.chain == REGISTRY:
        return Published(events=len(outgoing))
    closed = await _close_what_was_decided(context, span.chain, entries)
    passes = await _start_passes(context, span.chain, entries)
    return Published(events=len(outgoing), closed=closed, passes=passes)


def _events_of(context: Context, chain: str, entries: Sequence[Entry]) -> Iterable[OutgoingEvent]:
    """Return an event for each entry; the facts of one command, even of an import, are one event with their counts."""
    labels = _Labels(context, chain)
    for (_, _, are_facts), together in groupby(entries, key=_one_event):
        group = list(together)
        if are_facts:
            counts = Counter(e.event.record for e in group if isinstance(e.event, ev.RecordEvent))
            payload = {"records": dict(counts), "since": group[0].version, "version": group[-1].version}
            concerned = registry.parties(context, chain, counts, group[0].version, group[-1].version, RELATED)
            related = [names.related(chain, role, name) for role, name in concerned]
            yield _event(labels, group, "clusterflow.facts.recorded", payload, related)
            continue
        for entry in group:
            payload = entry.event.model_dump(mode="json", exclude={"kind"}) | {"version": entry.version}
            yield _event(labels, [entry], f"clusterflow.{entry.event.kind}", payload, labels.related(entry))


def _one_event(entry: Entry) -> tuple[str, datetime, bool]:
    """Entries of one command were written in one commit: however often they are published, they group alike."""
    return entry.command, entry.at, isinstance(entry.event, ev.RecordEvent)


class _Labels:
    """The names that Prefect's event feed shows for an initiative, its stages and its criteria."""

    def __init__(self, context: Context, chain: str) -> None:
        self._context, self.chain = context, chain

    @cached_property
    def name(self) -> str:
        record = None if self.chain == REGISTRY else registry.initiative_record(self._context, self.chain)
        return record.name if record else self.chain

    @cached_property
    def _models(self) -> ModelHistory:
        return ledger.models(self._context, self.chain)

    def related(self, entry: Entry) -> list[dict[str, str]]:
        """The stage and the criterion that an event is about, with their titles."""
        stage, criterion = getattr(entry.event, "stage", None), getattr(entry.event, "criterion", None)
        if stage is None:
            return []
        language = self._context.language
        planned = self._models.at(entry.version).by_id.get(stage)
        if planned is None:  # a stage of another version of the model
            return [names.related(self.chain, "stage", stage)]
        found = [names.related(self.chain, "stage", stage, planned.title.to(language))]
        if criterion is not None:
            requirement = planned.gate.by_id.get(criterion)
            title = title_of(requirement, language) if requirement is not None else criterion
            found.append(names.related(self.chain, "criterion", f"{stage}.{criterion}", title))
        return found


def _event(
    labels: _Labels, group: Sequence[Entry], name: str, payload: dict[str, object], related: Sequence[Mapping[str, str]]
) -> OutgoingEvent:
    first, last = group[0], group[-1]
    return OutgoingEvent(
        id=names.event_id(last.hash),
        follows=names.event_id(first.previous) if first.version > 1 else None,
        occurred=last.at,
        name=name,
        resource={
            "prefect.resource.id": names.resource(labels.chain),
            "prefect.resource.name": labels.name,
            "clusterflow.initiative": labels.chain,
        },
        related=related,
        payload=payload,
    )


async def _close_what_was_decided(context: Context, initiative: str, entries: Iterable[Entry]) -> int:
    """Close the forms of gates that were decided elsewhere, or that are no longer ready."""
    closed = 0
    for entry in entries:
        event = entry.event
        if not isinstance(event, ev.GateDecided | ev.GateWithdrawn):
            continue
        model = ledger.models(context, initiative).at(entry.version)
        title = model.stage(event.stage).title.to(context.language)
        # By the tag and not by who holds the gate: that run may by now wait for the answer to another one.
        for run in await runs.waiting(names.review_tag(initiative, event.review)):
            if isinstance(event, ev.GateDecided):
                outcome = DECISION[event.decision].to(context.language)
                closed += await close_form(context, run, title, outcome, "decided_state")
            else:
                outcome = word("other_model" if event.migrated else "no_longer_ready", context.language)
                closed += await close_form(context, run, title, outcome, "withdrawn_state")
    return closed


async def close_form(context: Context, run: runs.Waiting, title: str, outcome: str, state: str) -> bool:
    """End a run whose form nobody needs any more, and take it out of those that wait."""
    closed = await runs.close(
        run.run_id, f"{title}: {outcome}" if title else outcome, name=word(state, context.language)
    )
    if closed:
        await runs.tag(run.run_id, names.without_question(run.tags))
    return closed


async def _start_passes(context: Context, initiative: str, entries: Sequence[Entry]) -> int:
    """Start a pass for each open gate without a form; else one for all that happened, if no pass has shown it."""
    unheld = [i for i in gate_forms.open_gates(context, initiative) if i.run is None]
    if unheld:
        status = standing.status(context, initiative)
        for item in unheld:
            await start_pass(context, status, f"gate:{entries[-1].hash}:{item.review}", takes_gate=True)
        return len(unheld)
    happened = [e for e in entries if not isinstance(e.event, ev.HIDDEN_EVENTS)]
    if all(e.actor == ev.LIFECYCLE_RUN for e in happened):
        return 0
    await start_pass(context, standing.status(context, initiative), f"pass:{happened[-1].hash}")
    return 1


async def start_pass(context: Context, status: InitiativeStatus, key: str, *, takes_gate: bool = False) -> UUID:
    """Start a pass, once for each key; with ``takes_gate`` an open gate is its own before it begins."""
    run = await runs.start(
        names.pass_deployment(status.model),
        {"initiative": status.initiative},
        idempotency_key=key,
        tags=names.tags(status),
        name=names.pass_run_name(status),
    )
    if takes_gate:
        gate_forms.claim(context, status.initiative, str(run))
    return run
