"""Stores refused submissions until a person resolves them, and the cursor of events read from other systems."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import Connection, Select, func, insert, or_, select, update

from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.errors import Mistake
from clusterflow.store import tables

_TABLE = tables.refused_submission
_MISTAKES: TypeAdapter[tuple[Mistake, ...]] = TypeAdapter(tuple[Mistake, ...], config=ConfigDict(defer_build=True))
_CHUNK = 400


def insert_refusal(
    connection: Connection,
    source: str,
    address: str,
    line: int | None,
    payload: str,
    mistakes: Sequence[Mistake],
    at: datetime,
) -> int:
    """Store a refused submission and return its number."""
    row = {"source": source, "address": address, "line": line, "payload": payload, "received_at": at}
    values = {"mistakes": _MISTAKES.dump_json(tuple(mistakes)).decode(), "state": RefusalState.WAITING.value}
    return int(connection.execute(insert(_TABLE).values(**row, **values).returning(_TABLE.c.id)).scalar_one())


def _read(connection: Connection, query: Select[Any]) -> list[Refusal]:
    rows = connection.execute(query.order_by(_TABLE.c.id)).mappings()
    return [Refusal.model_validate({**row, "mistakes": _MISTAKES.validate_json(row["mistakes"])}) for row in rows]


def list_refusals(connection: Connection, state: RefusalState | None = None) -> list[Refusal]:
    """Return all refusals, or those in a state, the oldest first."""
    query = select(_TABLE)
    return _read(connection, query if state is None else query.where(_TABLE.c.state == state.value))


def find_refusal(connection: Connection, number: int) -> Refusal | None:
    return next(iter(_read(connection, select(_TABLE).where(_TABLE.c.id == number))), None)


def find_waiting(connection: Connection, source: str) -> Refusal | None:
    """Return a waiting refusal of a source, whichever file it came with."""
    same = or_(_TABLE.c.source == source, _TABLE.c.source.startswith(f"{source}:", autoescape=True))
    query = select(_TABLE).where(_TABLE.c.state == RefusalState.WAITING.value, same)
    return next(iter(_read(connection, query)), None)


def count_waiting(connection: Connection) -> int:
    """Return the number of refusals that wait for a person."""
    query = select(func.count()).where(_TABLE.c.state == RefusalState.WAITING.value)
    return connection.execute(query).scalar_one()


def settle(connection: Connection, number: int, state: RefusalState, at: datetime, by: str, reason: str | None) -> bool:
    """Set the final state of a refusal; return False if it was not waiting any more."""
    settled = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.id == number, _TABLE.c.state == RefusalState.WAITING.value)
        .values(state=state.value, settled_at=at, settled_by=by, reason=reason)
    )
    return settled.rowcount == 1


def count_unreported(connection: Connection) -> int:
    return connection.execute(select(func.count()).where(_TABLE.c.told_at.is_(None))).scalar_one()


def list_unreported(connection: Connection, limit: int = 100) -> list[Refusal]:
    """Return the refusals that were not reported to their sender yet, the oldest first."""
    return _read(connection, select(_TABLE).where(_TABLE.c.told_at.is_(None)).limit(limit))


def mark_reported(connection: Connection, numbers: Collection[int], at: datetime) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.id.in_(list(numbers))).values(told_at=at))


def completed_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return those of the idempotency keys under which a command has already run."""
    column = tables.command.c.key
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        found |= set(connection.execute(select(column).where(column.in_(keys[start : start + _CHUNK]))).scalars())
    return found


def read_cursor(connection: Connection, topic: str) -> datetime | None:
    """Return the moment up to which all events of a topic were read; None if none was read yet."""
    table = tables.event_cursor
    return connection.execute(select(table.c.heard_until).where(table.c.topic == topic)).scalar_one_or_none()


def advance_cursor(connection: Connection, topic: str, until: datetime) -> None:
    """Move the cursor of a topic to a moment; it never moves back."""
    table = tables.event_cursor
    before = read_cursor(connection, topic)
    if before is None:
        connection.execute(insert(table).values(topic=topic, heard_until=until))
    elif before < until:
        connection.execute(update(table).where(table.c.topic == topic).values(heard_until=until))
