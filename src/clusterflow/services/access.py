"""Access: which initiatives a person meets, in which capacities, and with which rights."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sqlalchemy import Connection

from clusterflow.domain.access import Capacity, Right, rights_of
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Office, Representation
from clusterflow.engine.refuse_access import AccessRefusal, refuse_access
from clusterflow.engine.transaction import perform
from clusterflow.errors import ClusterflowError
from clusterflow.services.context import Context
from clusterflow.store.access import capacities_by_initiative, served_initiatives
from clusterflow.store.portfolio import enrolled_initiatives
from clusterflow.store.registry import current

logger = logging.getLogger(__name__)


def capacities_of(context: Context, person: str) -> Mapping[str, frozenset[Capacity]]:
    """The capacities of a person today, by initiative; an administrator meets every initiative."""
    with context.reading() as connection:
        found = capacities_by_initiative(connection, person, context.clock().date())
        if person not in context.settings.administrator_ids:
            return found
        mine = frozenset({Capacity.ADMINISTRATOR})
        return {i: found.get(i, frozenset()) | mine for i in enrolled_initiatives(connection)}


def served_capacities(connection: Connection, context: Context, person: str) -> Mapping[str, frozenset[Capacity]]:
    """The capacities of a person as staff of an office or as an administrator, by initiative."""
    served = dict.fromkeys(served_initiatives(connection, person, context.clock().date()), frozenset({Capacity.OFFICE}))
    if is_administrator(context, person):
        mine = frozenset({Capacity.ADMINISTRATOR})
        served = {i: served.get(i, frozenset()) | mine for i in enrolled_initiatives(connection)}
    return {i: served[i] for i in sorted(served)}


def rights_in(context: Context, person: str, initiative: str) -> frozenset[Right]:
    """The rights of a person in an initiative today; none where no such initiative is enrolled."""
    with context.reading() as connection:
        found = capacities_by_initiative(connection, person, context.clock().date(), initiative)
        held = found.get(initiative, frozenset())
        if person in context.settings.administrator_ids and initiative in enrolled_initiatives(connection, initiative):
            held |= {Capacity.ADMINISTRATOR}
    return rights_of(held)


def is_permitted(context: Context, person: str, initiative: str, right: Right) -> bool:
    """Whether a person has a right in an initiative. A refusal is entered in the ledger of the initiative."""
    if right in rights_in(context, person, initiative):
        return True
    enter_refusal(context, person, initiative, right)
    return False


def enter_refusal(context: Context, person: str, initiative: str, right: Right) -> None:
    """Enter in the ledger of an initiative that a person asked for something without the right to it."""
    # Once a day: who asks again and again must not make the ledger grow.
    key = f"refused-{context.keyed_hash('refusal', f'{context.clock().date()} {initiative} {person} {right}')[:32]}"
    try:
        perform(
            context.database, context.command("web", key), "refuse access", f"{initiative} {right}", AccessRefusal,
            lambda tx: refuse_access(tx, initiative, person, right),
        )  # fmt: skip
    except ClusterflowError as problem:
        # The answer must be the one for an initiative that does not exist, whatever the ledger says.
        logger.warning("a refusal was not entered: %s", problem)


def is_administrator(context: Context, person: str) -> bool:
    """Whether the settings name a person as an administrator."""
    return person in context.settings.administrator_ids


def is_staff(context: Context, person: str) -> bool:
    """Whether a person works for an office, or is an administrator."""
    return is_administrator(context, person) or bool(offices_of(context, person))


def offices_of(context: Context, person: str) -> Mapping[str, str]:
    """The offices that a person works for, by id with their names; all of them for an administrator."""
    today = context.clock().date()
    with context.reading() as connection:
        offices: list[Office] = current(connection, Office, REGISTRY, today)
        voices: list[Representation] = current(connection, Representation, REGISTRY, today, person=person)
    mine = {v.organisation for v in voices if v.valid_to is None or v.valid_to >= today}
    everywhere = is_administrator(context, person)
    return {o.id: o.name for o in offices if everywhere or o.organisation in mine}


def initiatives_served(context: Context, person: str) -> frozenset[str]:
    """The initiatives that a person serves as staff of an office, or as an administrator."""
    serving = {Capacity.OFFICE, Capacity.ADMINISTRATOR}
    return frozenset(i for i, held in capacities_of(context, person).items() if held & serving)
