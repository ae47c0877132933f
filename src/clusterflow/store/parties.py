"""Reads which organisations and people an initiative is related to, and which initiatives an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    bindparam,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.parties import Initiative, Office, Organisation, Person, Representation
from clusterflow.rules.mistakes import reference_fields
from clusterflow.store import tables
from clusterflow.store.query_scope import Scope


def _holds(table: Table, chain: Any) -> tuple[ColumnElement[bool], ...]:
    return (table.c.chain == chain, table.c.superseded_at.is_(None), table.c.retracted.is_(False))


def _referring(target: str) -> Iterator[tuple[Table, Column[Any]]]:
    """Yield the columns of initiatives' records that name records of a type."""
    for name, cls in RECORDS.items():
        if cls.of_initiative:
            table = tables.REGISTRY_TABLES[name]
            yield from ((table, table.c[field]) for field, to in reference_fields(cls) if to == target)


@cache
def organisations_of_initiative() -> CompoundSelect[Any]:
    """Build the ids of the organisations that an initiative (parameter ``initiative``) names, its office's included."""
    initiative, office = tables.REGISTRY_TABLES[Initiative.type], tables.REGISTRY_TABLES[Office.type]
    own = (*_holds(initiative, REGISTRY), initiative.c.id == bindparam("initiative"))
    named = [
        select(column.label("id")).where(*_holds(table, bindparam("initiative")), column.is_not(None))
        for table, column in _referring(Organisation.type)
    ]
    host = select(initiative.c.host).where(*own, initiative.c.host.is_not(None))
    following = select(office.c.organisation).join(initiative, initiative.c.office == office.c.id)
    return union(*named, host, following.where(*own, *_holds(office, REGISTRY)))


@cache
def people_of_initiative() -> CompoundSelect[Any]:
    """Build the ids of the people that an initiative names, and of those who represent its organisations."""
    voice = tables.REGISTRY_TABLES[Representation.type]
    named = [
        select(column.label("id")).where(*_holds(table, bindparam("initiative")), column.is_not(None))
        for table, column in _referring(Person.type)
    ]
    organisations = organisations_of_initiative().subquery("organisations")
    return union(
        *named,
        select(voice.c.person).where(
            *_holds(voice, REGISTRY), voice.c.organisation.in_(select(organisations.c.id))
        ),
    )  # fmt: skip


@cache
def is_related(record: str) -> ColumnElement[bool]:
    """Build the condition that a shared record is related to an initiative, or was entered by a person.

    Its parameters are ``initiative`` and ``reader``. A record that nobody names yet belongs to who entered it.
    """
    table = tables.REGISTRY_TABLES[record]
    organisations = select(organisations_of_initiative().subquery("organisations").c.id)
    people = select(people_of_initiative().subquery("people").c.id)
    mine = table.c.entered_by == bindparam("reader")
    match record:
        case Organisation.type:
            return or_(table.c.id.in_(organisations), mine)
        case Person.type:
            return or_(table.c.id.in_(people), mine)
    return or_(table.c.person.in_(people), mine)


def members_by_kind(connection: Connection, initiative: str, on: date) -> dict[tuple[str | None, str | None], int]:
    """Return the number of members on a day by helix kind and size class; None where one is not known."""
    return {
        (row.helix, row.size): row.number
        for row in connection.execute(_members_by_kind(), {"initiative": initiative, "as_of": on})
    }


@cache
def _members_by_kind() -> Select[Any]:
    scope = Scope(single=True)
    member, organisation = scope.current(Membership), scope.current(Organisation)
    joined = member.outerjoin(organisation, organisation.c.id == member.c.organisation)
    kinds = (organisation.c.helix, organisation.c.size)
    return select(*kinds, func.count().label("number")).select_from(joined).group_by(*kinds)


class Relation(NamedTuple):
    """What relates an organisation to an initiative: it is a member, or the office that follows it."""

    organisation: str
    initiative: str
    is_office: bool


def relations_of(connection: Connection, organisations: Iterable[str], on: date) -> list[Relation]:
    """Return the initiatives that organisations are members of, or follow as an office, on a day."""
    found, wanted = list[Relation](), sorted(set(organisations))
    for start in range(0, len(wanted), 400):
        rows = connection.execute(_relations(), {"as_of": on, "ids": wanted[start : start + 400]})
        found += [Relation(row.organisation, row.initiative, bool(row.is_office)) for row in rows]
    return found


@cache
def _relations() -> Select[Any]:
    scope = Scope(everywhere=True)
    member, office, initiative = scope.current(Membership), scope.current(Office), scope.current(Initiative)
    both = union_all(
        select(member.c.organisation, member.c.initiative, literal(False).label("is_office")),
        select(office.c.organisation, initiative.c.id, literal(True)).join_from(
            office, initiative, initiative.c.office == office.c.id
        ),
    ).subquery()
    return select(both).where(both.c.organisation.in_(bindparam("ids", expanding=True)))
