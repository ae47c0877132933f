"""To whom: from audiences to the people who are in them on the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.notice import Audience, NoticeRule, Recipient
from clusterflow.model.records.base import REGISTRY
from clusterflow.model.records.membership import Membership
from clusterflow.model.records.parties import Person, Representation
from clusterflow.model.words import HelixKind, Role
from clusterflow.store.people import capacities
from clusterflow.store.registry import current

Capacities = Mapping[str, tuple[frozenset[Role], frozenset[HelixKind]]]

_ROLES: dict[Audience, frozenset[Role]] = {
    Audience.MANAGER: frozenset({Role.MANAGER}),
    Audience.OFFICE: frozenset({Role.OFFICE}),
    Audience.BOARD: frozenset({Role.BOARD_CHAIR, Role.BOARD_MEMBER}),
}


def rules_for(rules: Iterable[NoticeRule], event: str, level: int | None) -> list[NoticeRule]:
    return [r for r in rules if r.event == event and r.level in (None, level)]


def recipients(
    connection: Connection, rule: NoticeRule, initiative: str, model: LifecycleModel, stage: str | None, on: date
) -> list[Recipient]:
    """The people a rule is for on a day, each once."""
    held = capacities(connection, initiative, on)
    wanted: set[str] = set()
    for audience in rule.to:
        if audience is Audience.MEMBERS:
            wanted |= _contacts(connection, initiative, on)
        elif audience is Audience.DECIDERS and stage is not None:
            wanted |= _deciders(model, stage, held)
        else:
            roles = _ROLES.get(audience, frozenset())
            wanted |= {person for person, (mine, _) in held.items() if mine & roles}
    people = {p.id: p for p in current(connection, Person, REGISTRY, on)}
    return [
        Recipient(person=p, name=people[p].name, address=people[p].email, language=people[p].language)
        for p in sorted(wanted)
        if p in people
    ]


def _deciders(model: LifecycleModel, stage: str, held: Capacities) -> set[str]:
    rule = model.stage(stage).gate.decided_by
    return {p for p, (roles, helix) in held.items() if roles & set(rule.roles) and not helix & set(rule.never)}


def _contacts(connection: Connection, initiative: str, on: date) -> set[str]:
    members = {m.organisation for m in current(connection, Membership, initiative, on)}
    return {r.person for r in current(connection, Representation, REGISTRY, on) if r.organisation in members}
