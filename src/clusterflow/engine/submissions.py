"""What another system sends: recorded all or none, or kept as refused until somebody mends or drops it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError

from clusterflow.domain.refused_submission import RefusalState
from clusterflow.domain.text import Frozen
from clusterflow.engine.record import RecordResult, Submission, record
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.store import refused_submissions
from clusterflow.store.ledger import VersionConflict


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was sent: ``source`` is an event or the content of a file, ``address`` what people know it by, ``payload``
    its text. ``mistakes`` are those that kept a part of it from being read.

    Content that was dropped twice is meant twice: it may take back what came between. ``drop`` tells the two apart.
    """

    source: str
    address: str
    payload: str
    submissions: Sequence[Submission] = ()
    mistakes: Sequence[Mistake] = ()
    drop: str = ""

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return f"{self.source}:{self.drop}" if self.drop else self.source


class DeliveryResult(Frozen):
    """What became of a delivery: what was recorded, or the number under which it is refused."""

    recorded: RecordResult | None = None
    refused: int | None = None
    already: datetime | None = None
    """When the same delivery was taken in before, where it was: then nothing was done now."""

    def again(self, at: datetime) -> DeliveryResult:
        return self.model_copy(update={"already": at})


def receive(tx: Transaction, delivery: Delivery, keep_refused: bool = True) -> DeliveryResult:
    """Record a delivery whole; or keep it as refused, with everything that is wrong in it.

    Raises:
        Mistakes: it is to be refused and ``keep_refused`` does not hold; then nothing is kept of it.
    """
    try:
        if delivery.mistakes and not delivery.submissions:
            raise Mistakes(delivery.mistakes)
        with tx.connection.begin_nested():
            return DeliveryResult(recorded=record(tx, delivery.submissions, delivery.mistakes))
    except Mistakes as problem:
        mistakes = problem.mistakes
    except NotPossible as problem:
        mistakes = (Mistake(delivery.address, str(problem)),)
    except DataError as problem:
        reason = str(problem.orig).partition("\n")[0]
        mistakes = (Mistake(delivery.address, f"the database does not take it: {reason}"),)
    if not keep_refused:
        raise Mistakes(mistakes)
    line = _first_line(delivery, mistakes)
    try:
        number = refused_submissions.insert_refusal(
            tx.connection, delivery.key, delivery.address, line, delivery.payload, mistakes, tx.now
        )
    except IntegrityError:
        # Another round refused it a moment ago; its answer is found by another try.
        raise VersionConflict(delivery.key) from None
    return DeliveryResult(refused=number)


def _first_line(delivery: Delivery, mistakes: Sequence[Mistake]) -> int | None:
    """The first line with a mistake, where mistakes have lines."""
    found = [re.match(r":(\d+)", m.where.removeprefix(delivery.address)) for m in mistakes]
    return min((int(match[1]) for match in found if match), default=None)


def mend(tx: Transaction, number: int, submissions: Sequence[Submission]) -> RecordResult:
    """Record a refused submission as it was mended.

    Raises:
        Mistakes: everything that is still wrong; it goes on waiting.
        NotPossible: it does not wait any more.
    """
    _settle(tx, number, RefusalState.MENDED)
    return record(tx, submissions)


class DroppedSubmission(Frozen):
    """A refused submission that nobody will mend."""

    id: int
    reason: str


def drop(tx: Transaction, number: int, reason: str) -> DroppedSubmission:
    """Put a refused submission away for good.

    Raises:
        NotPossible: it does not wait any more.
    """
    _settle(tx, number, RefusalState.DROPPED, reason)
    return DroppedSubmission(id=number, reason=reason)


def _settle(tx: Transaction, number: int, state: RefusalState, reason: str | None = None) -> None:
    if refused_submissions.settle(tx.connection, number, state, tx.now, tx.context.actor, reason):
        return
    found = refused_submissions.find_refusal(tx.connection, number)
    if found is None:
        raise UnknownName("refused submission", str(number))
    raise NotPossible(f"#{number} was already {found.state} by {found.settled_by} on {found.settled_at:%Y-%m-%d}")
