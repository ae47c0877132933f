"""Replays the states of many initiatives at a past moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from clusterflow.domain.events import Entry
from clusterflow.domain.state import InitiativeState
from clusterflow.rules.projection import STATE_EVENT_KINDS, replay
from clusterflow.store import ledger, tables
from clusterflow.store.state import sort_rows


def states_at(connection: Connection, ends: Mapping[str, datetime]) -> dict[str, InitiativeState]:
    """Return the states replayed from the ledgers, of each initiative up to a moment of its own.

    Facts change only the version and the last moment of a state, so only the last of them is read.
    """
    entries: dict[str, list[Entry]] = defaultdict(list)
    for entry in ledger.read_entries_of_many(connection, STATE_EVENT_KINDS, ends):
        entries[entry.chain].append(entry)
    last = {end: _last(connection, end) for end in set(ends.values())}
    states = {}
    for initiative, mine in entries.items():
        state = replay(mine)
        if state is not None:
            version, at = last[ends[initiative]][initiative]
            states[initiative] = sort_rows(state.model_copy(update={"version": version, "last_at": at}))
    return states


def _last(connection: Connection, end: datetime) -> dict[str, tuple[int, datetime]]:
    """Return the number and moment of the last entry of each chain up to a moment."""
    table = tables.ledger
    query = select(table.c.chain, func.max(table.c.version).label("version"), func.max(table.c.at).label("at"))
    found = connection.execute(query.where(table.c.at <= end).group_by(table.c.chain))
    return {row.chain: (row.version, row.at) for row in found}
