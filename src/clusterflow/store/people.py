"""Reads the roles that people hold on a day, who may vote, and the pseudonyms that the ledger uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    String,
    Subquery,
    bindparam,
    insert,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.pseudonym import Pseudonym
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.terms import BodyKind, HelixKind, Role, SeatRole
from clusterflow.rules.quorum import entitled_roles
from clusterflow.store import tables
from clusterflow.store.query_scope import Scope
from clusterflow.store.registry import MOST_NAMED, current
from clusterflow.store.statement_text import rows_by_text

SEAT_ROLES = {
    (BodyKind.MANAGEMENT, SeatRole.MANAGER): Role.MANAGER,
    (BodyKind.BOARD, SeatRole.CHAIR): Role.BOARD_CHAIR,
    (BodyKind.COMMITTEE, SeatRole.CHAIR): Role.COMMITTEE_CHAIR,
}
"""The role that a seat gives, by the kind of its body and the role in it."""

VOTING_SEATS = {BodyKind.BOARD: Role.BOARD_MEMBER, BodyKind.ASSEMBLY: Role.ASSEMBLY_MEMBER}
"""The role that a seat with a vote gives, by the kind of its body."""


def _capacities(of: Callable[[ColumnElement[str]], list[ColumnElement[bool]]]) -> Subquery:
    """Build one query of (person, what, value) over seats, representations, memberships and the office.

    Record types are named, not imported: where the text of the query is stored, none of their classes is needed.

    Args:
        of: the condition on the person of a representation. They are in the registry of all initiatives.
    """
    scope = Scope(single=True)
    seat = scope.current(RECORDS["seat"], only=("person", "body", "role", "vote", "organisation"))
    body = scope.current(RECORDS["body"], only=("id", "kind"))
    representation = scope.current(RECORDS["representation"], only=("person", "organisation"))
    organisation = scope.current(RECORDS["organisation"], only=("id", "helix"))
    seats = select(
        seat.c.person, literal("seat").label("what"), body.c.kind.label("first"), seat.c.role.label("second"),
        seat.c.vote.label("flag"),
    ).join_from(seat, body, (body.c.id == seat.c.body) & (body.c.initiative == seat.c.initiative))  # fmt: skip
    seated_for = select(
        seat.c.person, literal("organisation"), organisation.c.helix, organisation.c.id, literal(False)
    ).join_from(seat, organisation, organisation.c.id == seat.c.organisation)
    represented = select(
        representation.c.person, literal("organisation"), organisation.c.helix, organisation.c.id, literal(False)
    ).join_from(representation, organisation, organisation.c.id == representation.c.organisation)
    represented = represented.where(*of(representation.c.person))
    member = scope.current(RECORDS["membership"], only=("organisation", "founder"))
    founders = select(
        representation.c.person, literal("founder"), literal(None, String), literal(None, String), member.c.founder
    ).join_from(representation, member, member.c.organisation == representation.c.organisation)
    founders = founders.where(*of(representation.c.person))
    office = scope.current(RECORDS["office"], only=("id", "organisation"))
    initiative = scope.current(RECORDS["initiative"], only=("id", "office"))
    officers = (
        select(representation.c.person, literal("office"), literal(None, String), literal(None, String), literal(True))
        .join_from(representation, office, office.c.organisation == representation.c.organisation)
        .join(initiative, initiative.c.office == office.c.id)
        .where(initiative.c.id == bindparam("initiative"))
    )
    return union_all(seats, seated_for, represented, founders, officers).subquery("capacity")


@cache
def _capacity_query(one: bool) -> Select[Any]:
    """Return the query for everybody, or for one person; cached, because building it is slow."""
    if one:
        capacity = _capacities(lambda person: [person == bindparam("person")])
        return select(capacity).where(capacity.c.person == bindparam("person"))
    return select(_capacities(lambda person: [person.in_(_people_around())]))


def _people_around() -> CompoundSelect[Any]:
    """Select the people of an initiative, today's and former ones: who sits, votes or delegates there, and who
    represents a member or the office.
    """
    found, mine = tables.REGISTRY_TABLES, bindparam("initiative", type_=String)
    seat, delegation, member = found["seat"].c, found["delegation"].c, found["membership"].c
    voice, office, initiative = found["representation"].c, found["office"].c, found["initiative"].c
    vote, pseudonym = tables.vote.c, tables.pseudonym.c
    own = select(initiative.office).where(initiative.chain == REGISTRY, initiative.id == mine)
    offices = select(office.organisation).where(office.chain == REGISTRY, office.id.in_(own))
    members = select(member.organisation).where(member.chain == mine)
    return union(
        select(seat.person).where(seat.chain == mine),
        select(delegation.person).where(delegation.chain == mine),
        select(delegation.delegate).where(delegation.chain == mine),
        # Without the chain, which is the same for all of them, so that SQLite searches by the organisation.
        select(voice.person).where(voice.organisation.in_(members)),
        select(voice.person).where(voice.organisation.in_(offices)),
        select(pseudonym.person).where(pseudonym.alias.in_(select(vote.decider).where(vote.initiative == mine))),
        select(pseudonym.person).where(pseudonym.alias.in_(select(vote.cast_by).where(vote.initiative == mine))),
    )


class Capacity(NamedTuple):
    """What a person is in an initiative on a day: the roles, and the organisations represented by helix kind."""

    roles: frozenset[Role] = frozenset()
    organisations: Mapping[str, HelixKind | None] = {}

    @property
    def helixes(self) -> frozenset[HelixKind]:
        return frozenset(helix for helix in self.organisations.values() if helix is not None)


NO_CAPACITY = Capacity()


def capacities(connection: Connection, initiative: str, on: date, person: str | None = None) -> dict[str, Capacity]:
    """Return what each person is in an initiative on a day: of those around it, or one person who may be any."""
    parameters = {"initiative": initiative, "as_of": on} | ({} if person is None else {"person": person})
    roles: dict[str, set[Role]] = {}
    organisations: dict[str, dict[str, HelixKind | None]] = {}
    for who, what, first, second, flag in _capacity_rows(connection, parameters):
        held = roles.setdefault(who, set())
        represents = organisations.setdefault(who, {})
        if what == "seat":
            kind, role = BodyKind(first), SeatRole(second)
            if (kind, role) in SEAT_ROLES:
                held.add(SEAT_ROLES[kind, role])
            if flag and kind in VOTING_SEATS:
                held.add(VOTING_SEATS[kind])
        elif what == "organisation":
            represents[second] = HelixKind(first) if first is not None else None
        elif what == "founder" and flag:
            held.add(Role.FOUNDER)
        elif what == "office":
            held.add(Role.OFFICE)
    return {p: Capacity(roles=frozenset(held), organisations=organisations[p]) for p, held in roles.items()}


def _capacity_rows(connection: Connection, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Return (person, what, first, second, flag) of each capacity."""
    one = "person" in parameters
    return rows_by_text(connection, ("capacities", one), lambda: _capacity_query(one), parameters)


