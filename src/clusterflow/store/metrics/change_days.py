"""Finds the days on which the number of a metric can change if nothing more is recorded.

A metric compares recorded days with the day of the answer, or with a day some time before it. Both are read from its
statement: the tables that it selects from, and the earlier days that are bound in it. So a metric, also one of a third
party, declares nothing for this. Days on which nothing changes after all may be among them, but none is missing.
"""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnClause,
    ColumnElement,
    Connection,
    Date,
    Select,
    String,
    Subquery,
    Table,
    TableClause,
    bindparam,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter

from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.rules.change_days import TODAY, Comparison, EarlierDay, comparisons_with
from clusterflow.rules.mistakes import fields_naming
from clusterflow.store import tables
from clusterflow.store.metrics.metric import rows_of
from clusterflow.store.metrics.register import METRICS
from clusterflow.store.query_scope import Scope, days_between, months_as_31sts
from clusterflow.store.tables import REGISTRY_TABLES

DAY = timedelta(days=1)

ChangeDays = Mapping[MetricCall, Mapping[str, tuple[date, ...]]]
"""Of each metric, by initiative, the days in order."""


RecordedDays = Mapping[str, Mapping[str, Collection[date]]]
"""Of the rows of a table, by initiative and column, the days."""

ANY_COLUMN = ""


class Compared(NamedTuple):
    """A column of recorded days, and a comparison of it with the day of the answer or a day some time before it."""

    table: str
    column: str
    """``ANY_COLUMN`` if it is unclear which."""
    comparison: Comparison


class Dependence(NamedTuple):
    """How the number of a metric depends on the day of the answer."""

    compared: frozenset[Compared]
    grows: bool
    """Whether it also grows from day to day, as an age does. It must then grow only, or fall only."""


def dependence_of(call: MetricCall, declared: MetricDeclaration) -> Dependence:
    """Return how the number of a metric depends on the day, as its statement shows."""
    return _dependence(call, declared.freshness_days)


@lru_cache(maxsize=2048)
def _dependence(call: MetricCall, freshness_days: int | None) -> Dependence:
    statement, earlier_days = rows_of(call, Scope.over([""]))
    parts = list(visitors.iterate(statement))
    names = {part.name for part in parts if isinstance(part, TableClause)}
    compared = set(_compared(parts, {"as_of": TODAY, **{ago.name: ago for ago in earlier_days}}, names))
    if any(getattr(part, "name", None) == "currency" for part in statement.selected_columns):
        rates = REGISTRY_TABLES["exchange-rate"].name
        compared.add(Compared(rates, ANY_COLUMN, Comparison(TODAY, passed=False)))
    if freshness_days is not None:
        # It still counts while its newest day is not before the day so long ago.
        stale = Comparison(EarlierDay(0, freshness_days), passed=True)
        compared |= {Compared(name, ANY_COLUMN, stale) for name in names}
    return Dependence(frozenset(compared), any(_is_of_the_day(part) for part in parts))


def _is_of_the_day(span: Any) -> bool:
    if not isinstance(span, (days_between, months_as_31sts)):
        return False
    days = (part.key for part in visitors.iterate(span) if isinstance(part, BindParameter))
    return any(name == "as_of" or name.startswith("ago_") for name in days)


def _compared(parts: Iterable[Any], spans: Mapping[str, EarlierDay], names: Collection[str]) -> Iterator[Compared]:
    """Yield the comparisons of recorded days with bound ones in the parts of a statement.

    A bound day that is used in another way may turn something when it reaches a recorded day, and when it passes it.
    """
    unexplained: Counter[str] = Counter()
    for part in parts:
        if isinstance(part, BindParameter) and part.key in spans:
            unexplained[part.key] += 1
        if isinstance(part, BinaryExpression) and part.operator in _TURNS:
            for side, other, turned in ((part.right, part.left, False), (part.left, part.right, True)):
                if isinstance(side, BindParameter) and side.key in spans:
                    unexplained[side.key] -= 1
                    comparison = Comparison(spans[side.key], passed=_TURNS[part.operator] is not turned)
                    columns = _columns_in(other) or {(name, ANY_COLUMN) for name in names}
                    yield from (Compared(*column, comparison) for column in columns)
    for name in +unexplained:
        yield from (Compared(n, ANY_COLUMN, c) for n in names for c in comparisons_with(spans[name]))


def _columns_in(expression: Any) -> set[tuple[str, str]]:
    """Return the columns of tables that an expression is made of; a column of a subquery is one of its tables."""
    found: set[tuple[str, str]] = set()
    waiting, known = [expression], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in known:
            continue
        known.add(id(part))
        if isinstance(part, ColumnClause) and isinstance(part.table, TableClause):
            found.add((part.table.name, part.name))
        waiting += [*getattr(part, "base_columns", ()), *part.get_children()]
    return found


_TURNS: dict[Any, bool] = {operator.gt: False, operator.le: False, operator.lt: True, operator.ge: True}
"""Whether ``recorded OPERATOR ago`` turns when the day some time ago passes the recorded one, or when it reaches it."""


