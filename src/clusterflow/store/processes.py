"""Stores the heartbeats of processes. Whether one is fresh is judged by the clock of the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from clusterflow.store import tables

BEAT_SECONDS = 20.0

FRESH = timedelta(seconds=90)
"""A process that was not heard for so long has ended, or cannot reach the database."""

KEPT = timedelta(days=7)

_PROCESS = tables.process


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that uses the database, as it was when it was heard last."""

    id: str
    kind: str
    """``web``, ``relay`` or ``worker``."""
    host: str
    pid: int
    version: str
    schema: str
    secret: str
    """A keyed fingerprint of the secret, by which two secrets can be distinguished."""
    ahead_seconds: int = 0
    """By how much its clock is ahead of the database's; negative if it is behind."""
    begun_at: datetime
    heard_at: datetime

    def __str__(self) -> str:
        return f"{self.kind} {self.pid} @ {self.host} (clusterflow {self.version})"


def database_clock(connection: Connection, now: datetime) -> datetime:
    """Return the time of the database server; SQLite has none of its own."""
    if connection.dialect.name != "postgresql":
        return now
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found


def beat(connection: Connection, process: Process, heard_at: datetime) -> Process:
    """Store a heartbeat, and delete those of long ago."""
    now = replace(process, heard_at=heard_at)
    changed = connection.execute(
        update(_PROCESS).where(_PROCESS.c.id == now.id).values(heard_at=heard_at, ahead_seconds=now.ahead_seconds)
    )
    if changed.rowcount == 0:
        connection.execute(delete(_PROCESS).where(_PROCESS.c.heard_at < heard_at - KEPT))
        connection.execute(insert(_PROCESS).values(asdict(now)))
    return now


def forget(connection: Connection, process: Process) -> None:
    """Delete the heartbeat of a process that ends in order."""
    connection.execute(delete(_PROCESS).where(_PROCESS.c.id == process.id))


def fresh(connection: Connection, now: datetime) -> list[Process]:
    """Return the processes that were heard lately, the longest running first."""
    rows = connection.execute(
        select(_PROCESS).where(_PROCESS.c.heard_at > now - FRESH).order_by(_PROCESS.c.begun_at, _PROCESS.c.id)
    )
    return [Process(**row._mapping) for row in rows]
