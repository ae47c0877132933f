"""A private PostgreSQL server on loopback or on a network of tests, for tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from .ports import free_port


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs; None if it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return found[-1].parent if found else Path(p).parent if (p := shutil.which("initdb")) else None


@contextmanager
def server(programs: Path, *settings: str, address: str = "127.0.0.1") -> Iterator[str]:
    """Start a server and yield ``host:port``. Everybody in the network of its address may log in as postgres."""
    # PostgreSQL refuses to run as root.
    owner = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="clusterflow-pg-"))
    if owner:
        shutil.chown(folder, owner)
    data, port = folder / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        as_owner = {"user": owner, "group": owner, "extra_groups": []} if owner else {}
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **as_owner)  # type: ignore[call-overload]

    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    with (data / "pg_hba.conf").open("a") as access:
        access.write("host all all samenet trust\n")
    options = " ".join([f"-p {port} -k {folder} -c listen_addresses={address}", *(f"-c {s}" for s in settings)])
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"{address}:{port}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def standby(programs: Path, primary: str) -> Iterator[str]:
    """Start a streaming replica of a server, and yield its ``host:port``. It has all that was committed before."""
    owner = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="clusterflow-replica-"))
    if owner:
        shutil.chown(folder, owner)
    data, port = folder / "data", free_port()
    as_owner = {"user": owner, "group": owner, "extra_groups": []} if owner else {}

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **as_owner)  # type: ignore[call-overload]

    host, _, of_primary = primary.partition(":")
    run("pg_basebackup", "-h", host, "-p", of_primary, "-U", "postgres", "-R", "-X", "stream", "--checkpoint=fast")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c hot_standby=on"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, statement: str) -> None:
    """Run one statement outside a transaction, as statements about databases require."""
    with psycopg.connect(f"postgresql://postgres@{address}/postgres", autocommit=True) as connection:
        connection.execute(statement)


def crash(address: str) -> None:
    """Let a server crash, with all its connections, and start it again; it recovers what was committed."""
    with psycopg.connect(f"postgresql://postgres@{address}/postgres") as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    data, programs = Path(row[0]), binaries()
    owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    words = [f"{programs}/pg_ctl", "-D", str(data), "-m", "immediate", "-w", "-l", str(data.parent / "log"), "restart"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=data.parent, **owner)  # type: ignore[call-overload]
