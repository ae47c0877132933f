"""Finds reminders that were not delivered yet and withdraws them when their reason no longer holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, bindparam, delete, or_, select, update

from clusterflow.store import tables
from clusterflow.store.held_notices import is_unreleased

_NOTICE = tables.notice
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that was not delivered yet."""

    id: int
    key: str
    rule: str
    initiative: str
    recipient: str
    batch: int | None
    """The id of the batch or digest that contains it."""


def rules_with_reminders_due(connection: Connection, rules: Collection[str], now: datetime) -> set[str]:
    """Return those of the rules that have a reminder to send now, alone or in a digest, first try or retry."""
    parameters = {"rules": sorted(rules), "now": now}
    return {rule for query in (_alone(), _in_digest()) for rule in connection.execute(query, parameters).scalars()}


def undelivered_reminders(connection: Connection, rules: Collection[str]) -> list[Reminder]:
    """Return the reminders of some rules that were not delivered yet, due or not."""
    batch_row, columns = _NOTICE.alias(), [_NOTICE.c[n] for n in ("id", "key", "rule", "initiative", "recipient")]
    query = (
        select(*columns, _NOTICE.c.gathered_into.label("batch"))
        .join(batch_row, batch_row.c.id == _NOTICE.c.gathered_into, isouter=True)
        .where(_unsent(_NOTICE), _is_reminder(), or_(_NOTICE.c.gathered_into.is_(None), _open(batch_row)))
    )
    return [Reminder(**row._mapping) for row in connection.execute(query, {"rules": sorted(rules)})]


def withdraw(connection: Connection, reminders: Sequence[Reminder], now: datetime) -> None:
    """Withdraw reminders whose reason no longer holds; should it hold again, they can be sent again.

    Unreleased reminders are deleted. Reminders that were tried keep their recorded attempts. A batch or digest that
    contains one is dissolved, and its other notices are batched anew. A message being sent at this moment is left.
    """
    alone = [r.id for r in reminders if r.batch is None]
    _delete(connection, alone, *is_unreleased())
    _withdraw(connection, alone, now)
    batch_ids = _withdraw(connection, sorted({r.batch for r in reminders if r.batch is not None}), now)
    _delete(connection, [r.id for r in reminders if r.batch in batch_ids])
    for portion in _portions(sorted(batch_ids)):
        parts = update(_NOTICE).where(_NOTICE.c.gathered_into.in_(portion))
        connection.execute(parts.values(gathered_into=None, released_at=None, due_at=now))


def _delete(connection: Connection, ids: Sequence[int], *where: ColumnElement[bool]) -> None:
    for portion in _portions(ids):
        these = delete(_NOTICE).where(_NOTICE.c.id.in_(portion), *where)
        removed = list(connection.execute(these.returning(_NOTICE.c.id)).scalars())
        # SQLite may reuse a free id: the files must not become those of another notice.
        connection.execute(delete(tables.attachment).where(tables.attachment.c.notice.in_(removed)))


def _withdraw(connection: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    """Withdraw notices except those being sent now; return the ids of the withdrawn ones."""
    removed: set[int] = set()
    for portion in _portions(ids):
        these = update(_NOTICE).where(_NOTICE.c.id.in_(portion), _open(_NOTICE), _NOTICE.c.due_at <= now)
        removed |= set(connection.execute(these.values(dead_at=now, withdrawn=True).returning(_NOTICE.c.id)).scalars())
    return removed


def _portions(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def _unsent(notice: FromClause) -> ColumnElement[bool]:
    return and_(notice.c.sent_at.is_(None), notice.c.dead_at.is_(None))


def _open(notice: FromClause) -> ColumnElement[bool]:
    return and_(_unsent(notice), notice.c.gathered_into.is_(None))


def _is_reminder() -> ColumnElement[bool]:
    """Return the condition for single reminders: a batch has the rule of its first notice, but another key."""
    mine = _NOTICE.c.key.startswith(_NOTICE.c.rule + ":")
    return and_(_NOTICE.c.rule.in_(bindparam("rules", expanding=True)), _NOTICE.c.version == 0, mine)


# Each round of the dispatcher asks these two, and SQLAlchemy takes longer to build them than to run them.


@cache
def _alone() -> Select[Any]:
    due = _NOTICE.c.due_at <= bindparam("now")
    return select(_NOTICE.c.rule).where(_open(_NOTICE), due, _is_reminder()).distinct()


@cache
def _in_digest() -> Select[Any]:
    batch_row = _NOTICE.alias()
    return (
        select(_NOTICE.c.rule)
        .join(batch_row, batch_row.c.id == _NOTICE.c.gathered_into)
        .where(_open(batch_row), batch_row.c.due_at <= bindparam("now"), _unsent(_NOTICE), _is_reminder())
        .distinct()
    )
