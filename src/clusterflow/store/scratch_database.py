"""A database to try things in: what is done there happens nowhere else, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, select

from clusterflow.store import tables
from clusterflow.store.database import open_database, read_connection

_PORTION = 1000

_LEFT_OUT = {"command", "delivery", "refused_submission", "event_cursor", "inbox"}
"""What happened to former commands and messages; nothing that is yet to come depends on it."""


@contextmanager
def scratch_database() -> Iterator[Engine]:
    """An empty database with our schema, gone at the end. It is a file: in memory there is but one connection."""
    with TemporaryDirectory(prefix="clusterflow-") as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'scratch.db'}")
        event.listen(engine, "connect", _hasten)
        tables.whole_schema().create_all(engine)
        try:
            yield engine
        finally:
            engine.dispose()


def _hasten(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def scratch_copy(database: Engine) -> Iterator[Engine]:
    """A scratch database that holds what the database holds now, as far as the future depends on it."""
    with scratch_database() as engine:
        with read_connection(database) as source, engine.begin() as target:
            for table in tables.whole_schema().sorted_tables:
                if table.name not in _LEFT_OUT:
                    _copy(source, target, table.name)
        yield engine


def _copy(source: Connection, target: Connection, name: str) -> None:
    table, chain = tables.whole_schema().tables[name], tables.chain
    query = select(table)
    if table is tables.ledger:  # a chain goes on from its head; of its entries only those are read that wait to be told
        query = query.join(chain, chain.c.id == table.c.chain).where(table.c.version > chain.c.told)
    rows = source.execute(query).mappings()
    while portion := rows.fetchmany(_PORTION):
        target.execute(insert(table), [dict(row) for row in portion])
