"""Reads what the views of an initiative depend on: its chain, the chain of the registry, and the last evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from clusterflow.domain.records.base import REGISTRY
from clusterflow.store import tables
from clusterflow.store.registry import MOST_NAMED


class Facts(NamedTuple):
    """Two views on the same facts, on the same day, are equal."""

    head: str
    registry: str | None
    measured: tuple[int, int, date] | None
    """On which versions of the initiative and of the registry it was last evaluated, and as of which day."""


_CHAIN, _REGISTRY, _MEASURED = tables.chain, tables.chain.alias("registry"), tables.evaluation
# Built once: SQLAlchemy takes longer to build a statement and look up its compiled form than to run it.
_FACTS = (
    select(
        _CHAIN.c.id,
        _CHAIN.c.head,
        _REGISTRY.c.head.label("registry"),
        _MEASURED.c.version,
        _MEASURED.c.registry_version,
        _MEASURED.c.as_of,
    )
    .join_from(_CHAIN, _REGISTRY, _REGISTRY.c.id == REGISTRY, isouter=True)
    .join(_MEASURED, _MEASURED.c.initiative == _CHAIN.c.id, isouter=True)
    .where(_CHAIN.c.id.in_(bindparam("chains", expanding=True)))
)


def facts_behind(connection: Connection, initiatives: Sequence[str]) -> dict[str, Facts]:
    """Return what the views of some initiatives depend on; an initiative without any entry is left out."""
    ids = list(initiatives)
    return {
        row.id: Facts(
            row.head, row.registry, None if row.version is None else (row.version, row.registry_version, row.as_of)
        )
        for start in range(0, len(ids), MOST_NAMED)
        for row in connection.execute(_FACTS, {"chains": ids[start : start + MOST_NAMED]})
    }