def delegations_of(connection: Connection, initiative: str, on: date) -> frozenset[tuple[str, str]]:
    """Return the delegations in force as (person, delegate): the delegate may cast the person's vote."""
    found = current(connection, RECORDS["delegation"], initiative, on)
    return frozenset((d.person, d.delegate) for d in found if d.person != d.delegate)


class Eligible(NamedTuple):
    """A person who may cast a vote at a gate, in their own name or as the delegate of ``speaks_for``."""

    person: str
    roles: tuple[Role, ...]
    speaks_for: str | None = None


def eligible_people(connection: Connection, initiative: str, rule: DecidedBy, on: date) -> tuple[Eligible, ...]:
    """Return the people who may cast a vote at a gate on a day."""
    return select_eligible(rule, capacities(connection, initiative, on), delegations_of(connection, initiative, on))


def select_eligible(
    rule: DecidedBy,
    held: Mapping[str, Capacity],
    delegations: Iterable[tuple[str, str]],
) -> tuple[Eligible, ...]:
    """Select the people who may cast a vote from the capacities and delegations of a day."""
    own = {p: roles for p, mine in sorted(held.items()) if (roles := entitled_roles(rule, mine.roles, mine.helixes))}
    found = [Eligible(person=p, roles=roles) for p, roles in own.items()]
    for person, delegate in sorted(delegations):
        if person in own and not held.get(delegate, NO_CAPACITY).helixes & set(rule.never):
            found.append(Eligible(person=delegate, roles=own[person], speaks_for=person))
    return tuple(found)


