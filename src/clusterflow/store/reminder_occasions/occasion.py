"""Declares an occasion in SQL and finds it through an index on its reference date, without a scan of all facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Date, Integer, Select, and_, bindparam, select

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
