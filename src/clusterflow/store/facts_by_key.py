"""Finds facts by many keys at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
)

from clusterflow.domain.records import RECORDS, Record
from clusterflow.store import tables
from clusterflow.store.columns import from_row
from clusterflow.store.registry import Fact


def facts_of_many(connection: Connection, cls: type[Record], keys: Iterable[tuple[str, ...]]) -> Iterator[Fact]:
    """Yield the facts of a type with some keys, each (chain, values of the key without the first day) as a tuple.

    As ``facts_of``: those that are not superseded, retracted ones included, in the order of their first days.
    """
    wanted = json.dumps(sorted(keys))
    rows = connection.execute(_facts_with_keys(cls.type, connection.dialect.name), {"keys": wanted})
    for row in rows:
        yield Fact(row.chain, row.entry, from_row(cls, row._mapping), row.retracted, row.replaced_on)


def facts_of_entries(
    connection: Connection, record: str, entries: Iterable[tuple[str, int]]
) -> Iterator[tuple[str, int, Record, str]]:
    """Yield (chain, entry, record, salt) of the facts of a type that some entries, as (chain, number), recorded."""
    cls, wanted = RECORDS[record], json.dumps(list(entries))
    for row in connection.execute(_facts_with_entries(record, connection.dialect.name), {"keys": wanted}):
        yield row.chain, row.entry, from_row(cls, row._mapping), row.salt


@cache
def _facts_with_keys(record: str, dialect: str) -> Select[Any]:
    """Return the statement for the facts with the keys of a JSON list: one parameter, however many there are."""
    table = tables.REGISTRY_TABLES[record]
    columns = [table.c.chain, *(table.c[k] for k in RECORDS[record].key if k != "valid_from")]
    query = _with_values(table, columns, dialect)
    return query.where(table.c.superseded_at.is_(None)).order_by(table.c.valid_from)


@cache
def _facts_with_entries(record: str, dialect: str) -> Select[Any]:
    table = tables.REGISTRY_TABLES[record]
    return _with_values(table, [table.c.chain, table.c.entry], dialect)


def _with_values(table: Table, columns: Sequence[Column[Any]], dialect: str) -> Select[Any]:
    """Return the statement for the rows whose columns have the values of one of the lists in a JSON list."""
    if dialect == "sqlite":
        wanted = func.json_each(bindparam("keys")).table_valued("value")
        parts: list[ColumnElement[Any]] = [func.json_extract(wanted.c.value, f"$[{n}]") for n in range(len(columns))]
    else:
        # Start-up time: SQLite needs nothing of PostgreSQL's dialect.
        from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415

        wanted = func.jsonb_array_elements(cast(bindparam("keys"), JSONB)).table_valued(column("value", JSONB))
        texts = [wanted.c.value[n].astext for n in range(len(columns))]
        parts = [
            cast(text, BigInteger) if isinstance(mine.type, BigInteger) else text
            for mine, text in zip(columns, texts, strict=True)
        ]
    same = and_(*(mine == part for mine, part in zip(columns, parts, strict=True)))
    return select(table).select_from(wanted).join(table, same)
