"""Reads from the ledgers when milestones lapsed, and when facts were recorded last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from clusterflow.domain.events import InitiativeMigrated, MilestoneLapsed, MilestoneRestored, MilestoneWithdrawn
from clusterflow.store import ledger, tables
from clusterflow.store.portfolio import InitiativeSnapshot, end_of_day


class Lapse(NamedTuple):
    """A milestone that lapsed on a day because of some criteria; ``ended_on`` is when it was restored or withdrawn."""

    initiative: str
    stage: str
    lapsed_on: date
    ended_on: date | None
    criteria: tuple[str, ...]


def lapses(connection: Connection, of: Iterable[InitiativeSnapshot], since: date) -> list[Lapse]:
    """Return the lapses that have not ended, and those that ended on the day ``since`` or later."""
    ends = {s.state.initiative: end_of_day(s.day, s.record) for s in of}
    open_ones: dict[tuple[str, str, int], Lapse] = {}
    ended: list[Lapse] = []
    for entry in ledger.read_entries_of_many(connection, _LAPSING, ends):
        event = entry.event
        if isinstance(event, MilestoneLapsed):
            here = (entry.chain, event.stage, event.round)
            open_ones[here] = Lapse(entry.chain, event.stage, event.on, None, event.criteria)
        elif isinstance(event, MilestoneRestored | MilestoneWithdrawn):
            over = open_ones.pop((entry.chain, event.stage, event.round), None)
            if over is not None and event.on >= since:
                ended.append(over._replace(ended_on=event.on))
        elif isinstance(event, InitiativeMigrated):
            for here in [h for h in open_ones if h[0] == entry.chain and h[1] in event.stages]:
                stage = event.stages[here[1]]
                open_ones[entry.chain, stage, here[2]] = open_ones.pop(here)._replace(stage=stage)
    return [*open_ones.values(), *ended]


_LAPSING = frozenset({"milestone.lapsed", "milestone.restored", "milestone.withdrawn", "initiative.migrated"})


def last_facts(connection: Connection, of: Iterable[InitiativeSnapshot]) -> dict[str, date]:
    """Return the day of the last recorded fact of each initiative; those without facts are left out."""
    ends = {s.state.initiative: end_of_day(s.day, s.record) for s in of}
    table = tables.ledger
    days: dict[str, date] = {}
    for end in set(ends.values()):
        query = select(table.c.chain, func.max(table.c.at).label("at")).where(table.c.at <= end)
        query = query.where(table.c.kind.in_(sorted(FACTS)))
        if len(ends) <= _FEW:
            query = query.where(table.c.chain.in_(sorted(ends)))
        rows = connection.execute(query.group_by(table.c.chain))
        days |= {row.chain: row.at.astimezone(end.tzinfo).date() for row in rows if ends.get(row.chain) == end}
    return days


_FEW = 500
"""Up to so many initiatives are named in a statement; for more it reads all of them."""

FACTS = frozenset({"record.entered", "record.corrected", "record.retracted"})
