"""The outbox: ledger entries that wait to be published to Prefect, and the backlog of everything that waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from clusterflow.domain.text import Frozen
from clusterflow.services.context import Context
from clusterflow.store import notice_counts, outbox, refused_submissions
from clusterflow.store.dead_letters import DeadLetter, dead_letters
from clusterflow.store.outbox import Span

RETRY_DELAY = timedelta(seconds=15)
"""How long entries wait after a failed attempt before they are tried again."""

LEASE = timedelta(minutes=1)
"""How long claimed entries belong to one relay. After that, another relay may claim them: the first may have died."""


class Backlog(Frozen):
    """What waits: events for Prefect, notices for people, refused submissions; and the notices that were given up."""

    events: int = 0
    notices: int = 0
    given_up: int = 0
    refused: int = 0
    error: str | None = None
    dead: tuple[DeadLetter, ...] = ()
    """The newest of the notices that were given up."""


def waiting(context: Context) -> Sequence[Span]:
    """What waits to be published, oldest first."""
    with context.reading() as connection:
        return outbox.pending(connection, "event", context.clock())


def unevaluated(context: Context, chain: str | None = None) -> dict[str, int]:
    """For each chain with unpublished facts that no evaluation has seen: the version of the last such fact."""
    with context.reading() as connection:
        return outbox.unevaluated(connection, chain)


def claim(context: Context, chain: str) -> Span | None:
    """Claim the entries of a chain that wait to be published; ``None`` where another relay holds them."""
    with context.database.begin() as connection:
        now = context.clock()
        return outbox.claim(connection, "event", chain, now, now + LEASE)


def release(context: Context, span: Span) -> None:
    """Give claimed entries back, for the next round."""
    with context.database.begin() as connection:
        outbox.release(connection, span)


def mark_published(context: Context, span: Span) -> None:
    """Record that the entries were published."""
    with context.database.begin() as connection:
        outbox.mark_done(connection, span)


def mark_failed(context: Context, span: Span, error: str) -> None:
    """Record why the entries could not be published, and let them wait for ``RETRY_DELAY``."""
    with context.database.begin() as connection:
        outbox.mark_failed(connection, span, error, context.clock() + RETRY_DELAY)


def backlog(context: Context) -> Backlog:
    """What waits to go out, and why."""
    with context.reading() as connection:
        spans = outbox.backlog(connection)
        unsent, given_up = notice_counts.count_unsent(connection)
        return Backlog(
            events=spans["event"] + refused_submissions.count_unreported(connection),
            notices=spans["notice"] + unsent,
            given_up=given_up,
            refused=refused_submissions.count_waiting(connection),
            error=outbox.last_error(connection),
            dead=tuple(dead_letters(connection, 5)),
        )
