"""Reads the facts of one record type page by page: filtered, searched and sorted by the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, or_, select, tuple_

from clusterflow.domain.money import Money
from clusterflow.domain.records import RECORDS, Happening, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.labels import label_of
from clusterflow.rules.mistakes import bare_type, reference_fields
from clusterflow.store import tables
from clusterflow.store.columns import from_row
from clusterflow.store.parties import is_related
from clusterflow.store.registry import Fact
from clusterflow.store.text_order import ENYE, fold, folded


class FactState(StrEnum):
    """Which facts a list has."""

    CURRENT = "current"
    """Those that are true today or later. A happening always is."""
    ENDED = "ended"
    ALL = "all"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactQuery:
    """Which facts of a record type to list, and in which order."""

    record: str
    initiative: str
    reader: str
    """Who reads: a shared record that no initiative names yet is shown to who entered it."""
    on: date
    state: FactState = FactState.CURRENT
    search: str = ""
    where: Mapping[str, str | bool] = field(default_factory=dict)
    """Fields with the value that they must have."""
    sort: str | None = None
    """A field; by default the days, newest first, or the key of what has none."""
    descending: bool = False
    related: bool = True
    """Whether shared records must be related to the initiative."""

    @property
    def chain(self) -> str:
        return self.initiative if RECORDS[self.record].of_initiative else REGISTRY

    @property
    def table(self) -> Table:
        return tables.REGISTRY_TABLES[self.record]

    @property
    def parameters(self) -> dict[str, Any]:
        shared = self.chain == REGISTRY and self.related
        return {"initiative": self.initiative, "reader": self.reader} if shared else {}


Cursor = tuple[Any, int]
"""A position in a list: the value that it is sorted by, and the entry of the fact."""


@dataclass(frozen=True, slots=True)
class FactList:
    """One page of facts."""

    facts: tuple[Fact, ...]
    total: int
    first: Cursor | None
    """The position of the first fact; None if there are no facts before it."""
    last: Cursor | None
    """The position of the last fact; None if there are no facts after it."""


def list_facts(
    connection: Connection, query: FactQuery, limit: int, after: Cursor | None = None, before: Cursor | None = None
) -> FactList:
    """Return the facts after or before a position; from the beginning if there is none, or one of another order."""
    table, wanted = query.table, _wanted(query)
    key, descending = _order(query)
    after, before = (one if one is not None and _is_of(one, key) else None for one in (after, before))
    backwards = before is not None
    searched = bool(query.search.strip())
    statement: Select[Any] = select(table, key.label("sort_key")).where(*wanted)
    entry: ColumnElement[Any] = table.c.entry
    if searched:
        # A search reads every name, so the statement that finds the page counts, too.
        found = statement.add_columns(func.count().over().label("total")).cte("found")
        statement, key, entry = select(found), found.c.sort_key, found.c.entry
    position = before if backwards else after
    if position is not None:
        here, there = tuple_(key, entry), tuple_(*position)
        statement = statement.where(here < there if descending ^ backwards else here > there)
    statement = statement.order_by(*_ordered(key, entry, descending ^ backwards)).limit(limit + 1)
    read = connection.execute(statement, query.parameters).all()
    more, rows = len(read) > limit, list(read[:limit])
    if backwards:
        rows = rows[::-1]
    if searched and (rows or position is None):
        total = rows[0].total if rows else 0
    else:
        counting = select(func.count()).select_from(table).where(*wanted)
        total = connection.execute(counting, query.parameters).scalar_one()
    cls = RECORDS[query.record]
    facts = tuple(Fact(query.chain, r.entry, from_row(cls, r._mapping), r.retracted) for r in rows)
    ends: Sequence[Cursor] = [(r.sort_key, r.entry) for r in rows[:1] + rows[-1:]]
    is_first = not more if backwards else after is None
    is_last = before is None and not more
    return FactList(facts, total, None if is_first or not ends else ends[0], None if is_last or not ends else ends[-1])


def _is_of(position: Cursor, key: ColumnElement[Any]) -> bool:
    """Whether a position is one in the order by a key: PostgreSQL compares no values of different types."""
    value, entry = position
    kind = key.type.python_type
    is_stored = all(abs(n) < _TOO_LARGE for n in (value, entry) if isinstance(n, int))
    return is_stored and type(value) in ((int, float) if kind is float else (kind,))


_TOO_LARGE = 2**63


def facts_after(connection: Connection, query: FactQuery, after: int, limit: int) -> list[Fact]:
    """Return the facts whose ledger entry has a greater number, in the order of their entries."""
    table, cls = query.table, RECORDS[query.record]
    statement = select(table).where(*_wanted(query), table.c.entry > after).order_by(table.c.entry).limit(limit)
    rows = connection.execute(statement, query.parameters)
    return [Fact(query.chain, r.entry, from_row(cls, r._mapping), r.retracted) for r in rows]


def _ordered(key: ColumnElement[Any], entry: ColumnElement[Any], descending: bool) -> tuple[ColumnElement[Any], ...]:
    columns = (key, entry)
    return tuple(c.desc() for c in columns) if descending else columns


def _wanted(query: FactQuery) -> list[ColumnElement[bool]]:
    table = query.table
    found = [table.c.chain == query.chain, table.c.superseded_at.is_(None)]
    found.append(table.c.retracted.is_(query.state is FactState.WITHDRAWN))
    if not issubclass(RECORDS[query.record], Happening):
        if query.state is FactState.CURRENT:
            found.append(or_(table.c.valid_to.is_(None), table.c.valid_to >= query.on))
        elif query.state is FactState.ENDED:
            found.append(table.c.valid_to < query.on)
    if query.parameters:
        found.append(is_related(query.record))
    for name, value in query.where.items():
        found.append(table.c[name].is_(value) if isinstance(value, bool) else table.c[name] == value)
    if query.search.strip():
        found.append(_contains(query))
    return found


def _contains(query: FactQuery) -> ColumnElement[bool]:
    """Build the condition that each word is in a text of the record, or in the name of a record that it refers to."""
    table, cls = query.table, RECORDS[query.record]
    targets = dict(reference_fields(cls))
    texts = [n for n, f in cls.model_fields.items() if n not in targets and bare_type(f.annotation) is str]
    conditions = []
    for word in (fold(query.search) or "").replace(ENYE, "n").split()[:5]:
        found = [_has(table.c[name], word) for name in texts]
        for name, target in targets.items():
            other = tables.REGISTRY_TABLES[target]
            named = select(other.c.id).where(
                *_holding(other, target, query.chain), _has(other.c[label_of(target)], word)
            )
            found += [table.c[name].in_(named), _has(table.c[name], word)]
        conditions.append(or_(*found))
    return and_(*conditions)


def _has(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return func.replace(folded(column), ENYE, "n").contains(word, autoescape=True)


def _holding(table: Table, record: str, chain: str) -> tuple[ColumnElement[bool], ...]:
    of = chain if RECORDS[record].of_initiative else REGISTRY
    return (table.c.chain == of, table.c.superseded_at.is_(None), table.c.retracted.is_(False))


def _order(query: FactQuery) -> tuple[ColumnElement[Any], bool]:
    """Return the expression that a list is sorted by, and whether it falls."""
    table, cls = query.table, RECORDS[query.record]
    if query.sort is None:
        if issubclass(cls, Happening):
            return table.c.valid_from, True
        return table.c[cls.key[0]], query.descending
    target = dict(reference_fields(cls)).get(query.sort)
    if target is not None:
        other = tables.REGISTRY_TABLES[target]
        label = (
            select(folded(other.c[label_of(target)]))
            .where(*_holding(other, target, query.chain), other.c.id == table.c[query.sort])
            .order_by(other.c.valid_from.desc())
            .limit(1)
            .scalar_subquery()
        )
        return func.coalesce(label, folded(table.c[query.sort]), ""), query.descending
    return _sortable(query), query.descending


def _sortable(query: FactQuery) -> ColumnElement[Any]:
    """Return a field as a value that is never empty; empty fields come first."""
    assert query.sort is not None  # noqa: S101 - the caller sorts by a field
    kind = bare_type(RECORDS[query.record].model_fields[query.sort].annotation)
    if kind is Money:
        return func.coalesce(query.table.c[f"{query.sort}_minor"], _LOWEST)
    column = query.table.c[query.sort]
    if kind is date or query.sort == "valid_to":
        return func.coalesce(column, date.max if query.sort == "valid_to" else date.min)
    if kind is bool:
        return func.coalesce(column, False)
    if kind in (int, float):
        return func.coalesce(column, _LOWEST)
    return func.coalesce(folded(column), "")


_LOWEST = -(10**18)


def labels(connection: Connection, record: str, chain: str, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of records by id, the latest one of each."""
    found, wanted = dict[str, str](), sorted(set(ids))
    table, label = tables.REGISTRY_TABLES[record], label_of(record)
    for start in range(0, len(wanted), 400):
        portion = wanted[start : start + 400]
        query = select(table.c.id, table.c[label]).where(*_holding(table, record, chain), table.c.id.in_(portion))
        found.update((row[0], row[1]) for row in connection.execute(query.order_by(table.c.valid_from)))
    return found


