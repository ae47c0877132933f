"""The statements that a piece of code runs, and which of them read more of the database than one initiative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.store.schema import whole_schema

Ran = list[tuple[str, Any]]

SMALL = {"exchange_rate", "cut_off", "learning_series", "learning_session", "office", "outbox", "lifecycle_model"}
"""Tables with a few rows, however many initiatives there are."""

_STEP = re.compile(r"^(?P<how>SCAN|SEARCH) (?P<alias>\w+)(?: USING (?:COVERING )?INDEX \w+(?: \((?P<by>.*)\))?)?")
_NAME = re.compile(r'(?:FROM|JOIN|,|UPDATE)\s*\(*"?(\w+)"?(?: AS "?(\w+)"?)?')


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


def unbounded(database: Engine, ran: Ran) -> set[str]:
    """Return the steps in SQLite's plans that read all rows of a table which grows with the number of initiatives.

    Two kinds of steps do so: a scan of the whole table, and a search in a table of the registry that all initiatives
    share by nothing but its chain.
    """
    shared = {name.replace("-", "_") for name, cls in RECORDS.items() if not cls.of_initiative}
    growing = set(whole_schema().tables) - SMALL
    found = set()
    with database.connect() as connection:
        for statement, parameters in ran:
            if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "WITH"):
                continue
            names = {alias or name: name for name, alias in _NAME.findall(statement)}
            for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                read = _STEP.match(step)
                table = names.get(read["alias"]) if read else None
                if read is None or table not in growing or "ix_chain_waiting" in step:
                    continue
                of_all = table in shared and read["by"] == "chain=?" and REGISTRY in _values(parameters)
                if read["how"] == "SCAN" or of_all:
                    found.add(f"{step}: {' '.join(statement.split())[:300]}")
    return found


def _values(parameters: Any) -> tuple[Any, ...]:
    return tuple(parameters.values() if isinstance(parameters, dict) else parameters)
