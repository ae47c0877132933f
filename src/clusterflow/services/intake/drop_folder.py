"""Files that other systems drop: recorded first and moved then, each to where people look for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.engine.submissions import Delivery, DeliveryResult
from clusterflow.errors import Mistake, NotPossible
from clusterflow.intake.drop_folder import DONE, REFUSED, Drop, Stamp, size_of
from clusterflow.intake.submissions import delivered_file
from clusterflow.services.intake.submissions import Reception, TakenIn
from clusterflow.services.intake.workbook.dropped import SUFFIXES, handed_in
from clusterflow.services.intake.workbook.workbooks import Workbooks

PAUSE_SECONDS = 5.0
"""For how long nobody may have written to a file that is taken in."""

LARGEST_BYTES = 32 * 2**20

MOST_FILES = 200
"""So many files to a round; the next ones are for the next round."""


async def take_files(reception: Reception, drop: Drop, pause_seconds: float = PAUSE_SECONDS) -> TakenIn:
    """Take in the files of a folder that are at rest, and move each to ``done/`` or ``refused/`` beside.

    Recorded first and moved then: a file that a crash left behind is recognised by its content, name and stamp.

    Raises:
        NotPossible: the folder cannot be read.
    """
    stamps = dict(islice((await drop.at_rest(pause_seconds)).items(), MOST_FILES))
    round_ = _Round(reception, drop, stamps)
    deliveries, workbooks = list[Delivery](), dict[str, bytes]()
    for name, stamp in stamps.items():
        try:
            if size_of(stamp) > LARGEST_BYTES:
                deliveries.append(too_large(name, stamp))
            elif name.lower().endswith(SUFFIXES):
                workbooks[name] = drop.read(name, stamp)
            else:
                deliveries.append(delivered_file(name, drop.read(name, stamp)))
        except NotPossible as problem:
            round_.problems.append(str(problem))
    round_.take(deliveries)
    # A workbook is compared with what is on record, so each one is read when the others before it are recorded.
    for name, content in workbooks.items():
        delivery, marked = handed_in(Workbooks(reception.context), name, content)
        round_.take([delivery], marked)
    return TakenIn(
        recorded=round_.recorded, refused=round_.refused, repeated=round_.repeated, problems=tuple(round_.problems)
    )


@dataclass(slots=True)
class _Round:
    """One round: what becomes of each file, and where it goes."""

    reception: Reception
    drop: Drop
    stamps: Mapping[str, Stamp]
    recorded: int = 0
    refused: int = 0
    repeated: int = 0
    problems: list[str] = field(default_factory=list)

    def take(self, deliveries: Sequence[Delivery], marked: bytes = b"") -> None:
        dropped = [replace(d, drop=drop_of(d.address, self.stamps[d.address])) for d in deliveries]
        for delivery, received in self.reception.take_in(dropped):
            if isinstance(received, str):
                self.problems.append(f"{delivery.address}: {received}")
            else:
                self._put_away(delivery.address, received, marked)

    def _put_away(self, name: str, received: DeliveryResult, marked: bytes) -> None:
        refusal = self.reception.refusal(received.refused) if received.refused else None
        is_out = refusal is not None and refusal.state is not RefusalState.MENDED
        is_repeat = not is_out and received.already is not None
        self.refused, self.repeated = self.refused + is_out, self.repeated + is_repeat
        self.recorded += not is_out and not is_repeat
        note = note_of(refusal) if refusal and is_out else ""
        try:
            self.drop.put_away(name, self.stamps[name], REFUSED if is_out else DONE, note, marked if is_out else b"")
        except NotPossible as problem:
            self.problems.append(str(problem))


def drop_of(name: str, stamp: Stamp) -> str:
    """What tells a drop from another one of the same content; an address without times tells only their names."""
    return hashlib.sha256(repr((name, *stamp)).encode()).hexdigest()[:16]


def too_large(name: str, stamp: Stamp) -> Delivery:
    """A file that is not even read."""
    source = f"file:{drop_of(name, stamp)}"
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
