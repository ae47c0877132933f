"""To whom: from audiences to the people who are in them on the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from clusterflow.model.notice import Audience, NoticeRule, Recipient
from clusterflow.model.records.base import REGISTRY
from clusterflow.model.records.membership import Membership
from clusterflow.model.records.parties import Person, Representation
from clusterflow.model.words import Role
from clusterflow.store.people import capacities
from clusterflow.store.registry import current

_ROLES: dict[Audience, frozenset[Role]] = {
    Audience.MANAGER: frozenset({Role.MANAGER}),
    Audience.OFFICE: frozenset({Role.OFFICE}),
    Audience.BOARD: frozenset({Role.BOARD_CHAIR, Role.BOARD_MEMBER}),
}


def rules_for(rules: Iterable[NoticeRule], event: str, level: int | None) -> list[NoticeRule]:
    return [r for r in rules if r.event == event and r.level in (None, level)]


def recipients(
    connection: Connection,
    rule: NoticeRule,
    initiative: str,
    deciders: Iterable[str],
    voter: str | None,
    on: date,
) -> list[Recipient]:
    """The people a rule is for on a day, each once.

    Args:
        deciders: who may cast a vote at the gate that the event is about.
        voter: who cast the vote that the event is about.
    """
    held = capacities(connection, initiative, on)
    wanted: set[str] = set()
    for audience in rule.to:
        if audience is Audience.MEMBERS:
            wanted |= _contacts(connection, initiative, on)
        elif audience is Audience.DECIDERS:
            wanted |= set(deciders)
        elif audience is Audience.VOTER:
            wanted |= {voter} if voter else set()
        else:
            roles = _ROLES.get(audience, frozenset())
            wanted |= {person for person, (mine, _) in held.items() if mine & roles}
    people = {p.id: p for p in current(connection, Person, REGISTRY, on)}
    return [
        Recipient(person=p, name=people[p].name, address=people[p].email, language=people[p].language)
        for p in sorted(wanted)
        if p in people
    ]


def _contacts(connection: Connection, initiative: str, on: date) -> set[str]:
    members = {m.organisation for m in current(connection, Membership, initiative, on)}
    return {r.person for r in current(connection, Representation, REGISTRY, on) if r.organisation in members}
