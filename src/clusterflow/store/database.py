"""Opens the database (SQLite, or PostgreSQL through psycopg 3) and checks its schema version."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from clusterflow.errors import ClusterflowError, SchemaMismatch
from clusterflow.store.text_order import fold

HEAD = "0015"
"""The schema revision of this version. It is repeated here because importing Alembic is slow."""

LOCK_TIMEOUT_SECONDS = 30
"""How long a command waits for the lock of a SQLite file."""

DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
"""The accepted database names in an address, and the SQLAlchemy driver of each."""

MIGRATIONS = Path(__file__).parent / "migrations"

UPGRADE_HINT = "Run: clusterflow db upgrade"


CORRECTED_DAYS = "clusterflow_corrected_days"
"""The option of an engine that reads the holidays which the office corrects: a function without arguments."""

PUBLIC_HOLIDAYS = "clusterflow_public_holidays"
"""The option of an engine that names the function for public holidays: ``work_calendar.PublicHolidays``."""


_KEEPALIVES = {"idle": 10, "interval": 5, "count": 3}
SECONDS_TO_NOTICE = 25
"""After how many seconds each side of a connection to PostgreSQL notices that the machine of the other is gone.

By default Linux takes two hours. For that time a server keeps the locks of a machine that lost its power or its
network, and a machine waits for the answer of a server that is gone.
"""

_OF_CLIENT: dict[str, int] = {
    "connect_timeout": SECONDS_TO_NOTICE,
    "tcp_user_timeout": SECONDS_TO_NOTICE * 1000,
    **{f"keepalives_{name}": value for name, value in _KEEPALIVES.items()},
}
"""The parameters of libpq. An address may have others (``?keepalives_idle=60``)."""

_OF_SERVER = "; ".join(
    f"SET {name} = {value}"
    for name, value in {
        "tcp_user_timeout": f"'{SECONDS_TO_NOTICE}s'",
        **{f"tcp_keepalives_{name}": str(value) for name, value in _KEEPALIVES.items()},
    }.items()
)
"""Sets the same for the end of the server. It is a statement, because poolers refuse the option of libpq."""


@lru_cache(maxsize=32)
def shared_database(url: str) -> Engine:
    """Return the engine of this process for an address; sharing it keeps its cache of compiled statements."""
    return open_database(url)


def _parse_address(url: str) -> URL:
    """Parse an address. A «?» in the path of a SQLite file belongs to its name, except in a URI (``file:...``)."""
    scheme, _, path = url.partition(":///")
    if DRIVERS.get(scheme) == "sqlite" and "?" in path and not path.startswith("file:"):
        return URL.create(scheme, database=path)
    return make_url(url)


def open_database(url: str) -> Engine:
    """Create an engine for an address; SQLite is set up for durable commits and for waiting on locks.

    Raises:
        ClusterflowError: the address is not valid; the message hides the password.
    """
    try:
        address = _parse_address(url)
        address = address.set(drivername=DRIVERS[address.drivername])
        if address.get_backend_name() != "sqlite":
            given = {name: value for name, value in _OF_CLIENT.items() if name not in address.query}
            engine = create_engine(address, pool_pre_ping=True, connect_args=given)
            event.listen(engine, "connect", _on_postgres_connect)
            return engine
        engine = create_engine(address, connect_args={"timeout": LOCK_TIMEOUT_SECONDS})
    except (ArgumentError, ValueError, KeyError):  # not an address, or an unknown database or driver
        _, signed, place = url.rpartition("@")
        shown = f"***@{place}" if signed else place
        raise ClusterflowError(
            f"«{shown}» is not a database address; accepted: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        ) from None
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _on_postgres_connect(connection: Any, _: Any) -> None:
    connection.autocommit = True  # one round trip, without a transaction
    connection.execute(_OF_SERVER)
    connection.autocommit = False


def _on_sqlite_connect(connection: Any, _: Any) -> None:
    # The transaction handling of the driver begins too late to protect a read followed by a write.
    connection.isolation_level = None
    timeout = f"busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", timeout):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("folded", 1, fold, deterministic=True)


def _begin_immediate(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("BEGIN")
    else:
        _begin_with_retry(connection)


def _begin_with_retry(connection: Connection) -> None:
    """Begin a write transaction, retrying at short intervals: SQLite's own busy handler waits up to 0.1 s a step."""
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + LOCK_TIMEOUT_SECONDS
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            time.sleep(random.uniform(0.0005, 0.002))  # noqa: S311 - not a secret
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}")


def read_connection(engine: Engine) -> Connection:
    """Open a read-only connection: all its queries see the same snapshot, and it blocks no writer."""
    if engine.url.get_backend_name() == "sqlite":
        return engine.connect().execution_options(read_only=True)
    return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def plan_quickly(connection: Connection) -> None:
    """Keep PostgreSQL from compiling the statements of this transaction: for those of metrics it takes seconds, and
    their run tenths of one.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL jit = off")


def check_schema(engine: Engine) -> None:
    """Check that the schema has the revision of this version.

    Raises:
        SchemaMismatch: the schema is missing, older or newer; the message says what to do.
    """
    file = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    if file and not file.startswith((":memory:", "file:")) and not Path(file).exists():
        raise SchemaMismatch(f"there is no database yet at {file}. {UPGRADE_HINT}")
    found = current_revision(engine)
    if found is None:
        raise SchemaMismatch(f"the database holds no clusterflow schema yet. {UPGRADE_HINT}")
    if found != HEAD:
        if _serves(engine, found):
            return
        check_known(found)
        raise SchemaMismatch(
            f"the database has schema {found}, but this clusterflow needs {HEAD}, which is newer. {UPGRADE_HINT}"
        )


def _serves(engine: Engine, revision: str) -> bool:
    """Whether a newer schema only adds to the one of this version: its migrations say so."""
    with read_connection(engine) as connection:
        if revision < HEAD or not inspect(connection).has_table("schema_support"):
            return False
        query = text("SELECT oldest FROM schema_support WHERE revision = :revision")
        oldest = connection.execute(query, {"revision": revision}).scalar()
    return oldest is not None and str(oldest) <= HEAD


def check_known(revision: str) -> None:
    """Check that the migrations of this version know a revision.

    Raises:
        SchemaMismatch: the revision is newer, or unknown.
    """
    if revision not in {file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/*.py")}:
        word = "newer" if revision > HEAD else "older"
        raise SchemaMismatch(
            f"the database has schema {revision}, {word} than any that this clusterflow ({HEAD}) knows. "
            "Install the version of clusterflow that created it"
        )


def current_revision(engine: Engine) -> str | None:
    version = "SELECT version_num FROM alembic_version"
    try:
        with read_connection(engine) as connection:
            # Start-up time: to ask for the table before would take longer than all else here.
            with suppress(DBAPIError):
                return connection.exec_driver_sql(version).scalar()
            connection.rollback()
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql(version).scalar()
    except DBAPIError as problem:
        # The message of the driver may contain the whole address; its password must not be shown.
        address = engine.url.render_as_string(hide_password=True)
        reason = str(problem.orig).splitlines()[0]
        raise ClusterflowError(f"the database {address} does not answer: {reason}") from None
