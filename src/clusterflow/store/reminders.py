"""Reminders that have not arrived: taken back when the thing is done, also where they are being tried again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, and_, delete, or_, select, update

from clusterflow.store import tables
from clusterflow.store.held_notices import is_unreleased

_NOTICE = tables.notice
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notice of a ladder that has not arrived."""

    id: int
    key: str
    rule: str
    initiative: str
    recipient: str
    carried_by: int | None
    """The batch or digest that it is a part of."""


def rules_with_reminders_due(connection: Connection, rules: Collection[str], now: datetime) -> set[str]:
    """Those of some rules of which a reminder would leave now: by itself or in a digest, the first time or again."""
    carrier = _NOTICE.alias()
    alone = select(_NOTICE.c.rule).where(_open(_NOTICE), _NOTICE.c.due_at <= now, _is_reminder(rules))
    carried = (
        select(_NOTICE.c.rule)
        .join(carrier, carrier.c.id == _NOTICE.c.gathered_into)
        .where(_open(carrier), carrier.c.due_at <= now, _unsent(_NOTICE), _is_reminder(rules))
    )
    return {*connection.execute(alone.distinct()).scalars(), *connection.execute(carried.distinct()).scalars()}


def undelivered_reminders(connection: Connection, rules: Collection[str]) -> list[Reminder]:
    """The reminders of some rules that are still to arrive, due or not."""
    carrier, columns = _NOTICE.alias(), [_NOTICE.c[n] for n in ("id", "key", "rule", "initiative", "recipient")]
    query = (
        select(*columns, _NOTICE.c.gathered_into.label("carried_by"))
        .join(carrier, carrier.c.id == _NOTICE.c.gathered_into, isouter=True)
        .where(_unsent(_NOTICE), _is_reminder(rules), or_(_NOTICE.c.gathered_into.is_(None), _open(carrier)))
    )
    return [Reminder(**row._mapping) for row in connection.execute(query)]


def withdraw(connection: Connection, over: Sequence[Reminder], now: datetime) -> None:
    """Tell no more of what is done: what these would say is true no longer. Should it be again, it is told.

    What was never let out is forgotten. What was tried keeps its attempts. A batch or digest that holds such a one is
    taken apart, and what still holds of it is gathered anew. What is being sent at this moment arrives.
    """
    alone = [r.id for r in over if r.carried_by is None]
    _forget(connection, alone, *is_unreleased())
    _withdraw(connection, alone, now)
    carriers = _withdraw(connection, sorted({r.carried_by for r in over if r.carried_by is not None}), now)
    _forget(connection, [r.id for r in over if r.carried_by in carriers])
    for portion in _portions(sorted(carriers)):
        parts = update(_NOTICE).where(_NOTICE.c.gathered_into.in_(portion))
        connection.execute(parts.values(gathered_into=None, released_at=None, due_at=now))


def _forget(connection: Connection, ids: Sequence[int], *where: ColumnElement[bool]) -> None:
    for portion in _portions(ids):
        these = delete(_NOTICE).where(_NOTICE.c.id.in_(portion), *where)
        gone = list(connection.execute(these.returning(_NOTICE.c.id)).scalars())
        # SQLite gives a number again that is free: nobody else's notice may find these files.
        connection.execute(delete(tables.attachment).where(tables.attachment.c.notice.in_(gone)))


def _withdraw(connection: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    """Try these no more, but for those that somebody is sending; gives which."""
    gone: set[int] = set()
    for portion in _portions(ids):
        these = update(_NOTICE).where(_NOTICE.c.id.in_(portion), _open(_NOTICE), _NOTICE.c.due_at <= now)
        gone |= set(connection.execute(these.values(dead_at=now, withdrawn=True).returning(_NOTICE.c.id)).scalars())
    return gone


def _portions(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def _unsent(notice: FromClause) -> ColumnElement[bool]:
    return and_(notice.c.sent_at.is_(None), notice.c.dead_at.is_(None))


def _open(notice: FromClause) -> ColumnElement[bool]:
    return and_(_unsent(notice), notice.c.gathered_into.is_(None))


def _is_reminder(rules: Collection[str]) -> ColumnElement[bool]:
    """A batch is named by the rule of its first part, but its key is not."""
    mine = _NOTICE.c.key.startswith(_NOTICE.c.rule + ":")
    return and_(_NOTICE.c.rule.in_(sorted(rules)), _NOTICE.c.version == 0, mine)
