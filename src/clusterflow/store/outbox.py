"""What waits to go out: written with the command, taken by the relay, marked when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from clusterflow.store import tables

Topic = Literal["event", "notice"]


@dataclass(frozen=True, slots=True)
class Message:
    """Some entries of one chain that are to be published (``event``) or told to people (``notice``)."""

    id: int
    topic: Topic
    chain: str
    since: int
    version: int
    wants_pass: bool
    attempts: int


_PUT = insert(tables.outbox)


def put(
    connection: Connection,
    chain: str,
    events: Sequence[tuple[int, int]],
    notices: Sequence[tuple[int, int]],
    due_at: datetime,
    wants_pass: bool,
) -> None:
    """Add messages for spans of versions, first and last included; a notice never wants a pass."""
    rows = [
        {
            "topic": topic, "chain": chain, "since": since, "version": version,
            "wants_pass": wants_pass and topic == "event", "due_at": due_at, "attempts": 0,
        }
        for topic, spans in (("event", events), ("notice", notices))
        for since, version in spans
    ]  # fmt: skip
    if rows:
        connection.execute(_PUT, rows)


def waiting(connection: Connection, topic: Topic, now: datetime, limit: int = 500) -> Sequence[Message]:
    """The messages that are due, in the order in which their entries happened."""
    table = tables.outbox
    rows = connection.execute(
        select(table)
        .where(table.c.topic == topic, table.c.done_at.is_(None), table.c.due_at <= now)
        .order_by(table.c.id)
        .limit(limit)
    )
    return [Message(r.id, r.topic, r.chain, r.since, r.version, r.wants_pass, r.attempts) for r in rows]


def done(connection: Connection, ids: Iterable[int], at: datetime) -> None:
    numbers = list(ids)
    if numbers:
        connection.execute(update(tables.outbox).where(tables.outbox.c.id.in_(numbers)).values(done_at=at, error=None))


def failed(connection: Connection, ids: Iterable[int], error: str, again_at: datetime) -> None:
    """Leave the messages waiting until a later moment, with the reason for a person to read."""
    numbers = list(ids)
    if numbers:
        connection.execute(
            update(tables.outbox)
            .where(tables.outbox.c.id.in_(numbers))
            .values(attempts=tables.outbox.c.attempts + 1, error=error, due_at=again_at)
        )


def last_error(connection: Connection) -> str | None:
    """Why the newest message that could not go out is still waiting."""
    table = tables.outbox
    query = select(table.c.error).where(table.c.done_at.is_(None), table.c.error.is_not(None))
    return connection.execute(query.order_by(table.c.id.desc()).limit(1)).scalar_one_or_none()


def backlog(connection: Connection) -> dict[str, int]:
    """How many messages wait, by topic."""
    table = tables.outbox
    rows = connection.execute(
        select(table.c.topic, func.count()).where(table.c.done_at.is_(None)).group_by(table.c.topic)
    )
    return {row[0]: row[1] for row in rows}
