"""From the outbox to Prefect: events, and a pass for each initiative where there is something to see or decide."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from clusterflow.app import App
from clusterflow.errors import ClusterflowError, PrefectUnreachable
from clusterflow.model import events as ev
from clusterflow.model.events import Entry
from clusterflow.model.records.base import REGISTRY
from clusterflow.model.text import Frozen
from clusterflow.prefect import events, names, runs
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.reports.labels import DECISION, word
from clusterflow.reports.status import InitiativeStatus
from clusterflow.store.outbox import Message

_log = logging.getLogger("clusterflow.relay")


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


async def publish(app: App) -> Published:
    """Publish what waits: at least once, with ids from the ledger, so that a repeat is recognised.

    Facts are evaluated here first: most change no answer, and a flow run costs a second. What they do change is in
    the outbox at once, and goes out in the same round.

    Raises:
        PrefectUnreachable: the outbox waits.
    """
    done = _evaluate_what_was_recorded(app)
    waiting: dict[str, list[Message]] = defaultdict(list)
    for message in app.outgoing():
        waiting[message.chain].append(message)
    for chain, mine in list(waiting.items()):
        try:
            done = done.plus(await _send(app, chain, mine))
        except PrefectUnreachable as problem:
            app.not_published([m for left in waiting.values() for m in left], str(problem))
            raise
        except ClusterflowError as problem:
            app.not_published(mine, str(problem))
            done = done.plus(Published(problems=(f"{chain}: {problem}",)))
        else:
            app.published(mine)
        del waiting[chain]
    for text in done.problems:
        _log.error("%s", text)
    return done


def _evaluate_what_was_recorded(app: App) -> Published:
    facts = {m.chain for m in app.outgoing() if m.wants_pass and _is_about_facts(app, m)}
    if REGISTRY in facts:
        # An organisation's size or helix kind counts in whatever initiative it belongs to.
        return Published(evaluated=app.review(actor="relay").looked_at)
    done = Published()
    for initiative in sorted(facts & set(app.initiatives())):
        try:
            app.evaluate(initiative, actor="relay")
            done = done.plus(Published(evaluated=1))
        except ClusterflowError as problem:
            done = done.plus(Published(problems=(f"{initiative}: {problem}",)))
    return done


def _is_about_facts(app: App, message: Message) -> bool:
    if message.chain == REGISTRY:
        return True
    first = app.entries(message.chain, message.since - 1, message.since)
    return any(isinstance(e.event, ev.RecordEvent) for e in first)


async def _send(app: App, chain: str, messages: Sequence[Message]) -> Published:
    outgoing = [event for m in messages for event in _events_of(app, m)]
    await events.post(outgoing)
    if chain == REGISTRY:
        return Published(events=len(outgoing))
    entries = [e for m in messages for e in app.entries(chain, m.since - 1, m.version)]
    closed = await _close_what_was_decided(app, chain, entries)
    passes = await _start_passes(app, chain, messages, entries)
    return Published(events=len(outgoing), closed=closed, passes=passes)


def _events_of(app: App, message: Message) -> Iterable[OutgoingEvent]:
    entries = app.entries(message.chain, message.since - 1, message.version)
    facts = [e for e in entries if isinstance(e.event, ev.RecordEvent)]
    if facts:
        # An import is one event with its counts, not one for each of its rows.
        counts = Counter(e.event.record for e in facts if isinstance(e.event, ev.RecordEvent))
        payload = {"records": dict(counts), "since": facts[0].version, "version": facts[-1].version}
        yield _event(message.chain, facts[-1], "clusterflow.facts.recorded", payload)
    for entry in entries:
        if not isinstance(entry.event, ev.RecordEvent):
            payload = entry.event.model_dump(mode="json", exclude={"kind"}) | {"version": entry.version}
            yield _event(message.chain, entry, f"clusterflow.{entry.event.kind}", payload)


def _event(chain: str, entry: Entry, name: str, payload: dict[str, object]) -> OutgoingEvent:
    stage = getattr(entry.event, "stage", None)
    related = [{"prefect.resource.id": f"{names.resource(chain)}.{stage}", "prefect.resource.role": "stage"}]
    return OutgoingEvent(
        id=names.event_id(entry),
        occurred=entry.at,
        name=name,
        resource={"prefect.resource.id": names.resource(chain), "clusterflow.initiative": chain},
        related=related if stage else [],
        payload=payload,
    )


async def _close_what_was_decided(app: App, initiative: str, entries: Iterable[Entry]) -> int:
    """A gate decided by another door, or no longer ready, needs no form any more."""
    closed = 0
    for entry in entries:
        event = entry.event
        if not isinstance(event, ev.GateDecided | ev.GateWithdrawn):
            continue
        title = app.model_of(initiative).stage(event.stage).title.to(app.language)
        # By the tag and not by who holds the gate: that run may by now wait for the answer to another one.
        for run in await runs.waiting(names.review_tag(initiative, event.review)):
            if isinstance(event, ev.GateDecided):
                told = DECISION[event.decision].to(app.language)
                closed += await close_form(app, run, title, told, "decided_state")
            else:
                told = word("no_longer_ready", app.language)
                closed += await close_form(app, run, title, told, "withdrawn_state")
    return closed


async def close_form(app: App, run: runs.Waiting, title: str, told: str, state: str) -> bool:
    """End a run that nobody needs to answer any more, and take it out of those that wait."""
    closed = await runs.close(run.run_id, f"{title}: {told}" if title else told, name=word(state, app.language))
    if closed:
        await runs.tag(run.run_id, names.without_question(run.tags))
    return closed


async def _start_passes(app: App, initiative: str, messages: Sequence[Message], entries: Sequence[Entry]) -> int:
    """A pass for each open gate that nobody asks about yet; else one for all that happened, if no pass shows it."""
    happened = [e for e in entries if not isinstance(e.event, ev.RecordEvent)]
    unheld = [i for i in app.inbox(initiative) if i.run is None]
    if unheld:
        status = app.status(initiative)
        for item in unheld:
            await start_pass(app, status, f"gate:{entries[-1].hash}:{item.review}", takes_gate=True)
        return len(unheld)
    if not happened or not any(m.wants_pass for m in messages):
        return 0
    await start_pass(app, app.status(initiative), f"pass:{happened[-1].hash}")
    return 1


async def start_pass(app: App, status: InitiativeStatus, key: str, *, takes_gate: bool = False) -> UUID:
    """Start a pass, once for each key; with ``takes_gate`` an open gate is its own before it begins."""
    run = await runs.start(
        names.pass_deployment(status.model),
        {"initiative": status.initiative},
        idempotency_key=key,
        tags=names.tags(status),
        name=names.pass_run_name(status),
    )
    if takes_gate:
        app.take_gate(status.initiative, str(run))
    return run
