"""The recorded facts, as rows: which hold, who is who, and what is known under which name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_, update

from clusterflow.model.records import RECORDS, Record
from clusterflow.model.records.base import REGISTRY
from clusterflow.model.records.parties import Initiative
from clusterflow.store import tables
from clusterflow.store.columns import from_row, to_row

_CHUNK = 400
"""Bound parameters in one statement have a limit; keys are asked for in portions."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A record as the registry holds it, named by the ledger entry that brought it."""

    chain: str
    entry: int
    record: Record
    retracted: bool = False


def chain_of(cls: type[Record], initiative: str | None) -> str:
    return initiative if cls.of_initiative and initiative else REGISTRY


def facts_of(
    connection: Connection, cls: type[Record], chain: str, identities: Iterable[tuple[str, ...]] | None = None
) -> list[Fact]:
    """The facts of a type that hold (none superseded, retracted ones included), all or those of some identities."""
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(table.c.chain == chain, table.c.superseded_at.is_(None)).order_by(table.c.valid_from)
    rows: list[Any] = []
    # The day of happenings that are identified by it is compared by the caller: days are no texts.
    key = [table.c[k] for k in cls.key if k != "valid_from"]
    if identities is None or not key:
        rows = list(connection.execute(query))
    else:
        wanted = sorted({identity[: len(key)] for identity in identities})
        for start in range(0, len(wanted), _CHUNK):
            portion = wanted[start : start + _CHUNK]
            rows.extend(connection.execute(query.where(tuple_(*key).in_(portion))))
    return [Fact(chain, r.entry, from_row(cls, r._mapping), r.retracted) for r in rows]


def insert_facts(connection: Connection, facts: Sequence[Fact], salts: Sequence[str], at: datetime, by: str) -> None:
    """Write facts, each under its own ledger entry."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for fact, salt in zip(facts, salts, strict=True):
        by_type.setdefault(fact.record.type, []).append(
            {
                "chain": fact.chain, "entry": fact.entry, "entered_at": at, "entered_by": by,
                "retracted": fact.retracted, "salt": salt, **to_row(fact.record),
            }
        )  # fmt: skip
    for name, rows in by_type.items():
        connection.execute(insert(tables.REGISTRY_TABLES[name]), rows)


def supersede(connection: Connection, fact: Fact, by_entry: int, at: datetime) -> None:
    """Mark that a later entry took the fact's place; the row itself stays as it was."""
    table = tables.REGISTRY_TABLES[fact.record.type]
    connection.execute(
        update(table)
        .where(table.c.chain == fact.chain, table.c.entry == fact.entry)
        .values(superseded_by=by_entry, superseded_at=at)
    )


def names(connection: Connection, record: str, chain: str = REGISTRY) -> list[str]:
    """Every id that a record type has, to check references and to offer the nearest."""
    table = tables.REGISTRY_TABLES[record]
    column = table.c[RECORDS[record].key[0]]
    query = select(column).distinct().where(table.c.chain == chain, table.c.superseded_at.is_(None))
    return list(connection.execute(query.where(table.c.retracted.is_(False))).scalars())


def existing(connection: Connection, record: str, chain: str, ids: Iterable[str]) -> set[str]:
    """Those of the ids that the registry knows."""
    table = tables.REGISTRY_TABLES[record]
    column = table.c[RECORDS[record].key[0]]
    found: set[str] = set()
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        query = select(column).distinct().where(
            table.c.chain == chain, table.c.superseded_at.is_(None), table.c.retracted.is_(False),
            column.in_(wanted[start : start + _CHUNK]),
        )  # fmt: skip
        found.update(connection.execute(query).scalars())
    return found


def current(connection: Connection, cls: type[Record], chain: str, on: date, **where: Any) -> list[Any]:
    """The records of a type that are true on a day, the latest start of each key."""
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(
        table.c.chain == chain, table.c.superseded_at.is_(None), table.c.retracted.is_(False), table.c.valid_from <= on,
        *[table.c[name] == value for name, value in where.items()],
    )  # fmt: skip
    latest: dict[tuple[str, ...], Record] = {}
    for row in connection.execute(query.order_by(table.c.valid_from)):
        record = from_row(cls, row._mapping)
        latest[record.identity()] = record
    return [r for r in latest.values() if r.valid_to is None or r.valid_to >= on]


def initiative_records(connection: Connection, on: date, ids: Sequence[str] | None = None) -> dict[str, Initiative]:
    """What is recorded of the initiatives themselves on a day, by id; before they began, their first record."""
    table = tables.REGISTRY_TABLES["initiative"]
    query = select(table).where(table.c.superseded_at.is_(None), table.c.retracted.is_(False))
    if ids is not None:
        query = query.where(table.c.id.in_(ids))
    found: dict[str, Initiative] = {}
    for row in connection.execute(query.order_by(table.c.valid_from)):
        if row.id not in found or row.valid_from <= on:
            found[row.id] = from_row(Initiative, row._mapping)
    return found


def counts(connection: Connection, chain: str) -> Mapping[str, int]:
    """How many facts of each type hold on a chain."""
    found = {}
    for name, table in tables.REGISTRY_TABLES.items():
        query = select(table.c.entry).where(
            table.c.chain == chain, table.c.superseded_at.is_(None), table.c.retracted.is_(False)
        )
        number = len(connection.execute(query).all())
        if number:
            found[name] = number
    return found
