"""Exports for other programs: the registry, and the whole office with its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Engine

from clusterflow.services.exports.files import Opened
from clusterflow.services.exports.registry import lines, write_tables
from clusterflow.store import backup
from clusterflow.store.database import read_connection

Write = Callable[[str], object]


class Exports:
    """The exports of one database. Each shows one moment, even if others write meanwhile."""

    def __init__(self, database: Engine) -> None:
        self.database = database

    def registry(self, write: Write) -> int:
        """Write the facts that hold as lines of JSON, and return the number of lines."""
        with read_connection(self.database) as connection:
            return _written(lines(connection), write)

    def tables(self, into: Opened) -> None:
        """Write the facts that hold as a table for each record type."""
        with read_connection(self.database) as connection:
            write_tables(connection, into)

    def life(self, write: Write) -> int:
        """Write everything that can be restored as lines of JSON, and return the number of lines."""
        with read_connection(self.database) as connection:
            parts = (part.model_dump_json(exclude_none=True) for part in backup.read_life(connection))
            return _written(parts, write)


def _written(parts: Iterator[str], write: Write) -> int:
    written = 0
    for part in parts:
        write(part + "\n")
        written += 1
    return written
