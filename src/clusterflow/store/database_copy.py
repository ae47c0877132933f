"""Copies the database into a file while people work."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine

from clusterflow.errors import NotPossible


def copy_database(database: Engine, target: Path) -> None:
    """Copy the database into a new file: a SQLite file, or a custom-format dump of PostgreSQL for ``pg_restore``.

    Raises:
        NotPossible: the file exists, there is no database, or PostgreSQL's ``pg_dump`` is missing or fails.
    """
    if target.exists():
        raise NotPossible(f"{target} already exists; name another file")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)  # it contains names and addresses of people
    try:
        if database.url.get_backend_name() == "sqlite":
            _copy_sqlite(Path(database.url.database or ""), target)
        else:
            _dump_postgresql(database.url, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise NotPossible(f"there is no database at {source}. Run: clusterflow db upgrade")
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _dump_postgresql(url: URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise NotPossible(
            "pg_dump is not installed here; install the client programs of PostgreSQL, for example postgresql-client"
        )
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    # The password goes by the environment: other users of the machine can read arguments.
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        [program, "--format=custom", "--no-password", f"--file={target}", f"--dbname={plain}"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotPossible(f"pg_dump failed: {' '.join(done.stderr.split()) or 'it gave no reason'}")