def alias_of(connection: Connection, person: str, ids: Callable[[], str]) -> str | None:
    """Return the pseudonym of a person, made on first use; None if the registry has no such person."""
    row = connection.execute(_ALIAS, {"person": person}).first()
    if row is None:
        return None
    if row.alias is not None:
        return str(row.alias)
    made = Pseudonym.of(person, ids())
    try:
        with connection.begin_nested():
            connection.execute(insert(tables.pseudonym), made._asdict())
    except IntegrityError:  # another transaction made one at the same moment
        return alias_of(connection, person, ids)
    return made.alias


_PERSON = tables.REGISTRY_TABLES["person"]
_ALIAS = (
    select(tables.pseudonym.c.alias)
    .join_from(_PERSON, tables.pseudonym, tables.pseudonym.c.person == _PERSON.c.id, isouter=True)
    .where(_PERSON.c.chain == REGISTRY, _PERSON.c.id == bindparam("person"))
    .where(_PERSON.c.superseded_at.is_(None), _PERSON.c.retracted.is_(False))
)
_PSEUDONYM = tables.pseudonym
_ALIASES = select(_PSEUDONYM.c.person, _PSEUDONYM.c.alias)
_ALIASES_OF = _ALIASES.where(_PSEUDONYM.c.person.in_(bindparam("names", expanding=True)))
_PERSON_OF = select(_PSEUDONYM.c.alias, _PSEUDONYM.c.person).where(
    _PSEUDONYM.c.alias.in_(bindparam("names", expanding=True))
)
_REGISTERED = (
    _ALIASES_OF.add_columns(_PERSON.c.id)
    .join(
        _PERSON,
        (_PERSON.c.chain == REGISTRY)
        & (_PERSON.c.id == _PSEUDONYM.c.person)
        & _PERSON.c.superseded_at.is_(None)
        & _PERSON.c.retracted.is_(False),
        isouter=True,
    )
    .distinct()
)
"""A person may have several records, one for each time."""


def aliases_of(connection: Connection, people: Iterable[str] | None = None) -> dict[str, str]:
    """Return the pseudonyms of some people, or of all, by person id; people without one are left out."""
    if people is None:
        return {row.person: row.alias for row in connection.execute(_ALIASES)}
    return {row.person: row.alias for row in _rows(connection, _ALIASES_OF, people)}


class Registered(NamedTuple):
    """The pseudonym of a person, and whether the registry has the person today."""

    alias: str
    is_known: bool


def registered_aliases(connection: Connection, people: Iterable[str]) -> dict[str, Registered]:
    """Return the pseudonyms of some people by person id; people without one are left out."""
    rows = _rows(connection, _REGISTERED, people)
    return {row.person: Registered(alias=row.alias, is_known=row.id is not None) for row in rows}


def _rows(connection: Connection, query: Select[Any], names: Iterable[str]) -> Iterator[Row[Any]]:
    """Yield the rows of a query that names some people; none are asked for if there are none."""
    wanted = sorted(set(names))
    for start in range(0, len(wanted), MOST_NAMED):
        yield from connection.execute(query, {"names": wanted[start : start + MOST_NAMED]})


def pseudonyms_of(connection: Connection, aliases: Iterable[str]) -> dict[str, Pseudonym]:
    """Return the links of some aliases, by alias."""
    rows = connection.execute(select(tables.pseudonym).where(tables.pseudonym.c.alias.in_(sorted(set(aliases)))))
    return {row.alias: Pseudonym(alias=row.alias, person=row.person, salt=row.salt) for row in rows}


def person_of(connection: Connection, aliases: Iterable[str]) -> dict[str, str]:
    """Return the person ids behind pseudonyms; forgotten people are left out."""
    return {row.alias: row.person for row in _rows(connection, _PERSON_OF, aliases)}
