"""Receives submissions of other systems. Each is recorded whole, or stored until somebody corrects or drops it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError

from clusterflow.domain.record_events import SubmissionFlaw, SubmissionSource
from clusterflow.domain.records import RECORDS
from clusterflow.domain.refused_submission import RefusalState
from clusterflow.domain.text import Frozen
from clusterflow.engine.record import RecordResult, Submission, record
from clusterflow.engine.refuse_submission import RefusedSubmission, refuse_submission
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.store import refused_submissions
from clusterflow.store.ledger import VersionConflict


@dataclass(frozen=True, slots=True)
class Delivery:
    """A submission as it was received.

    ``source`` identifies the event or the file content, ``address`` is its name for people, ``payload`` its text.
    ``mistakes`` are those found while reading it. The same content may be dropped into the folder twice on purpose, to
    undo what came between; ``drop`` distinguishes the two.
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
    """The result of a delivery: what was recorded, or the number of the refused submission."""

    recorded: RecordResult | None = None
    refused: int | None = None
    already: datetime | None = None
    """When the same delivery was received before, if it was; then nothing was done now."""

    def again(self, at: datetime) -> DeliveryResult:
        return self.model_copy(update={"already": at})


def receive(tx: Transaction, delivery: Delivery, keep_refused: bool = True) -> DeliveryResult:
    """Record a whole delivery, or store it as refused with all its mistakes.

    Raises:
        Mistakes: it has mistakes and ``keep_refused`` is false. Nothing is stored.
    """
    try:
        if delivery.mistakes and not delivery.submissions:
            raise Mistakes(delivery.mistakes)
        with tx.savepoint():
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
        # Another process refused it a moment ago; the next attempt finds its answer.
        raise VersionConflict(delivery.key) from None
    _enter_refusals(tx, delivery, number)
    return DeliveryResult(refused=number)


def _enter_refusals(tx: Transaction, delivery: Delivery, number: int) -> None:
    """Enter the refusal in the ledger of every initiative that the delivery names."""
    by_initiative: dict[str, set[str]] = {}
    for one in delivery.submissions:
        if one.initiative:
            by_initiative.setdefault(one.initiative, set()).update({one.type} & set(RECORDS))
    for initiative, records in sorted(by_initiative.items()):
        refused = RefusedSubmission(
            None, SubmissionSource.SYSTEM, SubmissionFlaw.MISTAKES, tuple(sorted(records)), number
        )
        # Where the clock has gone back nothing can be entered; the submission is stored all the same.
        with suppress(NotPossible):
            refuse_submission(tx, initiative, refused, str(number))


def _first_line(delivery: Delivery, mistakes: Sequence[Mistake]) -> int | None:
    """Return the first line with a mistake; None if no mistake has a line."""
    found = [re.match(r":(\d+)", m.where.removeprefix(delivery.address)) for m in mistakes]
    return min((int(match[1]) for match in found if match), default=None)


def mend(tx: Transaction, number: int, submissions: Sequence[Submission]) -> RecordResult:
    """Record the corrected content of a refused submission.

    Raises:
        Mistakes: everything that is still wrong; the submission keeps waiting.
        NotPossible: it was already corrected or dropped.
    """
    _settle(tx, number, RefusalState.MENDED)
    return record(tx, submissions)


class DroppedSubmission(Frozen):
    """A refused submission that was dropped."""

    id: int
    reason: str


def drop(tx: Transaction, number: int, reason: str) -> DroppedSubmission:
    """Drop a refused submission.

    Raises:
        NotPossible: it was already corrected or dropped.
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
