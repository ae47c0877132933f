"""Fresh databases under one engine, whose statements are compiled once. Compiling takes longer than most tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, LiteralString, Protocol

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, event, make_url

from clusterflow.store.database import open_database
from clusterflow.store.schema import whole_schema
from clusterflow.store.tables import schema_support


class Fresh(Protocol):
    """An engine, and the way to empty its database."""

    engine: Engine

    def again(self) -> str:
        """Start with an empty database, and return its address."""


class FreshSqlite:
    """Each time a new copy of a migrated file. Writes are not synced, because no machine crashes here."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template, self._folder, self._number = template, folder, 0
        self.engine = pointed_engine(f"sqlite:///{template}", self)
        self.address = ""

    def again(self) -> str:
        self.engine.dispose()
        for old in self._folder.glob(f"fresh-{self._number}.db*"):
            old.unlink()
        self._number += 1
        file = self._folder / f"fresh-{self._number}.db"
        shutil.copy(self._template, file)
        self.address = f"sqlite:///{file}"
        return self.address


class FreshPostgres:
    """One database that is emptied, which is twenty times faster than copying the template."""

    def __init__(self, server: str, name: str) -> None:
        self._plain, self.address = (
            f"postgresql://postgres@{server}/{name}",
            f"postgresql+psycopg://postgres@{server}/{name}",
        )
        self.engine = open_database(self.address)

    def again(self) -> str:
        with psycopg.connect(self._plain) as connection:
            connection.execute(";".join(f"DELETE FROM {t.name}" for t in whole_schema().sorted_tables).encode())
        return self.address


class HasAddress(Protocol):
    address: str


def pointed_engine(address: str, where: HasAddress) -> Engine:
    """Return an engine that connects to the database that ``where`` names at that moment."""
    engine = open_database(address)

    def point(dialect: Any, record: Any, args: list[Any], named: dict[str, Any]) -> None:
        database = make_url(where.address).database
        if engine.url.get_backend_name() == "sqlite":
            args[0] = database
        else:
            named["dbname"] = database

    def leave_writes_to_system(connection: Any, _: Any) -> None:
        if engine.url.get_backend_name() == "sqlite":
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "do_connect", point)
    event.listen(engine, "connect", leave_writes_to_system)
    return engine


class ReusedPostgres:
    """One database for one test after the other: emptied, and renamed so that no cache takes it for the former one.

    Copying the template takes longer than most tests. A test that changed the schema ends its database.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._admin = psycopg.connect(f"postgresql://postgres@{server}/postgres", autocommit=True)
        self._name: str | None = None
        self._columns: object = None
        self._revisions: object = None
        self._number = 0

    def take(self) -> str:
        """Return the address of an empty, migrated database."""
        before, self._name = self._name, f"test_{self._number}"
        self._number += 1
        if before is None:
            self._run("CREATE DATABASE {} TEMPLATE {}", self._name, self._template)
            with self._connect() as connection:
                self._columns, self._revisions = _columns(connection), _revisions(connection)
        else:
            self._run("ALTER DATABASE {} RENAME TO {}", before, self._name)
        return f"postgresql+psycopg://postgres@{self._server}/{self._name}"

    def give_back(self) -> None:
        """End what is still connected, and empty the database, or drop it if it is no longer what it was."""
        assert self._name is not None
        self._admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name])
        with self._connect() as connection:
            reusable = _columns(connection) == self._columns and _revisions(connection) == self._revisions
            if reusable:
                tables = (t for t in whole_schema().sorted_tables if t is not schema_support)
                connection.execute(";".join(f"DELETE FROM {table.name}" for table in tables).encode())
        if not reusable:
            self._run("DROP DATABASE {} WITH (FORCE)", self._name)
            self._name = None

    def close(self) -> None:
        self._admin.close()

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(f"postgresql://postgres@{self._server}/{self._name}")

    def _run(self, statement: LiteralString, *names: str) -> None:
        self._admin.execute(SQL(statement).format(*map(Identifier, names)))


def _columns(connection: psycopg.Connection[Any]) -> object:
    """Return the tables and indexes with their columns; one that was made anew has another number."""
    return connection.execute(
        "SELECT c.oid, c.relname, a.attname, a.atttypid, a.attnotnull FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 3"
    ).fetchall()


def _revisions(connection: psycopg.Connection[Any]) -> object:
    """Return the revision of the schema, and which versions it serves."""
    query = "SELECT version_num, revision, oldest FROM alembic_version, schema_support"
    return connection.execute(query).fetchall()
