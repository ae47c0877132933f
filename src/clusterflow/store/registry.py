"""Reads and writes the recorded facts: one table for each record type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Initiative, Person
from clusterflow.rules.work_calendar import WorkCalendar, no_corrections, public_holidays
from clusterflow.store import tables
from clusterflow.store.bulk import insert_many
from clusterflow.store.columns import from_row, to_row
from clusterflow.store.database import CORRECTED_DAYS, PUBLIC_HOLIDAYS

R = TypeVar("R", bound=Record)

STREAMED = {"yield_per": 1000}
"""Execution options for large results: this number of rows is held in memory at a time."""

MOST_NAMED = 5000
"""The most initiatives that one statement names: SQLite accepts 32,766 parameters, and PostgreSQL 65,535."""

_CHUNK = 400
"""A statement takes a limited number of bound parameters, so keys are read in portions."""


class Fact(NamedTuple):
    """A record in the registry, identified by the ledger entry that entered it."""

    chain: str
    entry: int
    record: Record
    retracted: bool = False
    replaced_on: date | None = None
    """The first day on which a later fact with the same key counts instead, if it was read (``facts_of_many``)."""


class NewFact(NamedTuple):
    """A fact that is to be written, with the salt of its digest, and when and by whom it was entered."""

    fact: Fact
    salt: str
    at: datetime
    by: str
    replaced_on: date | None = None


class Superseded(NamedTuple):
    """The entry of a fact, and the later entry of the same chain that replaces it."""

    record: str
    chain: str
    entry: int
    by_entry: int
    at: datetime


def chain_of(cls: type[Record], initiative: str | None) -> str:
    return initiative if cls.of_initiative and initiative else REGISTRY


def facts_of(
    connection: Connection, cls: type[Record], chain: str, identities: Iterable[tuple[str, ...]] | None = None
) -> list[Fact]:
    """Return the facts of a type that are not superseded, retracted ones included: all, or those of some identities."""
    rows: list[Any] = []
    # Where the key contains ``valid_from``, the caller compares it: a day is not a text.
    key = [k for k in cls.key if k != "valid_from"]
    everything = identities is None or not key
    wanted = sorted({identity[: len(key)] for identity in identities or ()})
    if everything:
        rows = list(connection.execute(_facts(cls.type), {"chain": chain}))
    elif len(wanted) == 1:
        parameters = {"chain": chain} | dict(zip(key, wanted[0], strict=True))
        rows = list(connection.execute(_facts_of_one(cls.type), parameters))
    else:
        for start in range(0, len(wanted), _CHUNK):
            portion = {"chain": chain, "identities": wanted[start : start + _CHUNK]}
            rows.extend(connection.execute(_facts_of_many(cls.type), portion))
    return [Fact(chain, r.entry, from_row(cls, r._mapping), r.retracted) for r in rows]


# Each statement is built once for a record type, because SQLAlchemy takes longer to build it than to run it. An
# expanding list is rendered at each run, which takes as long again; so the usual single key has its own statement.


@cache
def _facts(record: str) -> Select[Any]:
    table = tables.REGISTRY_TABLES[record]
    true = (table.c.chain == bindparam("chain"), table.c.superseded_at.is_(None))
    return select(table).where(*true).order_by(table.c.valid_from)


@cache
def _facts_of_one(record: str) -> Select[Any]:
    return _facts(record).where(*(column == bindparam(column.name) for column in _key(record)))


@cache
def _facts_of_many(record: str) -> Select[Any]:
    return _facts(record).where(tuple_(*_key(record)).in_(bindparam("identities", expanding=True)))


def _key(record: str) -> list[Column[Any]]:
    table = tables.REGISTRY_TABLES[record]
    return [table.c[k] for k in RECORDS[record].key if k != "valid_from"]


@cache
def _supersede(record: str) -> Update:
    table = tables.REGISTRY_TABLES[record]
    return update(table).where(table.c.chain == bindparam("of_chain"), table.c.entry == bindparam("of_entry"))


def _is_current(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (table.c.superseded_at.is_(None), table.c.retracted.is_(False))


@cache
def _existing(record: str) -> Select[Any]:
    table = tables.REGISTRY_TABLES[record]
    column = table.c[RECORDS[record].key[0]]
    return select(column).distinct().where(table.c.chain == bindparam("chain"), *_is_current(table))


@cache
def _existing_one(record: str) -> Select[Any]:
    column = tables.REGISTRY_TABLES[record].c[RECORDS[record].key[0]]
    return _existing(record).where(column == bindparam("id"))


@cache
def _existing_many(record: str) -> Select[Any]:
    column = tables.REGISTRY_TABLES[record].c[RECORDS[record].key[0]]
    return _existing(record).where(column.in_(bindparam("ids", expanding=True)))


def insert_facts(connection: Connection, facts: Iterable[NewFact]) -> None:
    """Write facts, each with the number of its own ledger entry."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for fact, salt, at, by, replaced_on in facts:
        row = to_row(fact.record)
        row.update(
            chain=fact.chain, entry=fact.entry, entered_at=at, entered_by=by, retracted=fact.retracted, salt=salt,
            superseded_by=None, superseded_at=None, replaced_on=replaced_on,
        )  # fmt: skip
        by_type.setdefault(fact.record.type, []).append(row)
    for name, rows in by_type.items():
        insert_many(connection, tables.REGISTRY_TABLES[name], rows)


