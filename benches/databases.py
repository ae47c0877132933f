"""Fresh databases for benchmarks: a SQLite file on disk, and a private PostgreSQL server that syncs to disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from clusterflow.services.context import system_clock
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade
from tests.support import postgres as server


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a migrated SQLite file, in WAL mode and with synchronous=FULL as in production."""
    with tempfile.TemporaryDirectory(prefix="clusterflow-bench-") as folder:
        yield _migrated(f"sqlite:///{folder}/clusterflow.db")


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of a migrated PostgreSQL database with fsync on; None if PostgreSQL is not installed."""
    programs = server.binaries()
    if programs is None:
        yield None
        return
    with server.server(programs) as address:
        server.execute(address, "CREATE DATABASE clusterflow")
        yield _migrated(f"postgresql+psycopg://postgres@{address}/clusterflow")


def _migrated(url: str) -> str:
    engine = open_database(url)
    upgrade(engine, system_clock())
    engine.dispose()
    return url
