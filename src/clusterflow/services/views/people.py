"""The people of an office's initiatives: its staff, the administrators, and seats and delegations by initiative."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from clusterflow.domain.records.base import REGISTRY, Record
from clusterflow.domain.records.governance import Body, Delegation, Seat
from clusterflow.domain.records.parties import Office, Representation
from clusterflow.domain.terms import BodyKind, SeatRole
from clusterflow.domain.text import Frozen, alphabetical
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.store.fact_lists import labels
from clusterflow.store.registry import current, facts_of, initiative_records
from clusterflow.store.text_order import is_part

PAGE = 15
"""The most initiatives on one page."""

R = TypeVar("R", bound=Record)


class StaffLine(Frozen):
    """Somebody who works for an office."""

    name: str
    position: str | None
    since: date


class OfficeStaff(Frozen):
    """An office with its staff."""

    name: str
    staff: tuple[StaffLine, ...]


class SeatLine(Frozen):
    """A seat that is held, or will be."""

    entry: int
    name: str
    body: str
    kind: BodyKind | None
    role: SeatRole
    vote: bool
    organisation: str | None
    since: date
    until: date | None


class DelegationLine(Frozen):
    """A vote that somebody delegated."""

    entry: int
    name: str
    delegate: str
    since: date
    until: date | None


class InitiativePeople(Frozen):
    """Who holds what in one initiative."""

    initiative: str
    name: str
    seats: tuple[SeatLine, ...]
    delegations: tuple[DelegationLine, ...]


class OfficePeople(Frozen):
    """One page of the people of an office."""

    offices: tuple[OfficeStaff, ...]
    administrators: tuple[str, ...]
    initiatives: tuple[InitiativePeople, ...]
    total: int
    page: int
    today: date

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def people_of_office(context: Context, reader: str, search: str = "", page: int = 1) -> OfficePeople:
    """Gather the people of the offices that a person works for.

    Args:
        search: a part of an initiative's name; of all initiatives where it is empty.
        page: which page of the initiatives, from 1; a page after the last one is the last one.
    """
    today, offices = context.clock().date(), access.offices_of(context, reader)
    served = sorted(access.initiatives_served(context, reader))
    with context.reading() as connection:
        records = initiative_records(connection, today, served)
        names = {i: records[i].name if i in records else i for i in served}
        fitting = [i for i in served if is_part(search, names[i])]
        found = sorted(fitting, key=lambda i: (alphabetical(names[i]), i))
        page = max(1, min(page, -(-len(found) // PAGE)))
        listed = found[(page - 1) * PAGE : page * PAGE]
        return OfficePeople(
            offices=_staff(connection, offices, today),
            administrators=_names(connection, sorted(context.settings.administrator_ids)),
            initiatives=tuple(_people(connection, i, names[i], today) for i in listed),
            total=len(found),
            page=page,
            today=today,
        )


def _staff(connection: Connection, offices: Iterable[str], today: date) -> tuple[OfficeStaff, ...]:
    known: list[Office] = [o for o in current(connection, Office, REGISTRY, today) if o.id in set(offices)]
    organisations = sorted({o.organisation for o in known})
    voices: list[Representation] = current(connection, Representation, REGISTRY, today, organisation=organisations)
    names = labels(connection, "person", REGISTRY, {v.person for v in voices})
    return tuple(
        OfficeStaff(
            name=office.name,
            staff=tuple(
                sorted(
                    (
                        StaffLine(name=names.get(v.person, v.person), position=v.position, since=v.valid_from)
                        for v in voices
                        if v.organisation == office.organisation
                    ),
                    key=lambda one: alphabetical(one.name),
                )
            ),
        )
        for office in sorted(known, key=lambda o: alphabetical(o.name))
    )


def _names(connection: Connection, people: Sequence[str]) -> tuple[str, ...]:
    names = labels(connection, "person", REGISTRY, people)
    return tuple(sorted((names.get(p, p) for p in people), key=alphabetical))


def _people(connection: Connection, initiative: str, name: str, today: date) -> InitiativePeople:
    seats, delegations = _held(connection, Seat, initiative, today), _held(connection, Delegation, initiative, today)
    bodies = {b.id: b for b in current(connection, Body, initiative, today)}
    people = {s.person for _, s in seats} | {p for _, d in delegations for p in (d.person, d.delegate)}
    names = labels(connection, "person", REGISTRY, people)
    firms = labels(connection, "organisation", REGISTRY, {s.organisation for _, s in seats if s.organisation})
    lines = [
        SeatLine(
            entry=entry,
            name=names.get(seat.person, seat.person),
            body=bodies[seat.body].name if seat.body in bodies else seat.body,
            kind=bodies[seat.body].kind if seat.body in bodies else None,
            role=seat.role,
            vote=seat.vote,
            organisation=firms.get(seat.organisation, seat.organisation) if seat.organisation else None,
            since=seat.valid_from,
            until=seat.valid_to,
        )
        for entry, seat in seats
    ]
    kinds, roles = [*BodyKind, None], list(SeatRole)
    return InitiativePeople(
        initiative=initiative,
        name=name,
        seats=tuple(
            sorted(lines, key=lambda s: (kinds.index(s.kind), s.body, roles.index(s.role), alphabetical(s.name)))
        ),
        delegations=tuple(
            DelegationLine(
                entry=entry,
                name=names.get(one.person, one.person),
                delegate=names.get(one.delegate, one.delegate),
                since=one.valid_from,
                until=one.valid_to,
            )
            for entry, one in delegations
        ),
    )


def _held(connection: Connection, cls: type[R], initiative: str, today: date) -> list[tuple[int, R]]:
    """Return the facts that hold today or begin later, with their entries; of each key only the latest that began."""
    by_key: dict[tuple[str, ...], list[tuple[int, R]]] = {}
    for fact in sorted(facts_of(connection, cls, initiative), key=lambda f: f.record.valid_from):
        if isinstance(fact.record, cls) and not fact.retracted:
            held = by_key.setdefault(fact.record.identity(), [])
            if fact.record.valid_from <= today:
                held.clear()
            held.append((fact.entry, fact.record))
    return [one for held in by_key.values() for one in held if one[1].valid_to is None or one[1].valid_to >= today]
