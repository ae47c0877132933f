"""What other programs take away: the registry, and the whole office with its ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Engine

from clusterflow.services.exports.files import Opened
from clusterflow.services.exports.registry import lines, write_tables
from clusterflow.store import backup
from clusterflow.store.database import read_connection

Write = Callable[[str], object]


class Exports:
    """What one database holds at a moment; each export is of one moment, whoever writes meanwhile."""

    def __init__(self, database: Engine) -> None:
        self.database = database

    def registry(self, write: Write) -> int:
        """The facts that hold, as lines of JSON; how many lines."""
        with read_connection(self.database) as connection:
            return _written(lines(connection), write)

    def tables(self, into: Opened) -> None:
        """The facts that hold, as a table for each record type."""
        with read_connection(self.database) as connection:
            write_tables(connection, into)

    def life(self, write: Write) -> int:
        """Everything that can be restored, as lines of JSON; how many lines."""
        with read_connection(self.database) as connection:
            parts = (part.model_dump_json(exclude_none=True) for part in backup.read_life(connection))
            return _written(parts, write)


def _written(parts: Iterator[str], write: Write) -> int:
    written = 0
    for part in parts:
        write(part + "\n")
        written += 1
    return written
