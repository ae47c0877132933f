"""Reads who is signed in and the bases of the views at once: each transaction makes a page slower."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Person
from clusterflow.services import sign_in
from clusterflow.services.context import Context
from clusterflow.services.views.cache import Basis, ViewCache, bases_in


class Visit(NamedTuple):
    """Who is signed in, and the basis of each chain; both are empty where nobody is."""

    person: Person | None
    bases: Mapping[str, Basis]


def visit_of(context: Context, cookie: str, chains: Sequence[str], views: ViewCache) -> Visit:
    """Return who is signed in by a cookie, and the bases of some chains, that of the registry among them."""
    bases: dict[str, Basis] = {}

    def find(connection: Connection, person: str) -> Person | None:
        bases.update(bases_in(connection, chains, context.clock()))
        registry = bases.get(REGISTRY)
        return views.one(registry, ("person", person), lambda: sign_in.person_by_id(connection, context, person))

    return Visit(sign_in.person_signed_in(context, cookie, find), bases)
