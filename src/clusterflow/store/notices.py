"""Notices on their way: kept until sent, each attempt recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, insert, select, update

from clusterflow.model.grant import Grant
from clusterflow.model.notice import Notice, Urgency
from clusterflow.model.text import NoticeLanguage
from clusterflow.rules.manners import Manners
from clusterflow.store import tables
from clusterflow.store.parcels import receivers

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
    urgency: Urgency
    grants: tuple[Grant, ...]
    token: str
    attempts: int


def row_of(notice: Notice, at: datetime, due_at: datetime, released_at: datetime | None) -> dict[str, Any]:
    """A new notice as a row of its table."""
    return {
        **notice.model_dump(),
        "urgency": notice.urgency.value,
        "grants": _GRANTS.dump_json(notice.grants).decode(),
        "created_at": at,
        "due_at": due_at,
        "released_at": released_at,
        "attempts": 0,
    }


def keep(connection: Connection, notices: Sequence[Notice], at: datetime, manners: Manners | None) -> int:
    """Keep the notices that are not kept yet, by their key; gives how many are new.

    Args:
        manners: when each may leave; None: all of them at once.
    """
    table = tables.notice
    there = kept(connection, (n.key for n in notices))
    new = [n for n in notices if n.key not in there]
    patient = [n for n in new if n.urgency is not Urgency.URGENT]
    rows = [row_of(n, at, at, at) for n in new if manners is None or n.urgency is Urgency.URGENT]
    if manners is not None and patient:
        of = receivers(connection, ((n.recipient, n.initiative) for n in patient), at, manners)
        due_at = {n.key: manners.first_due(of[n.recipient, n.initiative], n.urgency, at) for n in patient}
        rows += [row_of(n, at, due_at[n.key], None) for n in patient]
    if rows:
        connection.execute(insert(table), rows)
    return len(rows)


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
        .where(table.c.sent_at.is_(None), table.c.dead_at.is_(None), table.c.gathered_into.is_(None))
        .where(table.c.due_at <= now, table.c.released_at.is_not(None))
        .order_by(table.c.id)
        .limit(limit)
    )
    return [
        Due(
            r.id, r.key, r.initiative, r.recipient, r.language, r.subject, r.body,
            Urgency(r.urgency), _GRANTS.validate_json(r.grants), r.token, r.attempts,
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
    """How many messages were sent, wait, and are dead; what a digest holds is one message."""
    table = tables.notice
    row = connection.execute(
        select(func.count(table.c.sent_at), func.count(table.c.dead_at), func.count(table.c.id)).where(
            table.c.gathered_into.is_(None)
        )
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
