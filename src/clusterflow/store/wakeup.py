"""Waits until another connection commits, so that a worker need not poll the tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, Engine

CHANNEL = "clusterflow"
POLL_SECONDS = 0.1
"""The pause between two reads of SQLite's commit counter. SQLite sends no notification; a read costs microseconds."""


class WakeupSignal(Protocol):
    """Waits for commits by others."""

    def wait(self, seconds: float) -> bool:
        """Wait until somebody commits, or for the given time; return whether there was a commit since the last call."""


@contextmanager
def wakeup_signal(database: Engine) -> Iterator[WakeupSignal]:
    """Open a signal on its own connection, for use by one thread at a time."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield _PostgresSignal(connection) if database.dialect.name == "postgresql" else _SqliteSignal(connection)


class _SqliteSignal:
    """SQLite: reads the counter of commits by other connections, in this process and in others."""

    def __init__(self, connection: Connection) -> None:
        self.driver = connection.connection.driver_connection
        self.last_count = self._count()

    def _count(self) -> int:
        assert self.driver is not None  # noqa: S101 - an open connection has a driver
        return int(self.driver.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (now := self._count()) == self.last_count:
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(POLL_SECONDS, left))
        self.last_count = now
        return True


class _PostgresSignal:
    """PostgreSQL: a trigger on the chain table sends a notification with each commit."""

    def __init__(self, connection: Connection) -> None:
        self.driver = connection.connection.driver_connection
        assert self.driver is not None  # noqa: S101 - an open connection has a driver
        self.driver.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float) -> bool:
        assert self.driver is not None  # noqa: S101 - an open connection has a driver
        notifications = list(self.driver.notifies(timeout=seconds, stop_after=1))
        # All notifications that arrived meanwhile count as one signal.
        notifications += list(self.driver.notifies(timeout=0))
        return bool(notifications)
