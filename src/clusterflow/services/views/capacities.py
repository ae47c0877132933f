"""The capacities of a person in all initiatives, kept between two pages: an office may serve thousands."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from clusterflow.domain.access import Capacity, Right, rights_of
from clusterflow.domain.records.base import REGISTRY
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.services.views.cache import Basis, ViewCache, quarter_of
from clusterflow.store.access import offices_of, own_capacities, served_basis
from clusterflow.store.view_basis import Facts


def capacities_to_see(
    connection: Connection, context: Context, person: str, views: ViewCache
) -> Mapping[str, frozenset[Capacity]]:
    """Return the capacities of a person today in the initiatives that the person may see, in the order of their ids.

    Args:
        connection: reads all of it. A page that waits for what another computes must not hold a connection that the
            other needs, so nothing here opens a second one.
        views: keeps which initiatives the person serves until the registry, the day or the enrolments change.
    """
    today = context.clock().date()
    own = own_capacities(connection, person, today)
    serves = access.is_administrator(context, person) or bool(offices_of(connection, person, today))
    # Who serves no office does not wait until the initiatives are counted.
    facts = served_basis(connection) if serves else None
    served: Mapping[str, frozenset[Capacity]] = {}
    if facts is not None:
        basis = Basis(REGISTRY, Facts(str(facts.registry), None, None), quarter_of(context.clock()))
        what = ("served", person, facts.enrolled)
        served = views.one(basis, what, lambda: access.served_capacities(connection, context, person))
    visible = {i: held for i, held in own.items() if Right.SEE in rights_of(held)}
    if not visible:
        return served
    merged = {**served, **{i: held | served.get(i, frozenset()) for i, held in visible.items()}}
    return {i: merged[i] for i in sorted(merged)}


def initiatives_served(context: Context, person: str, views: ViewCache) -> tuple[str, ...]:
    """Return the initiatives that a person serves as staff of an office, or as an administrator, in order."""
    serving = {Capacity.OFFICE, Capacity.ADMINISTRATOR}
    with context.reading() as connection:
        found = capacities_to_see(connection, context, person, views)
    return tuple(i for i, held in found.items() if held & serving)
