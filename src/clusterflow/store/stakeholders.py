"""Reads the stakeholders of an initiative on a day: seats, members and representatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.governance import Body, Seat
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.parties import Initiative, Office, Organisation, Person, Representation
from clusterflow.domain.records.strategy import Objective
from clusterflow.domain.terms import BodyKind
from clusterflow.domain.text import Language
from clusterflow.store.registry import current, initiative_records


@dataclass(frozen=True, slots=True)
class Stakeholders:
    """The people and organisations around an initiative, as recorded on a day."""

    seats: tuple[Seat, ...]
    bodies: Mapping[str, BodyKind]
    owners: frozenset[str]
    """Ids of the bodies that own an objective."""
    members: frozenset[str]
    language: Language | None
    """The language of the initiative, for people who stated none."""
    office: str | None
    """The organisation whose office follows the initiative."""
    speakers: Mapping[str, frozenset[str]]
    """Organisation id to the ids of the people who represent it."""
    speaks_for: Mapping[str, frozenset[str]]
    """Person id to the ids of the organisations that the person represents or sits for."""
    organisations: Mapping[str, Organisation]
    people: Mapping[str, Person]


def stakeholders_of(
    connection: Connection, initiative: str, on: date, organisations: Iterable[str] = (), persons: Iterable[str] = ()
) -> Stakeholders:
    """Return the stakeholders of an initiative on a day, and the given organisations and people as well."""
    seats = current(connection, Seat, initiative, on)
    members = frozenset(m.organisation for m in current(connection, Membership, initiative, on))
    record = initiative_records(connection, on, [initiative]).get(initiative)
    office = _office(connection, record, on)
    wanted = members | set(organisations) | {s.organisation for s in seats if s.organisation}
    wanted |= {office} if office else set()
    sitting = {s.person for s in seats} | set(persons)
    voices = current(connection, Representation, REGISTRY, on, organisation=sorted(wanted))
    # Seat holders may also represent organisations that are not members: a board member may represent a ministry.
    voices += current(connection, Representation, REGISTRY, on, person=sorted(sitting))
    speakers, speaks_for = dict[str, set[str]](), dict[str, set[str]]()
    for person, organisation in [(v.person, v.organisation) for v in voices]:
        speakers.setdefault(organisation, set()).add(person)
        speaks_for.setdefault(person, set()).add(organisation)
    for seat in seats:
        if seat.organisation:
            speaks_for.setdefault(seat.person, set()).add(seat.organisation)
    known = sorted(wanted | set(speakers))
    everybody = sorted(sitting | set(speaks_for))
    return Stakeholders(
        seats=tuple(seats),
        bodies={b.id: b.kind for b in current(connection, Body, initiative, on)},
        owners=frozenset(o.owner for o in current(connection, Objective, initiative, on) if o.owner),
        members=members,
        language=record.language if record else None,
        office=office,
        speakers={o: frozenset(people) for o, people in speakers.items()},
        speaks_for={p: frozenset(those) for p, those in speaks_for.items()},
        organisations={o.id: o for o in current(connection, Organisation, REGISTRY, on, id=known)},
        people={p.id: p for p in current(connection, Person, REGISTRY, on, id=everybody)},
    )


def _office(connection: Connection, record: Initiative | None, on: date) -> str | None:
    offices = current(connection, Office, REGISTRY, on, id=record.office) if record and record.office else []
    return offices[0].organisation if offices else None
