"""Declares an occasion in SQL and finds it through an index on its reference date, without a scan of all facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    TableClause,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression

from clusterflow.domain.records.governance import Body
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.domain.terms import Standing
from clusterflow.store import tables
from clusterflow.store.query_scope import Scope

Finder = Callable[[Scope], Select[Any]]

_FINDERS: dict[str, Finder] = {}
_NAMES = ("initiative", "subject", "reference", "body", "organisation", "person")


@dataclass(frozen=True, slots=True)
class Search:
    """The occasions of one kind with a reference date from ``since`` to ``until``, with the numbers of a rule."""

    name: str
    since: date
    until: date
    numbers: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OccasionMatch:
    """One occasion that was found: its subject, its reference date, whom it concerns, and the facts for its text."""

    initiative: str
    subject: str
    reference: date
    body: str | None
    organisation: str | None
    person: str | None
    facts: Mapping[str, Any]


def occasion(name: str) -> Callable[[Finder], Finder]:
    """Declare the statement of an occasion: ``initiative``, ``subject``, ``reference``, whom it concerns, and facts.

    The statement selects occasions whose reference date is ``inside`` the given days, and leaves out ended ones.

    Raises:
        KeyError: the domain has no such occasion.
    """
    OCCASIONS[name]

    def declared(finder: Finder) -> Finder:
        _FINDERS[name] = finder
        return finder

    return declared


def in_window(day: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a date is in the given range."""
    return and_(day >= bindparam("since", type_=Date), day <= bindparam("until", type_=Date))


def rule_number(name: str) -> BindParameter[int]:
    """A parameter that the rule gives."""
    return bindparam(name, type_=Integer)


@cache
def statement(name: str) -> Select[Any]:
    """Return the statement of an occasion, with the names of whom it concerns, for active initiatives."""
    kind, scope, state = OCCASIONS[name], Scope(everywhere=True), tables.initiative_state
    found = _FINDERS[name](scope).subquery("found")
    query = (
        select(*found.c)
        .join_from(found, state, state.c.initiative == found.c.initiative)
        .where(state.c.standing == Standing.ACTIVE.value)
    )
    if kind.organisation:
        named = scope.current(Organisation)
        query = query.join(named, named.c.id == found.c.organisation, isouter=True).add_columns(
            named.c.name.label("organisation_name"), named.c.helix, named.c.size
        )
    if kind.body:
        house = scope.current(Body)
        query = query.join(
            house, and_(house.c.initiative == found.c.initiative, house.c.id == found.c.body), isouter=True
        ).add_columns(house.c.name.label("body_name"))
    return query


@cache
def _reference_columns(name: str) -> tuple[tuple[TableClause, ColumnClause[date]], ...]:
    """Return the columns of records whose dates ``in_window`` compares in the statement of an occasion."""
    found: dict[tuple[str, str], tuple[TableClause, ColumnClause[date]]] = {}
    for part in visitors.iterate(statement(name)):
        if isinstance(part, BinaryExpression) and isinstance(part.right, BindParameter) and part.right.key == "since":
            for column in part.left.base_columns:
                if not isinstance(column, ColumnClause) or not isinstance(column.table, TableClause):
                    raise TypeError(f"{name}: the range of days must be compared with a column, not with {column}")
                found[column.table.name, column.name] = column.table, column
    if not found:
        raise TypeError(f"{name}: the statement compares no date with the range of days")
    return tuple(found.values())


@cache
def _any_date(names: tuple[str, ...]) -> Select[Any]:
    """Return the statement that tells, for each search, whether its tables hold a date in its range at all."""

    def holds(place: int, name: str) -> ColumnElement[bool]:
        since, until = (bindparam(f"{end}_{place}", type_=Date) for end in ("since", "until"))
        inside = (
            exists(select(literal(1)).select_from(table).where(day >= since, day <= until))
            for table, day in _reference_columns(name)
        )
        return or_(*inside).label(f"search_{place}")

    columns: list[Any] = [holds(place, name) for place, name in enumerate(names)]
    return select(*columns)


def searches_worth_running(connection: Connection, searches: Sequence[Search]) -> list[Search]:
    """Return the searches that can find something: the others have no record at all with a date in their range.

    On most days most searches are of the others. One statement asks for all of them at once, through the indexes on
    the reference dates.
    """
    if not searches:
        return []
    days = {f"since_{n}": s.since for n, s in enumerate(searches)} | {
        f"until_{n}": s.until for n, s in enumerate(searches)
    }
    row = connection.execute(_any_date(tuple(s.name for s in searches)), days).one()
    return [search for search, holds in zip(searches, row, strict=True) if holds]


def find_occasions(
    connection: Connection, name: str, since: date, until: date, as_of: date, numbers: Mapping[str, int] | None = None
) -> Sequence[OccasionMatch]:
    """Return every occasion with a reference date in the range, once each, by the facts that are true on a day."""
    parameters = {**OCCASIONS[name].parameters, **(numbers or {}), "since": since, "until": until, "as_of": as_of}
    rows = connection.execute(statement(name), parameters)
    found: dict[tuple[str, str, date], OccasionMatch] = {}
    columns = list(rows.keys())
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        key = (row["initiative"], row["subject"], row["reference"])
        whom = (row.get("body"), row.get("organisation"), row.get("person"))
        found[key] = OccasionMatch(*key, *whom, {name: value for name, value in row.items() if name not in _NAMES})
    return list(found.values())
