"""Stores the parts of a job over many initiatives. Workers claim them for a limited time, and record the result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from clusterflow.store import tables

MOST_ATTEMPTS = 3
"""How often a part is begun before it is given up: also one whose worker died each time."""

_SHARD = tables.shard


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a job: some initiatives. ``attempts`` counts how often it was begun, and so tells two claims apart."""

    job: str
    number: int
    kind: str
    initiatives: tuple[str, ...]
    as_of: date | None
    attempts: int
    until: datetime
    error: str | None = None
    result: str | None = None
    done_at: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def is_given_up(self, now: datetime) -> bool:
        """Whether it failed too often, and nobody is at it any more."""
        return self.done_at is None and self.attempts >= MOST_ATTEMPTS and self.until <= now


def create(
    connection: Connection, job: str, kind: str, parts: Sequence[Sequence[str]], as_of: date | None, now: datetime
) -> int:
    """Store the parts of a job, unless it has some already: it began before. Return how many it has."""
    there: int = connection.execute(select(func.count()).where(_SHARD.c.job == job)).scalar_one()
    if there or not parts:
        return there
    rows = [
        {
            "job": job, "number": number, "kind": kind, "initiatives": json.dumps(list(part)), "as_of": as_of,
            "created_at": now, "attempts": 0, "until": now,
        }
        for number, part in enumerate(parts, 1)
    ]  # fmt: skip
    connection.execute(insert(_SHARD), rows)
    return len(rows)


def delete_before(connection: Connection, moment: datetime) -> None:
    """Delete the parts of jobs that were created before a moment."""
    connection.execute(delete(_SHARD).where(_SHARD.c.created_at < moment))


def of_job(connection: Connection, job: str) -> list[Shard]:
    """Return the parts of a job in their order."""
    rows = connection.execute(select(_SHARD).where(_SHARD.c.job == job).order_by(_SHARD.c.number))
    return [_shard(row) for row in rows]


def claim(connection: Connection, job: str, wanted: int | None, now: datetime, until: datetime) -> Shard | None:
    """Claim a part of a job until a moment; ``None`` if none is free.

    Args:
        wanted: the number of the part to claim first; by default the last. If somebody else has it, another one.
    """
    free = (_SHARD.c.job == job, _SHARD.c.done_at.is_(None), _SHARD.c.until <= now, _SHARD.c.attempts < MOST_ATTEMPTS)
    numbers = list(connection.execute(select(_SHARD.c.number).where(*free).order_by(_SHARD.c.number.desc())).scalars())
    if wanted in numbers:
        numbers.remove(wanted)
        numbers.insert(0, wanted)
    for number in numbers:
        mine = update(_SHARD).where(*free, _SHARD.c.number == number)
        row = connection.execute(mine.values(attempts=_SHARD.c.attempts + 1, until=until).returning(*_SHARD.c)).first()
        if row is not None:
            return _shard(row)
    return None


def renew(connection: Connection, shard: Shard, until: datetime) -> None:
    """Extend a claim during the work."""
    connection.execute(_held(shard).values(until=until))


def finish(connection: Connection, shard: Shard, result: str, now: datetime) -> bool:
    """Record the result of a part; ``False`` if another worker has claimed it meanwhile: then its result counts."""
    return connection.execute(_held(shard).values(result=result, done_at=now, error=None)).rowcount == 1


def fail(connection: Connection, shard: Shard, error: str, again_at: datetime) -> None:
    """Record why a part failed; it may be tried again at a moment."""
    connection.execute(_held(shard).values(error=error, until=again_at))


def reopen(connection: Connection, job: str, now: datetime) -> None:
    """Let the parts of a job that were given up be begun as if for the first time."""
    lost = (_SHARD.c.job == job, _SHARD.c.done_at.is_(None), _SHARD.c.attempts >= MOST_ATTEMPTS, _SHARD.c.until <= now)
    connection.execute(update(_SHARD).where(*lost).values(attempts=0, error=None))


def _held(shard: Shard) -> Any:
    same = (_SHARD.c.job == shard.job, _SHARD.c.number == shard.number, _SHARD.c.attempts == shard.attempts)
    return update(_SHARD).where(*same, _SHARD.c.done_at.is_(None))


def _shard(row: Row[Any]) -> Shard:
    return Shard(
        row.job, row.number, row.kind, tuple(json.loads(row.initiatives)), row.as_of, row.attempts, row.until,
        row.error, row.result, row.done_at,
    )  # fmt: skip
