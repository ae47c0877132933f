"""Exports the registry: the facts that hold at this moment, as lines of JSON or as tables."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO

from sqlalchemy import Connection

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.money import Payment
from clusterflow.reports.registry_tables import head_of, json_line, row_of
from clusterflow.rules.mistakes import references
from clusterflow.store import dues, registry

MARK = "\ufeff"
"""The byte order mark: spreadsheets recognise UTF-8 by it."""


def lines(connection: Connection) -> Iterator[str]:
    """Yield the facts that hold, each as a line that ``clusterflow record --from`` takes.

    A fact may name a record that was withdrawn. That record is entered and withdrawn again, because a fact can only
    name a record that exists.
    """
    overpaid = dues.overpaid_invoices(connection)
    named, there = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    for cls in RECORDS.values():
        changed = registry.changed_identities(connection, cls)
        for chain, record in registry.iterate_facts(connection, cls):
            there.add((cls.type, chain, record.identity()[0]))
            named |= _named(chain, record)
            beyond = isinstance(record, Payment) and (chain, record.invoice) in overpaid
            yield json_line(chain, record, unknown=(chain, record.identity()) in changed, confirm=beyond)
    while lost := named - there:
        for kind in sorted({kind for kind, _, _ in lost}):
            for chain, record in registry.iterate_facts(connection, RECORDS[kind], retracted=True):
                if (kind, chain, record.identity()[0]) in lost:
                    named |= _named(chain, record)
                    yield json_line(chain, record)
                    yield json_line(chain, record, retract=True)
        there |= lost


def _named(chain: str, record: Record) -> set[tuple[str, str, str]]:
    """Return the records that a record names: type, chain, id."""
    found = {(t, chain if RECORDS[t].of_initiative else REGISTRY, value) for t, value in references(record)}
    return found | ({("initiative", REGISTRY, chain)} if record.of_initiative else set())


def write_tables(connection: Connection, into: Callable[[str], AbstractContextManager[IO[str]]]) -> None:
    """Write a table for each record type, into files that ``into`` opens by their names."""
    for name, cls in RECORDS.items():
        with into(f"{name}.csv") as file:
            file.write(MARK)
            table = csv.writer(file)
            table.writerow(head_of(cls))
            table.writerows(row_of(chain, record) for chain, record in registry.iterate_facts(connection, cls))
