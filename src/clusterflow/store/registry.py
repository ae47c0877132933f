"""The recorded facts, as rows: which hold, who is who, and what is known under which name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Row,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Initiative, Person
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import tables
from clusterflow.store.columns import from_row, to_row

R = TypeVar("R", bound=Record)

STREAMED = {"yield_per": 1000}
"""For what may be large: so many rows are held at a time."""

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
    rows: list[Any] = []
    # The day of happenings that are identified by it is compared by the caller: days are no texts.
    key = [k for k in cls.key if k != "valid_from"]
    everything = identities is None or not key
    wanted = sorted({identity[: len(key)] for identity in identities or ()})
    if everything:
        rows = list(connection.execute(_facts(cls.type), {"chain": chain}))
    elif len(wanted) == 1:
        asked = {"chain": chain} | dict(zip(key, wanted[0], strict=True))
        rows = list(connection.execute(_facts_of_one(cls.type), asked))
    else:
        for start in range(0, len(wanted), _CHUNK):
            portion = {"chain": chain, "identities": wanted[start : start + _CHUNK]}
            rows.extend(connection.execute(_facts_of_many(cls.type), portion))
    return [Fact(chain, r.entry, from_row(cls, r._mapping), r.retracted) for r in rows]


# Each statement is built once for a record type: to build one takes SQLAlchemy longer than to run it. A list is written
# into the statement each time it runs, which takes as long again, so the usual single one has a statement of its own.


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
def _insert(record: str) -> Insert:
    return insert(tables.REGISTRY_TABLES[record])


@cache
def _supersede(record: str) -> Update:
    table = tables.REGISTRY_TABLES[record]
    return update(table).where(table.c.chain == bindparam("of_chain"), table.c.entry == bindparam("of_entry"))


def _held(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (table.c.superseded_at.is_(None), table.c.retracted.is_(False))


@cache
def _existing(record: str) -> Select[Any]:
    table = tables.REGISTRY_TABLES[record]
    column = table.c[RECORDS[record].key[0]]
    return select(column).distinct().where(table.c.chain == bindparam("chain"), *_held(table))


@cache
def _existing_one(record: str) -> Select[Any]:
    column = tables.REGISTRY_TABLES[record].c[RECORDS[record].key[0]]
    return _existing(record).where(column == bindparam("id"))


@cache
def _existing_many(record: str) -> Select[Any]:
    column = tables.REGISTRY_TABLES[record].c[RECORDS[record].key[0]]
    return _existing(record).where(column.in_(bindparam("ids", expanding=True)))


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
        connection.execute(_insert(name), rows)


def supersede(connection: Connection, fact: Fact, by_entry: int, at: datetime) -> None:
    """Mark that a later entry took the fact's place; the row itself stays as it was."""
    this = {"of_chain": fact.chain, "of_entry": fact.entry}
    connection.execute(_supersede(fact.record.type), {**this, "superseded_by": by_entry, "superseded_at": at})


def ids_of_type(connection: Connection, record: str, chain: str = REGISTRY) -> list[str]:
    """Every id that a record type has, to check references and to offer the nearest."""
    table = tables.REGISTRY_TABLES[record]
    column = table.c[RECORDS[record].key[0]]
    query = select(column).distinct().where(table.c.chain == chain, table.c.superseded_at.is_(None))
    return list(connection.execute(query.where(table.c.retracted.is_(False))).scalars())


def existing_ids(connection: Connection, record: str, chain: str, ids: Iterable[str]) -> set[str]:
    """Those of the ids that the registry knows."""
    found: set[str] = set()
    wanted = sorted(set(ids))
    if len(wanted) == 1:
        return {row[0] for row in connection.execute(_existing_one(record), {"chain": chain, "id": wanted[0]})}
    for start in range(0, len(wanted), _CHUNK):
        asked = {"chain": chain, "ids": wanted[start : start + _CHUNK]}
        found.update(row[0] for row in connection.execute(_existing_many(record), asked))
    return found


_PARTIES = ("organisation", "body")


def parties(
    connection: Connection, chain: str, types: Iterable[str], since: int, until: int, limit: int
) -> tuple[tuple[str, str], ...]:
    """The organisations and bodies that facts are about, entered from one entry to another: what they are, and id."""
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
    """The organisations and bodies that the facts of a chain are about, by the entry that brought the fact."""
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
    """The records of a type that are true on a day, the latest start of each key.

    Args:
        where: what a field holds, or a list of what it may hold.
    """
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(
        table.c.chain == chain, table.c.superseded_at.is_(None), table.c.retracted.is_(False), table.c.valid_from <= on,
        *[table.c[n].in_(v) if isinstance(v, list) else table.c[n] == v for n, v in where.items()],
    )  # fmt: skip
    latest: dict[tuple[str, ...], Record] = {}
    for row in connection.execute(query.order_by(table.c.valid_from)):
        record = from_row(cls, row._mapping)
        latest[record.identity()] = record
    return [r for r in latest.values() if r.valid_to is None or r.valid_to >= on]


