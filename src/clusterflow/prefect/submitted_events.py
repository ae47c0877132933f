"""Records the events that other systems submit, each id once, and reports refusals as events."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from clusterflow.domain.refused_submission import Refusal
from clusterflow.intake.submissions import delivered_event
from clusterflow.prefect import events, names
from clusterflow.prefect.events import IncomingEvent, OutgoingEvent
from clusterflow.services.context import Context
from clusterflow.services.intake import submissions
from clusterflow.services.intake.submissions import TOPIC, IntakeResult

_log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
"""How far before the end of the last run the next one begins, by the time at which Prefect received the events. An
event can be read only seconds after it was posted, and the clocks of Prefect and of this machine may differ."""

SETTLED = timedelta(seconds=15)
"""How long nothing must have been received before a look records what came: a membership may precede its organisation,
and an event is refused only once."""

LONGEST_WAIT = timedelta(minutes=3)
"""After that, events are recorded though others are still coming."""

REFUSED = "clusterflow.record.refused"

MOST_MISTAKES = 50
"""The most mistakes in one event; the database holds all of them."""

LONGEST = 500
"""The most characters of a text in an event."""


async def receive_events(context: Context, everything: bool = False) -> IntakeResult:
    """Record the submitted events that were not processed yet.

    What is new is decided by when Prefect received an event and by its id. When it occurred is for its sender to state:
    it may be the day of the fact, years ago.

    Args:
        everything: read all events that Prefect keeps, not only at those received since the last run.

    Raises:
        PrefectUnreachable: nothing was recorded; the next run begins where this one did.
    """
    # Events carry Prefect's time; the clock of the context may be set to another day.
    began = datetime.now(UTC)
    last = None if everything else submissions.event_cursor(context)
    found = await _unprocessed(context, None if last is None else last - OVERLAP)
    done = _record(context, found)
    if not done.problems:
        submissions.advance_event_cursor(context, began)
    return done


async def receive_changes(context: Context, last_count: int | None) -> int | None:
    """Record the submitted events if Prefect keeps another number of them than at the last look.

    Prefect's triggers pass over an event that states an earlier time than the one before it, and each hour Prefect
    deletes the events that state a time before its retention period. So a process that stays up looks each minute.
    It writes into its log what is left for the next look, and the tax ids that somebody should check.

    Returns:
        The number of events that Prefect keeps; None if some are left for the next look.

    Raises:
        PrefectUnreachable: nothing was recorded.
    """
    number = await events.count(TOPIC)
    if number == last_count:
        return number
    found, now = await _unprocessed(context), datetime.now(UTC)
    received = [event.received for event in found]
    if found and max(received) > now - SETTLED and min(received) > now - LONGEST_WAIT:
        return None
    done = _record(context, found)
    for text in (*done.problems, *done.doubts):
        _log.warning("%s", text)
    return None if done.problems else number


async def _unprocessed(context: Context, since: datetime | None = None) -> list[IncomingEvent]:
    found = list[IncomingEvent]()
    async for page in events.read(TOPIC):
        recent = [event for event in page if since is None or event.received >= since]
        new = submissions.unprocessed_event_ids(context, [str(event.id) for event in recent])
        found += [event for event in recent if str(event.id) in new]
    return found


def _record(context: Context, found: Sequence[IncomingEvent]) -> IntakeResult:
    recorded, refused, problems, doubts = 0, 0, list[str](), list[str]()
    deliveries = [delivered_event(str(event.id), event.payload) for event in found]
    for delivery, received in submissions.receive(context, deliveries):
        if isinstance(received, str):
            problems.append(f"{delivery.address}: {received}")
        elif received.refused is None:
            recorded += 1
            doubts += submissions.doubts_of(received, context.language)
        else:
            refused += 1
    return IntakeResult(recorded=recorded, refused=refused, problems=tuple(problems), doubts=tuple(doubts))


async def report_refusals(context: Context) -> int:
    """Post an event for each refusal that was not reported yet, and return their number.

    An event may be posted twice; its id is then the same.

    Raises:
        PrefectUnreachable: the next run reports the rest.
    """
    reported = 0
    while waiting := submissions.unreported_refusals(context):
        await events.post(_event(refusal) for refusal in waiting)
        submissions.mark_reported(context, [refusal.id for refusal in waiting])
        reported += len(waiting)
    return reported


def _event(refusal: Refusal) -> OutgoingEvent:
    kind, source = refusal.source.split(":")[:2]
    mistakes = [
        {"where": m.where[:LONGEST], "found": m.found[:LONGEST], "accepted": m.accepted[:LONGEST], "cure": m.cure}
        for m in refusal.mistakes[:MOST_MISTAKES]
    ]
    payload = {"id": refusal.id, kind: source, "address": refusal.address, "line": refusal.line, "mistakes": mistakes}
    return OutgoingEvent(
        id=names.refusal_id(refusal),
        occurred=refusal.received_at,
        name=REFUSED,
        resource={"prefect.resource.id": f"clusterflow.submission.{refusal.id}", "clusterflow.source": refusal.source},
        payload={**payload, "more": max(0, len(refusal.mistakes) - MOST_MISTAKES)},
    )
