"""Records the events that other systems submit, each id once, and reports refusals as events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clusterflow.domain.refused_submission import Refusal
from clusterflow.engine.submissions import Delivery
from clusterflow.intake.submissions import delivered_event
from clusterflow.prefect import events, names
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.services.context import Context
from clusterflow.services.intake import submissions
from clusterflow.services.intake.submissions import TOPIC, IntakeResult

OVERLAP = timedelta(minutes=10)
"""How far before the end of the last run the next one begins. An event can be read only seconds after it was posted,
and clocks differ. A run over everything that Prefect keeps finds the ones that came later than this."""

EVER = datetime(2000, 1, 1, tzinfo=UTC)

REFUSED = "clusterflow.record.refused"

MOST_MISTAKES = 50
"""The most mistakes in one event; the database holds all of them."""

LONGEST = 500
"""The most characters of a text in an event."""


async def receive_events(context: Context, everything: bool = False) -> IntakeResult:
    """Record the submitted events that were not processed yet: those since the last run, or all that Prefect keeps.

    A lost or repeated trigger does no harm: a run reads the events themselves.

    Raises:
        PrefectUnreachable: nothing was recorded; the next run begins where this one did.
    """
    # Events carry Prefect's time; the clock of the context may be set to another day.
    began = datetime.now(UTC)
    last = submissions.event_cursor(context)
    since = EVER if everything or last is None else last - OVERLAP
    found: list[Delivery] = []
    async for page in events.read(TOPIC, since):
        new = submissions.unprocessed_event_ids(context, [str(e.id) for e in page])
        found += [delivered_event(str(e.id), e.payload) for e in page if str(e.id) in new]
    recorded, refused, problems = 0, 0, list[str]()
    for delivery, received in submissions.receive(context, found):
        if isinstance(received, str):
            problems.append(f"{delivery.address}: {received}")
        elif received.refused is None:
            recorded += 1
        else:
            refused += 1
    if not problems:
        submissions.advance_event_cursor(context, began)
    return IntakeResult(recorded=recorded, refused=refused, problems=tuple(problems))


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