def people_by_id(connection: Connection, on: date, ids: Sequence[str]) -> dict[str, Person]:
    """Those of some people whom the registry knows on a day."""
    table, latest = tables.REGISTRY_TABLES["person"], dict[str, Person]()
    for start in range(0, len(ids), _CHUNK):
        query = select(table).where(table.c.chain == REGISTRY, *_held(table), table.c.valid_from <= on)
        query = query.where(table.c.id.in_(ids[start : start + _CHUNK])).order_by(table.c.valid_from)
        for row in connection.execute(query):
            latest[row.id] = from_row(Person, row._mapping)
    return {i: p for i, p in latest.items() if p.valid_to is None or p.valid_to >= on}


def initiative_records(connection: Connection, on: date, ids: Sequence[str] | None = None) -> dict[str, Initiative]:
    """What is recorded of the initiatives themselves on a day, by id; before they began, their first record."""
    rows: dict[str, Row[Any]] = {}
    asked = {} if ids is None else {"ids": list(ids)}
    for row in connection.execute(_ALL if ids is None else _SOME, asked):
        if row.id not in rows or row.valid_from <= on:
            rows[row.id] = row
    return {initiative: from_row(Initiative, row._mapping) for initiative, row in rows.items()}


@dataclass(frozen=True, slots=True)
class InitiativeProfile:
    """Where an initiative is, and what it is called: all that is asked of many at a time."""

    initiative: str
    name: str
    timezone: str
    country: str

    @property
    def calendar(self) -> WorkCalendar:
        return WorkCalendar(self.timezone, self.country)


def profiles_of(connection: Connection, on: date, ids: Sequence[str]) -> dict[str, InitiativeProfile]:
    """Where some initiatives are on a day, by id; before they began, as their first record says."""
    found: dict[str, InitiativeProfile] = {}
    for begins, initiative, *home in connection.execute(_HOMES, {"ids": list(ids)}):
        if initiative not in found or begins <= on:
            found[initiative] = InitiativeProfile(initiative, *home)
    return found


def calendar_of(connection: Connection, on: date, initiative: str) -> WorkCalendar:
    """The calendar by which an initiative counts its days; UTC and no country where none is recorded."""
    calendar = None
    for row in connection.execute(_CALENDARS, {"id": initiative}):
        if calendar is None or row.valid_from <= on:
            calendar = WorkCalendar(row.timezone, row.country)
    return calendar or WorkCalendar()


_INITIATIVE = tables.REGISTRY_TABLES["initiative"]
_ON_RECORD = (_INITIATIVE.c.chain == REGISTRY, *_held(_INITIATIVE))
_ALL = select(_INITIATIVE).where(*_ON_RECORD).order_by(_INITIATIVE.c.valid_from)
_SOME = _ALL.where(_INITIATIVE.c.id.in_(bindparam("ids", expanding=True)))
_HOMES = _SOME.with_only_columns(*(_INITIATIVE.c[n] for n in ("valid_from", "id", "name", "timezone", "country")))
_CALENDARS = _ALL.where(_INITIATIVE.c.id == bindparam("id")).with_only_columns(
    _INITIATIVE.c.valid_from, _INITIATIVE.c.timezone, _INITIATIVE.c.country
)


def all_rows(connection: Connection, chain: str) -> Iterator[tuple[type[Record], RowMapping]]:
    """Every row of a chain, those that gave way and those withdrawn among them."""
    for name, table in tables.REGISTRY_TABLES.items():
        for row in connection.execute(select(table).where(table.c.chain == chain).order_by(table.c.entry)):
            yield RECORDS[name], row._mapping


def iterate_facts(connection: Connection, cls: type[R], retracted: bool = False) -> Iterator[tuple[str, R]]:
    """The facts of a type that hold, or those withdrawn, of all chains in the order of their entries; as they come."""
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(table.c.superseded_at.is_(None), table.c.retracted.is_(retracted))
    for row in connection.execute(query.order_by(table.c.chain, table.c.entry), execution_options=STREAMED):
        yield row.chain, from_row(cls, row._mapping)


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
