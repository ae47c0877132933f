"""Reads in which initiatives a person has a seat, a membership, a delegation or an office, and who has an address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Select, String, Subquery, bindparam, func, literal, select, union_all

from clusterflow.domain.access import Capacity
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.governance import Body, Delegation, Seat
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.parties import Initiative, Office, Person, Representation
from clusterflow.domain.terms import BodyKind, ReviewStatus, SeatRole
from clusterflow.store import tables
from clusterflow.store.people import SEAT_ROLES, VOTING_SEATS
from clusterflow.store.query_scope import Scope
from clusterflow.store.registry import people_by_id

_FEW = 500
"""Up to so many initiatives are named in a statement; for more it reads all open reviews."""


_FEW_ROWS = Scope(single=True)
"""The scope of records in the shared registry of which a person has a few: each is looked up, not all are read."""


def _relations() -> Subquery:
    """Build one query of (initiative, what, kind, role, flag) of everything but the offices of a person."""
    scope = Scope(everywhere=True)
    person: BindParameter[str] = bindparam("person", type_=String)
    nothing = literal(None, String)
    seat, body = scope.current(Seat), scope.current(Body)
    seats = (
        select(seat.c.initiative, literal("seat").label("what"), body.c.kind, seat.c.role, seat.c.vote.label("flag"))
        .join_from(seat, body, (body.c.id == seat.c.body) & (body.c.initiative == seat.c.initiative))
        .where(seat.c.person == person)
    )
    voice, member = _FEW_ROWS.current(Representation), scope.current(Membership)
    members = (
        select(member.c.initiative, literal("member"), nothing, nothing, member.c.founder)
        .join_from(voice, member, member.c.organisation == voice.c.organisation)
        .where(voice.c.person == person)
    )
    delegation = scope.current(Delegation)
    delegations = select(delegation.c.initiative, literal("delegate"), nothing, nothing, literal(True)).where(
        delegation.c.delegate == person, delegation.c.person != person
    )
    return union_all(seats, members, delegations).subquery("relation")


@cache
def _query(one: bool) -> Select[Any]:
    """Return the query for all initiatives, or for one; only enrolled initiatives are found."""
    relation, state = _relations(), tables.initiative_state
    # A value is looked up for each row. For a join PostgreSQL reads every initiative, because it expects many rows.
    enrolled = select(state.c.initiative).where(state.c.initiative == relation.c.initiative).scalar_subquery()
    query = select(relation).where(enrolled.is_not(None))
    return query.where(relation.c.initiative == bindparam("initiative")) if one else query


@cache
def _offices() -> Select[Any]:
    """Return the query for the offices that a person works for."""
    officer, office = _FEW_ROWS.current(Representation), _FEW_ROWS.current(Office)
    query = select(office.c.id).join_from(officer, office, office.c.organisation == officer.c.organisation)
    return query.where(officer.c.person == bindparam("person", type_=String))


@cache
def _served(one: bool) -> Select[Any]:
    """Return the query for the enrolled initiatives of some offices; for one initiative, whether it is among them.

    It is a statement of its own, because SQLite would read every initiative for a person who works for no office.
    """
    initiative, enrolled = _FEW_ROWS.current(Initiative), tables.initiative_state
    query = select(initiative.c.id).join_from(initiative, enrolled, enrolled.c.initiative == initiative.c.id)
    query = query.where(initiative.c.office.in_(bindparam("offices", expanding=True)))
    return query.where(initiative.c.id == bindparam("initiative")) if one else query


def capacities_by_initiative(
    connection: Connection, person: str, on: date, initiative: str | None = None
) -> dict[str, frozenset[Capacity]]:
    """Return the capacities of a person on a day by enrolled initiative, of all or of one."""
    found = own_capacities(connection, person, on, initiative)
    for served in served_initiatives(connection, person, on, initiative):
        found[served] = found.get(served, frozenset()) | {Capacity.OFFICE}
    return found


class ServedBasis(NamedTuple):
    """What the initiatives of a person's offices follow from, beside the day."""

    registry: str | None
    enrolled: int
    """The number of enrolled initiatives: none is ever removed."""


