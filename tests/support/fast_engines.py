"""Makes test processes faster where the reason lies in their number of tests, engines and modules."""

from __future__ import annotations

import gc
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache


class SharedStatements(LRUCache[Any, Any]):
    """Compiled statements by the class of their dialect, where SQLAlchemy asks by the dialect of one engine.

    All engines of a class compile alike here, because all are created with the same options.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), value)


def share_compiled_statements() -> None:
    """Let all engines of this process share compiled statements, and SQLite leave its writes to the system.

    Each test has an engine, and compiling takes longer than most tests. No machine crashes here: what a killed process
    wrote remains.
    """
    statements = SharedStatements(2000)

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)
        if connection.dialect.driver == "pysqlite" and "without_sync" not in connection.info:
            connection.info["without_sync"] = True
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA synchronous=OFF")

    event.listen(Engine, "engine_connect", share)


def collect_garbage_rarely() -> None:
    """Look for garbage rarely: to look through all that the modules hold takes a third of the time of a test."""
    gc.set_threshold(50_000, 20, 50)


def exclude_modules_from_collection() -> None:
    """Exclude what exists now, after all modules were imported, from the search for garbage."""
    gc.collect()
    gc.freeze()
