"""Access: which initiatives a person meets, in which capacities, and with which rights."""

from __future__ import annotations

from collections.abc import Mapping

from clusterflow.domain.access import Capacity, Right, rights_of
from clusterflow.services.context import Context
from clusterflow.store.access import capacities_by_initiative
from clusterflow.store.portfolio import enrolled_initiatives


def capacities_of(context: Context, person: str) -> Mapping[str, frozenset[Capacity]]:
    """The capacities of a person today, by initiative; an administrator meets every initiative."""
    with context.reading() as connection:
        found = capacities_by_initiative(connection, person, context.clock().date())
        if person not in context.settings.administrator_ids:
            return found
        mine = frozenset({Capacity.ADMINISTRATOR})
        return {i: found.get(i, frozenset()) | mine for i in enrolled_initiatives(connection)}


def rights_in(context: Context, person: str, initiative: str) -> frozenset[Right]:
    """The rights of a person in an initiative today; none where no such initiative is enrolled."""
    with context.reading() as connection:
        found = capacities_by_initiative(connection, person, context.clock().date(), initiative)
        held = found.get(initiative, frozenset())
        if person in context.settings.administrator_ids and initiative in enrolled_initiatives(connection, initiative):
            held |= {Capacity.ADMINISTRATOR}
    return rights_of(held)