_SERVED_BASIS = select(
    select(tables.chain.c.head).where(tables.chain.c.id == REGISTRY).scalar_subquery(),
    select(func.count()).select_from(tables.initiative_state).scalar_subquery(),
)


def served_basis(connection: Connection) -> ServedBasis:
    return ServedBasis(*connection.execute(_SERVED_BASIS).one())


def served_initiatives(connection: Connection, person: str, on: date, initiative: str | None = None) -> Sequence[str]:
    """Return the enrolled initiatives of the offices that a person works for on a day, of all or of one."""
    offices = offices_of(connection, person, on)
    if not offices:
        return ()
    parameters: dict[str, Any] = {"offices": offices, "as_of": on}
    if initiative is not None:
        parameters["initiative"] = initiative
    return connection.execute(_served(initiative is not None), parameters).scalars().all()


def offices_of(connection: Connection, person: str, on: date) -> Sequence[str]:
    """Return the offices that a person works for on a day."""
    return connection.execute(_offices(), {"person": person, "as_of": on}).scalars().all()


def own_capacities(
    connection: Connection, person: str, on: date, initiative: str | None = None
) -> dict[str, frozenset[Capacity]]:
    """Return the capacities of a person on a day that are not those of an office."""
    parameters: dict[str, Any] = {"person": person, "as_of": on}
    if initiative is not None:
        parameters["initiative"] = initiative
    found: dict[str, set[Capacity]] = defaultdict(set)
    for row in connection.execute(_query(initiative is not None), parameters):
        held = found[row.initiative]
        if row.what == "seat":
            kind, role = BodyKind(row.kind), SeatRole(row.role)
            held.add(Capacity.SEAT_HOLDER)
            if (kind, role) in SEAT_ROLES:
                held.add(Capacity(SEAT_ROLES[kind, role].value))
            if row.flag and kind in VOTING_SEATS:
                held.add(Capacity(VOTING_SEATS[kind].value))
        elif row.what == "member":
            held |= {Capacity.MEMBER, Capacity.FOUNDER} if row.flag else {Capacity.MEMBER}
        else:
            held.add(Capacity(row.what))
    return {i: frozenset(held) for i, held in found.items()}


class OpenGate(NamedTuple):
    """An open gate review, with the version of the model that says who decides at it."""

    initiative: str
    stage: str
    opened_on: date
    referred: bool
    """Whether the gate went back to the office."""
    model_hash: str


def open_gates(connection: Connection, initiatives: Collection[str]) -> Iterator[OpenGate]:
    """Yield the open gate reviews of some initiatives, the oldest first; ``initiatives`` is a set, or a mapping.

    They are read while they are used: of thousands, a page needs the first few.
    """
    few = len(initiatives) <= _FEW
    query, parameters = (_OPEN_OF, {"initiatives": sorted(initiatives)}) if few else (_OPEN, {})
    for row in connection.execute(query, parameters, execution_options={"yield_per": _FEW}):
        if row.initiative in initiatives:
            yield OpenGate(row.initiative, row.stage, row.opened_on, row.referred_on is not None, row.model_hash)


_REVIEW, _STATE = tables.gate_review, tables.initiative_state
_OPEN = (
    select(_REVIEW.c.initiative, _REVIEW.c.stage, _REVIEW.c.opened_on, _REVIEW.c.referred_on, _STATE.c.model_hash)
    .join(_STATE, _STATE.c.initiative == _REVIEW.c.initiative)
    .where(_REVIEW.c.status == ReviewStatus.OPEN.value)
    .order_by(_REVIEW.c.opened_on, _REVIEW.c.initiative, _REVIEW.c.id)
)
_OPEN_OF = _OPEN.where(_REVIEW.c.initiative.in_(bindparam("initiatives", expanding=True)))


def people_at(connection: Connection, address: str, on: date) -> list[Person]:
    """Return the people whose e-mail address this is on a day; its case does not matter."""
    table, wanted = tables.REGISTRY_TABLES[Person.type], address.casefold()
    query = select(table.c.id).where(
        table.c.chain == REGISTRY, table.c.superseded_at.is_(None), func.lower(table.c.email) == wanted
    )
    ids = sorted(set(connection.execute(query).scalars()))
    people = people_by_id(connection, on, ids).values()
    return [p for p in people if p.email is not None and p.email.casefold() == wanted]
