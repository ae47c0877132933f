"""A bell that rings when somebody commits: who carries things out waits for it instead of looking again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, Engine

CHANNEL = "clusterflow"
POLL_SECONDS = 0.1
"""Between two looks at SQLite's own count of commits: it tells nobody, and the look costs microseconds."""


class WakeupSignal(Protocol):
    """What to wait for."""

    def wait(self, seconds: float) -> bool:
        """Until somebody commits, or the time is over; whether somebody did, since the last time this was asked."""


@contextmanager
def wakeup_signal(database: Engine) -> Iterator[WakeupSignal]:
    """A bell on a connection of its own, for one thread at a time."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield _PostgresSignal(connection) if database.dialect.name == "postgresql" else _SqliteSignal(connection)


class _SqliteSignal:
    """SQLite: the count of commits by other connections, of this process and of others."""

    def __init__(self, connection: Connection) -> None:
        self.driver = connection.connection.driver_connection
        self.seen = self._count()

    def _count(self) -> int:
        assert self.driver is not None  # noqa: S101 - an open connection has a driver
        return int(self.driver.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (now := self._count()) == self.seen:
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(POLL_SECONDS, left))
        self.seen = now
        return True


class _PostgresSignal:
    """PostgreSQL: a trigger on the chains notifies with the commit."""

    def __init__(self, connection: Connection) -> None:
        self.driver = connection.connection.driver_connection
        assert self.driver is not None  # noqa: S101 - an open connection has a driver
        self.driver.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float) -> bool:
        assert self.driver is not None  # noqa: S101 - an open connection has a driver
        heard = list(self.driver.notifies(timeout=seconds, stop_after=1))
        # One ring for all that came meanwhile.
        heard += list(self.driver.notifies(timeout=0))
        return bool(heard)