def latest_records(connection: Connection, record: str, chain: str, ids: Iterable[str]) -> dict[str, Record]:
    """Return the records of a type by id, the latest fact of each."""
    found, wanted, table = dict[str, Record](), sorted(set(ids)), tables.REGISTRY_TABLES[record]
    for start in range(0, len(wanted), 400):
        query = select(table).where(*_holding(table, record, chain), table.c.id.in_(wanted[start : start + 400]))
        for row in connection.execute(query.order_by(table.c.valid_from)):
            found[row.id] = from_row(RECORDS[record], row._mapping)
    return found


def find_by_name(connection: Connection, query: FactQuery, text: str, limit: int = 5) -> dict[str, str]:
    """Return the records of a type that a text names, by id with their names: the id itself, or an equal name."""
    table, label = query.table, label_of(query.record)
    holds = [*_holding(table, query.record, query.chain), *([is_related(query.record)] if query.parameters else [])]
    named = select(table.c.id, table.c[label]).where(*holds)
    exact = connection.execute(named.where(table.c.id == text).limit(1), query.parameters).all()
    rows = (
        exact
        or connection.execute(
            named.where(folded(table.c[label]) == fold(text)).order_by(table.c.id).limit(limit), query.parameters
        ).all()
    )
    return {row[0]: row[1] for row in rows}