def change_days(
    connection: Connection,
    calls: Iterable[MetricCall],
    declarations: Mapping[str, MetricDeclaration],
    initiatives: Collection[str],
    after: date,
    until: date,
) -> ChangeDays:
    """Return the days after ``after``, up to ``until``, on which the numbers of some metrics can change."""
    compared = {c: dependence_of(c, declarations[c.metric]).compared for c in set(calls) if c.metric in METRICS}
    every = {one for found in compared.values() for one in found}
    first = min((one.comparison.ago.of(after) for one in every), default=after) - DAY
    tables_read = {one.table for one in every}
    recorded = {name: _recorded_days(connection, name, initiatives, first, until) for name in tables_read}
    changes: dict[MetricCall, dict[str, tuple[date, ...]]] = {}
    for call, found in compared.items():
        days: dict[str, set[date]] = defaultdict(set)
        for table, column, comparison in found:
            for initiative, values in recorded[table].items():
                turns = (comparison.turns_on(value) for value in _values(values, column))
                days[initiative].update(turn for turn in turns if after < turn <= until)
        changes[call] = {initiative: tuple(sorted(some)) for initiative, some in days.items()}
    return changes


def _values(days: Mapping[str, Collection[date]], column: str) -> Collection[date]:
    return days.get(column, ()) if column != ANY_COLUMN else {day for some in days.values() for day in some}


def days_of_records(
    connection: Connection, types: Iterable[str], initiatives: Collection[str], after: date, until: date
) -> dict[str, set[date]]:
    """Return the days on which records of some types begin to be true or have ended, by initiative."""
    found: dict[str, set[date]] = defaultdict(set)
    for name in types:
        values = _recorded_days(connection, REGISTRY_TABLES[name].name, initiatives, after - DAY, until)
        for initiative, days in values.items():
            recorded = _values(days, ANY_COLUMN)
            turns = (comparison.turns_on(day) for day in recorded for comparison in comparisons_with(TODAY))
            found[initiative] |= {turn for turn in turns if after < turn <= until}
    return found


def _recorded_days(
    connection: Connection, name: str, initiatives: Collection[str], first: date, last: date
) -> RecordedDays:
    """Return the days between two days in the rows of a table."""
    found: dict[str, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for query in _queries(name):
        rows = connection.execute(query, {"initiatives": list(initiatives), "first": first, "last": last})
        _, *columns = rows.keys()
        for initiative, *days in rows:
            for column, day in zip(columns, days, strict=True):
                if day is not None and first <= day <= last:
                    found[initiative][column].add(day)
    shared = found.pop(REGISTRY, {})
    for initiative in initiatives if shared else ():
        for column, some in shared.items():
            found[initiative][column] |= some
    return found


_INITIATIVES = bindparam("initiatives", expanding=True, type_=String)


@lru_cache(maxsize=128)
def _queries(name: str) -> tuple[Select[Any], ...]:
    """Return the selects of the initiative and the days of the rows of a table that concern it."""
    table = tables.metadata.tables[name]
    dates = [column for column in table.c if isinstance(column.type, Date)]
    inside = or_(*(column.between(bindparam("first", type_=Date), bindparam("last", type_=Date)) for column in dates))
    return tuple(query.where(inside).distinct() for query in _rows_of_initiatives(table, dates))


def _rows_of_initiatives(table: Table, dates: list[Column[Any]]) -> Iterator[Select[Any]]:
    if "chain" not in table.c:
        yield select(table.c.initiative, *dates).where(table.c.initiative.in_(_INITIATIVES))
        return
    valid: list[ColumnElement[bool]] = [table.c.superseded_at.is_(None), table.c.retracted.is_(False)]
    record = next(name for name in RECORDS if REGISTRY_TABLES[name] is table)
    if RECORDS[record].of_initiative:
        yield select(table.c.chain, *dates).where(table.c.chain.in_(_INITIATIVES), *valid)
        return
    valid.append(table.c.chain == REGISTRY)
    if record == "initiative":
        yield select(table.c.id, *dates).where(table.c.id.in_(_INITIATIVES), *valid)
    elif record == "organisation":
        yield _joined(table, table.c.id, "organisation", dates).where(*valid)
    elif record == "representation":
        for party in ("person", "organisation"):
            yield _joined(table, table.c[party], party, dates).where(*valid)
    else:
        # Of other shared records any may count: exchange rates, learning sessions.
        yield select(literal(REGISTRY), *dates).where(*valid)


def _joined(table: Table, column: ColumnElement[Any], target: str, dates: list[Column[Any]]) -> Select[Any]:
    parties = _parties(target)
    return select(parties.c.chain, *dates).join_from(parties, table, parties.c.id == column)


def _parties(target: str) -> Subquery:
    """Select the organisations or people that the records of the initiatives name, and the organisations of people."""
    naming = [
        (REGISTRY_TABLES[name], field)
        for name, cls in RECORDS.items()
        if cls.of_initiative
        for field in fields_naming(cls, target)
    ]
    parties = [
        select(own.c.chain.label("chain"), own.c[field].label("id")).where(own.c.chain.in_(_INITIATIVES))
        for own, field in naming
    ]
    if target == "organisation":
        people, voice, own = _parties("person"), REGISTRY_TABLES["representation"], REGISTRY_TABLES["initiative"]
        represented = select(people.c.chain, voice.c.organisation)
        parties.append(represented.join_from(people, voice, voice.c.person == people.c.id))
        parties.append(select(own.c.id, own.c.host).where(own.c.id.in_(_INITIATIVES)))
    return union(*parties).subquery()
