"""Opens temporary databases for simulations, empty or copied from the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, select

from clusterflow.store import tables
from clusterflow.store.database import open_database, read_connection
from clusterflow.store.schema import whole_schema

_PORTION = 1000

_NOT_COPIED = {"command", "delivery", "refused_submission", "event_cursor", "inbox"}
"""Tables with the history of commands and messages; a simulation of the future needs none of them."""


@contextmanager
def scratch_database() -> Iterator[Engine]:
    """Open an empty database with our schema; it is deleted at the end.

    It is a file, because a SQLite database in memory has one connection only.
    """
    with TemporaryDirectory(prefix="clusterflow-") as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'scratch.db'}")
        event.listen(engine, "connect", _disable_sync)
        whole_schema().create_all(engine)
        try:
            yield engine
        finally:
            engine.dispose()


def _disable_sync(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def scratch_copy(database: Engine) -> Iterator[Engine]:
    """Open a temporary copy of the database, without the history in ``_NOT_COPIED``."""
    with scratch_database() as engine:
        with read_connection(database) as source, engine.begin() as target:
            for table in whole_schema().sorted_tables:
                if table.name not in _NOT_COPIED:
                    _copy(source, target, table.name)
        yield engine


def _copy(source: Connection, target: Connection, name: str) -> None:
    table, chain = whole_schema().tables[name], tables.chain
    query = select(table)
    if table is tables.ledger:
        # A chain continues from its head; of its entries, only those that notices were not made of yet are needed, and
        # the one before them for its hash.
        query = query.join(chain, chain.c.id == table.c.chain).where(table.c.version >= chain.c.told)
    rows = source.execute(query).mappings()
    while portion := rows.fetchmany(_PORTION):
        target.execute(insert(table), [dict(row) for row in portion])
