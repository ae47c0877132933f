"""Records that other systems hand in as events: taken in once by id, however often seen; refusals told as events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clusterflow.domain.refused_submission import Refusal
from clusterflow.engine.submissions import Delivery
from clusterflow.intake.submissions import delivered_event
from clusterflow.prefect import events, names
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.services.context import Context
from clusterflow.services.intake.submissions import TOPIC, Reception, TakenIn

OVERLAP = timedelta(minutes=10)
"""How far behind the last round the next one begins: an event can be read only seconds after it was posted, and
clocks differ. Older ones that came late are found by the round over everything that Prefect keeps."""

EVER = datetime(2000, 1, 1, tzinfo=UTC)

REFUSED = "clusterflow.record.refused"

MOST_MISTAKES = 50
"""So many mistakes to an event; all of them are in the database."""

LONGEST = 500


async def take_in_events(context: Context, everything: bool = False) -> TakenIn:
    """Take in every submitted event that was not taken in yet: since the last round, or of all that Prefect keeps.

    What starts the round does not matter: a trigger that was lost, doubled or debounced changes nothing.

    Raises:
        PrefectUnreachable: nothing is taken in; the next round begins where this one did.
    """
    reception = Reception(context)
    # Prefect's own time, in which events occur; the office's clock may stand on a rehearsed day.
    began = datetime.now(UTC)
    last = reception.heard_until()
    since = EVER if everything or last is None else last - OVERLAP
    found: list[Delivery] = []
    async for page in events.read(TOPIC, since):
        new = reception.new_events([str(e.id) for e in page])
        found += [delivered_event(str(e.id), e.payload) for e in page if str(e.id) in new]
    recorded, refused, problems = 0, 0, list[str]()
    for delivery, received in reception.take_in(found):
        if isinstance(received, str):
            problems.append(f"{delivery.address}: {received}")
        elif received.refused is None:
            recorded += 1
        else:
            refused += 1
    if not problems:
        reception.heard(began)
    return TakenIn(recorded=recorded, refused=refused, problems=tuple(problems))


async def tell_refusals(context: Context) -> int:
    """Tell whoever listens what was refused and why: at least once, with an id that makes a repeat recognised.

    Raises:
        PrefectUnreachable: they wait.
    """
    reception = Reception(context)
    told = 0
    while waiting := reception.untold():
        await events.post(_event(refusal) for refusal in waiting)
        reception.told([refusal.id for refusal in waiting])
        told += len(waiting)
    return told


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