def supersede(connection: Connection, facts: Iterable[Superseded]) -> None:
    """Mark facts as superseded by later entries; their values stay unchanged."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for record, chain, entry, by_entry, at in facts:
        row = {"of_chain": chain, "of_entry": entry, "superseded_by": by_entry, "superseded_at": at}
        by_type.setdefault(record, []).append(row)
    for name, rows in by_type.items():
        connection.execute(_supersede(name), rows)


def ids_of_type(connection: Connection, record: str, chain: str = REGISTRY) -> list[str]:
    """Return every id of a record type, to check references and to suggest the nearest one."""
    table = tables.REGISTRY_TABLES[record]
    column = table.c[RECORDS[record].key[0]]
    query = select(column).distinct().where(table.c.chain == chain, table.c.superseded_at.is_(None))
    return list(connection.execute(query.where(table.c.retracted.is_(False))).scalars())


def existing_ids(connection: Connection, record: str, chain: str, ids: Iterable[str]) -> set[str]:
    """Return those of the ids that exist in the registry."""
    found: set[str] = set()
    wanted = sorted(set(ids))
    if len(wanted) == 1:
        return {row[0] for row in connection.execute(_existing_one(record), {"chain": chain, "id": wanted[0]})}
    for start in range(0, len(wanted), _CHUNK):
        parameters = {"chain": chain, "ids": wanted[start : start + _CHUNK]}
        found.update(row[0] for row in connection.execute(_existing_many(record), parameters))
    return found


_PARTIES = ("organisation", "body")


def parties(
    connection: Connection, chain: str, types: Iterable[str], since: int, until: int, limit: int
) -> tuple[tuple[str, str], ...]:
    """Return the organisations and bodies that the facts of some entries concern, as (record type, id)."""
    found: set[tuple[str, str]] = set()
    for name in types:
        table = tables.REGISTRY_TABLES[name]
        for party in _PARTIES:
            column = table.c.id if name == party else table.c.get(party)
            if column is not None:
                query = select(column).distinct().where(table.c.chain == chain, table.c.entry.between(since, until))
                found_ids = connection.execute(query.where(column.is_not(None)).limit(limit)).scalars()
                found |= {(party, one) for one in found_ids}
    return tuple(sorted(found))


def parties_of(connection: Connection, chain: str) -> dict[int, list[tuple[str, str]]]:
    """Return the organisations and bodies that the facts of a chain concern, by ledger entry."""
    found: dict[int, list[tuple[str, str]]] = {}
    for row in connection.execute(_parties_by_entry(), {"chain": chain}):
        found.setdefault(row.entry, []).append((row.what, row.party))
    return found


@cache
def _parties_by_entry() -> Select[Any]:
    queries = []
    for name, table in tables.REGISTRY_TABLES.items():
        for party in _PARTIES:
            column = table.c.id if name == party else table.c.get(party)
            if column is not None:
                of_chain = select(table.c.entry, literal(party).label("what"), column.label("party"))
                queries.append(of_chain.where(table.c.chain == bindparam("chain"), column.is_not(None)))
    found = union_all(*queries).subquery()
    return select(found).order_by(found.c.entry, found.c.what, found.c.party)


def current(connection: Connection, cls: type[Record], chain: str, on: date, **where: Any) -> list[Any]:
    """Return the records of a type that are valid on a day, the latest start of each key.

    Args:
        where: the value of a field, or a list of accepted values.
    """
    query = _current(cls.type, frozenset((name, isinstance(value, list)) for name, value in where.items()))
    latest: dict[tuple[str, ...], Record] = {}
    for row in connection.execute(query, {"of_chain": chain, "on_day": on, **where}):
        record = from_row(cls, row._mapping)
        latest[record.identity()] = record
    return [r for r in latest.values() if r.valid_to is None or r.valid_to >= on]


@cache
def _current(record: str, where: frozenset[tuple[str, bool]]) -> Select[Any]:
    """Return the statement for ``current``; ``where`` names the fields, and whether the value is a list."""
    table, cls = tables.REGISTRY_TABLES[record], RECORDS[record]
    conditions = [
        table.c[n].in_(bindparam(n, expanding=True)) if is_list else table.c[n] == bindparam(n) for n, is_list in where
    ]
    names = {name for name, _ in where}
    if cls.of_initiative or not names or cls.key[0] in names:
        conditions.append(table.c.chain == bindparam("of_chain"))
    # Else: all records of the type are on one chain. With the chain in the statement, SQLite would read them all, and
    # not use the index of the column that is asked for.
    true = (*_is_current(table), table.c.valid_from <= bindparam("on_day"))
    return select(table).where(*true, *conditions).order_by(table.c.valid_from)


def people_by_id(connection: Connection, on: date, ids: Sequence[str]) -> dict[str, Person]:
    """Return the people with these ids whose records are valid on a day."""
    table, latest = tables.REGISTRY_TABLES["person"], dict[str, Person]()
    for start in range(0, len(ids), _CHUNK):
        query = select(table).where(table.c.chain == REGISTRY, *_is_current(table), table.c.valid_from <= on)
        query = query.where(table.c.id.in_(ids[start : start + _CHUNK])).order_by(table.c.valid_from)
        for row in connection.execute(query):
            latest[row.id] = from_row(Person, row._mapping)
    return {i: p for i, p in latest.items() if p.valid_to is None or p.valid_to >= on}


def initiative_records(connection: Connection, on: date, ids: Sequence[str] | None = None) -> dict[str, Initiative]:
    """Return the own records of initiatives on a day, by id; before its start, the first record of an initiative."""
    rows: dict[str, Row[Any]] = {}
    portions = [None] if ids is None else [ids[n : n + MOST_NAMED] for n in range(0, len(ids), MOST_NAMED)]
    for some in portions:
        for row in connection.execute(_ALL if some is None else _SOME, {} if some is None else {"ids": list(some)}):
            if row.id not in rows or row.valid_from <= on:
                rows[row.id] = row
    return {initiative: from_row(Initiative, row._mapping) for initiative, row in rows.items()}


class InitiativeProfile(NamedTuple):
    """The name, time zone, country and region of an initiative, without the rest of its record."""

    initiative: str
    name: str
    timezone: str
    country: str
    subdivision: str | None
    calendar: WorkCalendar


def profiles_of(connection: Connection, on: date, ids: Sequence[str]) -> dict[str, InitiativeProfile]:
    """Return the profiles of initiatives on a day, by id; before its start, by the first record of an initiative."""
    found: dict[str, InitiativeProfile] = {}
    for begins, initiative, name, zone, country, region in connection.execute(_PROFILES, {"ids": list(ids)}):
        if initiative not in found or begins <= on:
            calendar = work_calendar(connection, zone, country, region)
            found[initiative] = InitiativeProfile(initiative, name, zone, country, region, calendar)
    return found


def calendar_of(connection: Connection, on: date, initiative: str) -> WorkCalendar:
    """Return the work calendar of an initiative; UTC and no country if it has no record."""
    calendar = None
    for row in connection.execute(_CALENDARS, {"id": initiative}):
        if calendar is None or row.valid_from <= on:
            calendar = work_calendar(connection, row.timezone, row.country, row.subdivision)
    return calendar or work_calendar(connection)


def work_calendar(
    connection: Connection, timezone: str = "UTC", country: str | None = None, subdivision: str | None = None
) -> WorkCalendar:
    """Return a work calendar with the corrections of the office that opened the database."""
    options = connection.get_execution_options()
    corrections = options.get(CORRECTED_DAYS, no_corrections)
    return WorkCalendar(timezone, country, subdivision, corrections, options.get(PUBLIC_HOLIDAYS, public_holidays))


_INITIATIVE = tables.REGISTRY_TABLES["initiative"]
_ON_RECORD = (_INITIATIVE.c.chain == REGISTRY, *_is_current(_INITIATIVE))
_ALL = select(_INITIATIVE).where(*_ON_RECORD).order_by(_INITIATIVE.c.valid_from)
_SOME = _ALL.where(_INITIATIVE.c.id.in_(bindparam("ids", expanding=True)))
_PROFILES = _SOME.with_only_columns(
    *(_INITIATIVE.c[n] for n in ("valid_from", "id", "name", "timezone", "country", "subdivision"))
)
_CALENDARS = _ALL.where(_INITIATIVE.c.id == bindparam("id")).with_only_columns(
    _INITIATIVE.c.valid_from, _INITIATIVE.c.timezone, _INITIATIVE.c.country, _INITIATIVE.c.subdivision
)


def all_rows(connection: Connection, chain: str) -> Iterator[tuple[type[Record], RowMapping]]:
    """Yield every row of a chain, superseded and retracted ones included."""
    for name, table in tables.REGISTRY_TABLES.items():
        for row in connection.execute(select(table).where(table.c.chain == chain).order_by(table.c.entry)):
            yield RECORDS[name], row._mapping


def iterate_facts(connection: Connection, cls: type[R], retracted: bool = False) -> Iterator[tuple[str, R]]:
    """Yield (chain, record) for the facts of a type that are not superseded, in the order of chains and entries.

    Args:
        retracted: yield the retracted facts instead of those that hold.
    """
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(table.c.superseded_at.is_(None), table.c.retracted.is_(retracted))
    for row in connection.execute(query.order_by(table.c.chain, table.c.entry), execution_options=STREAMED):
        yield row.chain, from_row(cls, row._mapping)


def tax_ids(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield (organisation, tax id) of every fact that holds and has a tax id, as it is written."""
    table = tables.REGISTRY_TABLES["organisation"]
    query = select(table.c.id, table.c.tax_id).where(table.c.chain == REGISTRY, *_is_current(table))
    for row in connection.execute(query.where(table.c.tax_id.is_not(None)), execution_options=STREAMED):
        yield row.id, row.tax_id


def changed_identities(connection: Connection, cls: type[Record]) -> set[tuple[str, tuple[str, ...]]]:
    """Return (chain, identity) of what has several facts of a type that hold, from several days."""
    if "valid_from" in cls.key:
        return set()
    table = tables.REGISTRY_TABLES[cls.type]
    columns = (table.c.chain, *_key(cls.type))
    query = select(*columns).where(*_is_current(table)).group_by(*columns).having(func.count() > 1)
    return {(chain, tuple(key)) for chain, *key in connection.execute(query)}


def counts(connection: Connection, chain: str) -> Mapping[str, int]:
    """Return the number of current facts of each type on a chain."""
    found = {}
    for name, table in tables.REGISTRY_TABLES.items():
        query = select(table.c.entry).where(
            table.c.chain == chain, table.c.superseded_at.is_(None), table.c.retracted.is_(False)
        )
        number = len(connection.execute(query).all())
        if number:
            found[name] = number
    return found
