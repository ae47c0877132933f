"""From the outbox to Prefect: events, and a pass for each initiative where there is something to see or decide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from clusterflow.app import App
from clusterflow.errors import PrefectUnreachable
from clusterflow.model import events as ev
from clusterflow.model.events import Entry
from clusterflow.model.records.base import REGISTRY
from clusterflow.model.text import Frozen
from clusterflow.prefect import events, names, runs
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.store.outbox import Message


class Published(Frozen):
    """What a round of publishing did."""

    events: int = 0
    evaluated: int = 0
    passes: int = 0
    closed: int = 0


async def publish(app: App) -> Published:
    """Publish what waits: at least once, with ids from the ledger, so that a repeat is recognised.

    Facts are evaluated here first: most change no answer, and a flow run costs a second. What they do change is in
    the outbox at once, and goes out in the same round.

    Raises:
        PrefectUnreachable: the outbox waits.
    """
    evaluated = _evaluate_what_was_recorded(app)
    messages = app.outgoing()
    try:
        return await _send(app, messages, evaluated)
    except PrefectUnreachable as problem:
        app.not_published(messages, str(problem))
        raise


def _evaluate_what_was_recorded(app: App) -> int:
    facts = {m.chain for m in app.outgoing() if m.wants_pass and _is_about_facts(app, m)}
    enrolled = set(app.initiatives())
    if REGISTRY in facts:
        # An organisation's size or helix kind counts in whatever initiative it belongs to.
        return app.review(actor="relay").looked_at
    for initiative in sorted(facts & enrolled):
        app.evaluate(initiative, actor="relay")
    return len(facts & enrolled)


def _is_about_facts(app: App, message: Message) -> bool:
    if message.chain == REGISTRY:
        return True
    first = app.entries(message.chain, message.since - 1, message.since)
    return any(isinstance(e.event, ev.RecordEvent) for e in first)


async def _send(app: App, messages: Sequence[Message], evaluated: int) -> Published:
    by_chain: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_chain[message.chain].append(message)
    posted = passes = closed = 0
    for chain, mine in by_chain.items():
        outgoing = [event for m in mine for event in _events_of(app, m)]
        await events.post(outgoing)
        posted += len(outgoing)
        if chain != REGISTRY:
            entries = [e for m in mine for e in app.entries(chain, m.since - 1, m.version)]
            closed += await _close_what_was_decided(app, chain, entries)
            passes += await _start_pass(app, chain, mine, entries)
        app.published(mine)
    return Published(events=posted, evaluated=evaluated, passes=passes, closed=closed)


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
        id=names.event_id(chain, entry.version),
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
        if isinstance(event, ev.GateDecided | ev.GateWithdrawn):
            holder = app.holder_of(initiative, event.review)
            if holder is None:
                continue
            decided = isinstance(event, ev.GateDecided)
            told = (
                f"{event.stage}: {event.decision}"
                if isinstance(event, ev.GateDecided)
                else f"{event.stage}: no longer ready"
            )
            closed += await runs.close(UUID(holder), told, name="Decided" if decided else "Withdrawn")
    return closed


async def _start_pass(app: App, initiative: str, messages: Sequence[Message], entries: Sequence[Entry]) -> int:
    """One pass for all that happened, where something happened that no pass shows already."""
    life = [e for e in entries if not isinstance(e.event, ev.RecordEvent)]
    wanted = any(m.wants_pass for m in messages) and bool(life)
    unheld = [i for i in app.inbox(initiative) if i.run is None]
    if not wanted and not unheld:
        return 0
    status = app.status(initiative)
    last = max(e.version for e in entries)
    await runs.start(
        names.pass_deployment(status.model),
        {"initiative": initiative},
        idempotency_key=f"pass:{initiative}:{last}",
        tags=names.tags(status),
        name=names.pass_run_name(status),
    )
    return 1