def offered(connection: Connection, query: FactQuery, limit: int) -> list[tuple[str, str]]:
    """Return the records of a type to choose from, by name; more than ``limit`` are not listed, but one more is."""
    table, label = query.table, label_of(query.record)
    holds = [*_holding(table, query.record, query.chain), *([is_related(query.record)] if query.parameters else [])]
    rows: Select[Any] = select(table.c.id, func.max(table.c[label])).where(*holds).group_by(table.c.id).limit(limit + 1)
    return sorted(((r[0], r[1]) for r in connection.execute(rows, query.parameters)), key=lambda r: fold(r[1]) or "")


def counts_by_type(connection: Connection, initiative: str, records: Sequence[str]) -> dict[str, int]:
    """Return the number of facts that hold, by record type."""
    found = {}
    for name in records:
        table = tables.REGISTRY_TABLES[name]
        query = select(func.count()).select_from(table).where(*_holding(table, name, initiative))
        found[name] = connection.execute(query).scalar_one()
    return found


def types_with_facts(connection: Connection, initiative: str, records: Iterable[str]) -> frozenset[str]:
    """Return the record types of which an initiative has a fact that holds, by one statement."""
    found = (exists().where(*_holding(tables.REGISTRY_TABLES[name], name, initiative)).label(name) for name in records)
    return frozenset(name for name, is_there in connection.execute(select(*found)).mappings().one().items() if is_there)
