"""Reads one fact with everything that was ever recorded about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, select

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.store import tables
from clusterflow.store.columns import from_row
from clusterflow.store.fact_lists import FactQuery
from clusterflow.store.ledger import FACT_KINDS
from clusterflow.store.ledger_entries import body_of, entries_query, is_of_command
from clusterflow.store.parties import is_related


class FactVersion(NamedTuple):
    """A row of the registry: what was recorded, by whom and when, and the entry that replaced it."""

    entry: int
    record: Record
    retracted: bool
    entered_at: datetime
    entered_by: str
    superseded_by: int | None


def fact_version(connection: Connection, query: FactQuery, entry: int) -> FactVersion | None:
    """Return the fact that a ledger entry entered; None if the initiative has no such fact."""
    table = query.table
    found = select(table).where(table.c.chain == query.chain, table.c.entry == entry)
    if query.parameters:
        found = found.where(is_related(query.record))
    row = connection.execute(found, query.parameters).one_or_none()
    return None if row is None else _version(query.record, row._mapping)


def versions_of(connection: Connection, query: FactQuery, fact: Record) -> list[FactVersion]:
    """Return all versions of the facts with the key of a fact, the oldest first."""
    table = tables.REGISTRY_TABLES[query.record]
    key = [table.c[name] == getattr(fact, name) for name in type(fact).key]
    rows = connection.execute(select(table).where(table.c.chain == query.chain, *key).order_by(table.c.entry))
    return [_version(query.record, row._mapping) for row in rows]


def related_ids(connection: Connection, query: FactQuery, ids: Iterable[str]) -> set[str]:
    """Return those ids of a shared record type that an initiative is related to."""
    found, wanted, column = set[str](), sorted(set(ids)), query.table.c.id
    for start in range(0, len(wanted), 400):
        related = select(column).where(query.table.c.chain == query.chain, is_related(query.record))
        portion = related.where(column.in_(wanted[start : start + 400]))
        found.update(connection.execute(portion, query.parameters).scalars())
    return found


def versions_by_command(
    connection: Connection, initiative: str, command: str
) -> list[tuple[FactVersion, FactVersion | None]]:
    """Return the facts that a command recorded, each with the version that it replaced, in the order of the ledger."""
    ledger = tables.ledger
    query = entries_query().where(
        ledger.c.chain.in_([initiative, REGISTRY]), is_of_command(command), ledger.c.kind.in_(FACT_KINDS)
    )
    found: list[tuple[FactVersion, FactVersion | None]] = []
    for row in connection.execute(query.order_by(ledger.c.chain, ledger.c.version)).all():
        chain, entry, event = row.chain, row.version, json.loads(body_of(row))
        table = tables.REGISTRY_TABLES[event["record"]]
        wanted = {entry, event.get("replaces") or entry}
        rows = connection.execute(select(table).where(table.c.chain == chain, table.c.entry.in_(wanted)))
        by = {fact.entry: _version(event["record"], fact._mapping) for fact in rows}
        found.append((by[entry], by.get(event.get("replaces"))))
    return found


def _version(record: str, row: RowMapping) -> FactVersion:
    of_row = (row[name] for name in ("retracted", "entered_at", "entered_by", "superseded_by"))
    return FactVersion(row["entry"], from_row(RECORDS[record], row), *of_row)
