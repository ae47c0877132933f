"""Writes the rows of a command together: PostgreSQL gets the statements at once and is waited for once.

Each statement that is waited for costs the way to the server and back. Writes whose answers nobody reads until the last
one is done need not wait for each other. SQLite has no way to a server, so it writes each at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import DBAPIError

Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Writer(Protocol):
    """What executes writes: a connection, or a batch."""

    def execute(self, statement: Executable, parameters: Rows, /) -> object: ...


class WriteBatch:
    """The writes of a command. Nothing can be read through it, and it raises errors when it ends at the latest."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._guards: list[tuple[CursorResult[Any], Exception]] = []

    def execute(self, statement: Executable, parameters: Rows, /) -> object:
        return self.connection.execute(statement, parameters)

    def change_one(self, statement: Executable, parameters: Mapping[str, Any], otherwise: Exception) -> None:
        """Execute an update of exactly one row.

        Args:
            otherwise: is raised if there is no such row; nothing after that counts, since the command fails.
        """
        self._guards.append((self.connection.execute(statement, parameters), otherwise))

    def check(self) -> None:
        for result, otherwise in self._guards:
            # The result read the count when the statement was sent; the cursor has it from the answer.
            if result.context.cursor.rowcount == 0:
                raise otherwise


class _ImmediateBatch(WriteBatch):
    def change_one(self, statement: Executable, parameters: Mapping[str, Any], otherwise: Exception) -> None:
        if self.connection.execute(statement, parameters).rowcount == 0:
            raise otherwise


@contextmanager
def write_together(connection: Connection) -> Iterator[WriteBatch]:
    """Yield a batch whose writes are all done when the block ends.

    Raises:
        DBAPIError: as SQLAlchemy would raise it for the statement alone; the statement is not named.
    """
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    if dialect.name != "postgresql" or not dialect.loaded_dbapi.Pipeline.is_supported():
        yield _ImmediateBatch(connection)
        return
    batch = WriteBatch(connection)
    problems: Any = dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield batch
    except DBAPIError:
        batch.check()  # a lost race is reported as such, whatever it led to
        raise
    except problems as problem:
        batch.check()
        lost = dialect.is_disconnect(problem, driver, None)
        if lost:
            connection.invalidate(problem)
        raise DBAPIError.instance(
            "(writes sent together)", None, problem, problems, connection_invalidated=lost, dialect=dialect
        ) from problem
    batch.check()
