"""The statements that a piece of code runs, and how SQLite finds their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

Ran = list[tuple[str, Any]]


@contextmanager
def statements(database: Engine) -> Iterator[Ran]:
    """Collect each statement with its parameters while the block runs."""
    found: Ran = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        found.append((statement, parameters[0] if many else parameters))

    event.listen(database, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database, "before_cursor_execute", note)


_SCAN = re.compile(r"^SCAN (\w+)(?! USING (?:COVERING )?INDEX ix_chain_waiting)")
_NAME = re.compile(r'\b(?:FROM|JOIN|,)\s*\(*"?(\w+)"?(?: AS "?(\w+)"?)?')


def whole_tables_read(database: Engine, ran: Ran) -> set[str]:
    """Return the tables that the statements read from one end to the other, by SQLite's plans."""
    found = set()
    with database.connect() as connection:
        for statement, parameters in ran:
            if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "WITH"):
                continue
            alias = {shown or name: name for name, shown in _NAME.findall(statement)}
            for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if scan := _SCAN.match(step):
                    found.add(alias.get(scan[1], scan[1]))
    return found
