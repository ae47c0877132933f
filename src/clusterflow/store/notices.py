"""Notices on their way: kept until sent, each attempt recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, select, update

from clusterflow.model.grant import Grant
from clusterflow.model.notice import Notice
from clusterflow.model.text import NoticeLanguage
from clusterflow.store import tables

_GRANTS: TypeAdapter[tuple[Grant, ...]] = TypeAdapter(tuple[Grant, ...])

_CHUNK = 400
"""Bound parameters in one statement have a limit; keys are asked for in portions."""


@dataclass(frozen=True, slots=True)
class Due:
    """A notice whose time has come."""

    id: int
    key: str
    initiative: str
    recipient: str
    language: NoticeLanguage
    subject: str
    body: str
    grants: tuple[Grant, ...]
    token: str
    attempts: int


def keep(connection: Connection, notices: Sequence[Notice], at: datetime) -> int:
    """Keep the notices that are not kept yet, by their key; gives how many are new."""
    table = tables.notice
    there = kept(connection, (n.key for n in notices))
    new = [
        {
            **n.model_dump(),
            "urgency": n.urgency.value,
            "grants": _GRANTS.dump_json(n.grants).decode(),
            "created_at": at,
            "due_at": at,
            "attempts": 0,
        }
        for n in notices
        if n.key not in there
    ]
    if new:
        connection.execute(insert(table), new)
    return len(new)


def kept(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Those of some keys whose notices are kept already, sent or not."""
    table, wanted, found = tables.notice, sorted(set(keys)), set[str]()
    for start in range(0, len(wanted), _CHUNK):
        portion = wanted[start : start + _CHUNK]
        found |= set(connection.execute(select(table.c.key).where(table.c.key.in_(portion))).scalars())
    return found


def due(connection: Connection, now: datetime, limit: int = 200) -> Sequence[Due]:
    table = tables.notice
    rows = connection.execute(
        select(table)
        .where(table.c.sent_at.is_(None), table.c.dead_at.is_(None), table.c.due_at <= now)
        .order_by(table.c.id)
        .limit(limit)
    )
    return [
        Due(
            r.id, r.key, r.initiative, r.recipient, r.language, r.subject, r.body,
            _GRANTS.validate_json(r.grants), r.token, r.attempts,
        )
        for r in rows
    ]  # fmt: skip


def claim(connection: Connection, notice: Due, until: datetime) -> bool:
    """Take the notice for one attempt; False where another relay took it first."""
    table = tables.notice
    taken = connection.execute(
        update(table)
        .where(table.c.id == notice.id, table.c.attempts == notice.attempts, table.c.sent_at.is_(None))
        .values(attempts=notice.attempts + 1, due_at=until)
    )
    return taken.rowcount == 1


def settle(
    connection: Connection, notice: Due, at: datetime, delivered: bool, answer: str, channel: str, dead: bool
) -> None:
    """Record the attempt and what came of it."""
    connection.execute(
        insert(tables.delivery).values(
            notice=notice.id, attempt=notice.attempts + 1, at=at, channel=channel, delivered=delivered, answer=answer
        )
    )
    table = tables.notice
    if delivered:
        connection.execute(update(table).where(table.c.id == notice.id).values(sent_at=at))
    elif dead:
        connection.execute(update(table).where(table.c.id == notice.id).values(dead_at=at))


def tally(connection: Connection) -> dict[str, int]:
    """How many notices were sent, wait, and are dead."""
    table = tables.notice
    row = connection.execute(
        select(func.count(table.c.sent_at), func.count(table.c.dead_at), func.count(table.c.id))
    ).one()
    sent, dead, everything = row
    return {"sent": sent, "dead": dead, "waiting": everything - sent - dead}


def postpone(connection: Connection, notice: Due, until: datetime) -> None:
    connection.execute(update(tables.notice).where(tables.notice.c.id == notice.id).values(due_at=until))


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A notice that was given up, with what the provider said last."""

    rule: str
    initiative: str
    recipient: str
    dead_at: datetime
    answer: str | None


def given_up(connection: Connection, since: datetime) -> Sequence[GivenUp]:
    """The notices that were given up since a moment, the latest first."""
    table, last = tables.notice, tables.delivery
    query = (
        select(table.c.rule, table.c.initiative, table.c.recipient, table.c.dead_at, last.c.answer)
        .join(last, (last.c.notice == table.c.id) & (last.c.attempt == table.c.attempts), isouter=True)
        .where(table.c.sent_at.is_(None), table.c.dead_at >= since)
        .order_by(table.c.dead_at.desc(), table.c.id)
    )
    return [GivenUp(*row) for row in connection.execute(query)]


def overdue(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many notices should have gone out by now, and since when the first of them."""
    table = tables.notice
    query = select(func.count(), func.min(table.c.due_at)).where(
        table.c.sent_at.is_(None), table.c.dead_at.is_(None), table.c.due_at <= now
    )
    count, since = connection.execute(query).one()
    return count, since
