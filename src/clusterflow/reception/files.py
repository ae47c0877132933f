"""Files that other systems drop: recorded first and moved then, each to where people look for it."""

from __future__ import annotations

import hashlib
from itertools import islice

from clusterflow.engine.receive import Delivery
from clusterflow.errors import Mistake, NotPossible
from clusterflow.intake.deliveries import delivered_file
from clusterflow.intake.dropped import DONE, REFUSED, Drop, Stamp, size_of
from clusterflow.model.refusal import Refusal, RefusalState
from clusterflow.reception import Reception, TakenIn

PAUSE_SECONDS = 5.0
"""For how long nobody may have written to a file that is taken in."""

LARGEST_BYTES = 32 * 2**20

MOST_FILES = 200
"""So many files to a round; the next ones are for the next round."""


async def take_files(reception: Reception, drop: Drop, pause_seconds: float = PAUSE_SECONDS) -> TakenIn:
    """Take in the files of a folder that are at rest, and move each to ``done/`` or ``refused/`` beside.

    Recorded first and moved then: a file that a crash left behind is recognised by its content.

    Raises:
        NotPossible: the folder cannot be read.
    """
    stamps = dict(islice((await drop.at_rest(pause_seconds)).items(), MOST_FILES))
    recorded, not_recorded, problems = 0, 0, list[str]()
    deliveries = []
    for name, stamp in stamps.items():
        try:
            large = size_of(stamp) > LARGEST_BYTES
            deliveries.append(too_large(name, stamp) if large else delivered_file(name, drop.read(name, stamp)))
        except NotPossible as problem:
            problems.append(str(problem))
    for delivery, received in reception.take_in(deliveries):
        if isinstance(received, str):
            problems.append(f"{delivery.address}: {received}")
            continue
        refusal = reception.refusal(received.refused) if received.refused else None
        is_out = refusal is not None and refusal.state is not RefusalState.MENDED
        recorded, not_recorded = recorded + (not is_out), not_recorded + is_out
        note = note_of(refusal) if refusal and is_out else ""
        try:
            drop.put_away(delivery.address, stamps[delivery.address], REFUSED if is_out else DONE, note)
        except NotPossible as problem:
            problems.append(str(problem))
    return TakenIn(recorded=recorded, refused=not_recorded, problems=tuple(problems))


def too_large(name: str, stamp: Stamp) -> Delivery:
    """A file that is not even read."""
    source = f"file:{hashlib.sha256(repr((name, stamp)).encode()).hexdigest()}"
    mistake = Mistake(name, f"is larger than {LARGEST_BYTES // 2**20} MB", "", "Drop it in parts")
    return Delivery(source, name, "", mistakes=(mistake,))


def note_of(refusal: Refusal) -> str:
    """What lies beside a refused file."""
    number = refusal.id
    head = (
        f"Nothing of it was recorded. Refused as #{number}: clusterflow intake show {number}, then "
        f"clusterflow intake retry {number}; or drop it again, mended."
    )
    return "\n".join([head, *map(str, refusal.mistakes), ""])
