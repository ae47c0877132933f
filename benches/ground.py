"""Fresh databases to measure on: a SQLite file on disk, and a PostgreSQL of our own that really syncs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a migrated SQLite file, in WAL mode and synchronous=FULL as in earnest."""
    with tempfile.TemporaryDirectory(prefix="clusterflow-bench-") as folder:
        yield _migrated(f"sqlite:///{folder}/clusterflow.db")


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of a migrated PostgreSQL database with fsync on; None where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    # The server refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="clusterflow-bench-pg-"))
    if as_user:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", _free_port()

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=folder)  # noqa: S603 - PostgreSQL's own

    run(str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    run(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE clusterflow")
        yield _migrated(f"postgresql+psycopg://postgres@127.0.0.1:{port}/clusterflow")
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _migrated(url: str) -> str:
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()
    return url


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return found[-1].parent if found else Path(p).parent if (p := shutil.which("initdb")) else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
