"""Fresh databases under one engine, whose statements are compiled once. Compiling takes longer than most tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, event, make_url

from clusterflow.store.database import open_database
from clusterflow.store.tables import whole_schema


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

    def hasten(connection: Any, _: Any) -> None:
        if engine.url.get_backend_name() == "sqlite":
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "do_connect", point)
    event.listen(engine, "connect", hasten)
    return engine
