"""Reads the states of many initiatives at once, today or at the end of a past day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from clusterflow.domain.events import Entry, InitiativeMigrated, MilestoneLapsed, MilestoneRestored, MilestoneWithdrawn
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Standing
from clusterflow.rules.projection import STATE_EVENT_KINDS, replay
from clusterflow.store import ledger, tables
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import initiative_records
from clusterflow.store.state import last_notes, load_states, notes_in, sort_rows


@dataclass(frozen=True, slots=True)
class InitiativeSnapshot:
    """The state of one initiative on a day; ``record`` is its own record in the registry, if there is one."""

    state: InitiativeState
    model: LifecycleModel
    record: Initiative | None
    day: date
    notes: Mapping[tuple[str, str], str]
    """What the last evaluation measured, by stage and criterion; empty for a past day."""


def snapshots(
    connection: Connection, now: datetime, as_of: date | None = None, initiatives: Sequence[str] | None = None
) -> list[InitiativeSnapshot]:
    """Return every initiative that was enrolled by then, today or at the end of a day, ordered by id.

    The number of statements does not grow with the number of initiatives.

    Args:
        initiatives: only these; ``None`` for all.
    """
    records = initiative_records(connection, as_of or now.date(), initiatives)
    if as_of is None:
        states = load_states(connection, ledger.heads(connection, initiatives))
        notes = _notes(connection, initiatives)
    else:
        states, notes = _states_at(connection, as_of, records, initiatives), {}
    days = {i: as_of or _day(records.get(i), now) for i in states}
    on_day = {day: initiative_records(connection, day, initiatives) for day in set(days.values())}
    return [
        InitiativeSnapshot(
            state=states[i],
            model=load_model(connection, states[i].model_hash),
            record=on_day[days[i]].get(i),
            day=days[i],
            notes=notes.get(i, {}),
        )
        for i in sorted(states)
    ]


def snapshot_of(
    connection: Connection, state: InitiativeState, now: datetime, as_of: date | None = None
) -> InitiativeSnapshot:
    """Return the snapshot of one initiative from its state on that day."""
    mine = state.initiative
    day = as_of or _day(initiative_records(connection, now.date(), [mine]).get(mine), now)
    return InitiativeSnapshot(
        state=state,
        model=load_model(connection, state.model_hash),
        record=initiative_records(connection, day, [mine]).get(mine),
        day=day,
        notes={} if as_of else last_notes(connection, mine),
    )


def _day(record: Initiative | None, now: datetime) -> date:
    return now.astimezone(_zone(record)).date()


def _zone(record: Initiative | None) -> ZoneInfo:
    return ZoneInfo(record.timezone if record else "UTC")


def enrolled_initiatives(connection: Connection, only: str | None = None, as_of: date | None = None) -> list[str]:
    """Return the ids of all enrolled initiatives in order; with ``only``, that id if it is enrolled.

    Args:
        as_of: leave out those that were enrolled after that day.
    """
    column = tables.initiative_state.c.initiative
    query = select(column) if only is None else select(column).where(column == only)
    if as_of is not None:
        query = query.where(tables.initiative_state.c.enrolled_on <= as_of)
    return list(connection.execute(query.order_by(column)).scalars())


def live_initiatives(connection: Connection, model: str) -> list[str]:
    """Return the ids of the initiatives under a model that have not been stopped, in order."""
    table = tables.initiative_state
    query = select(table.c.initiative).where(table.c.model == model, table.c.standing != Standing.STOPPED.value)
    return list(connection.execute(query.order_by(table.c.initiative)).scalars())


def active_initiatives(connection: Connection) -> frozenset[str]:
    """Return the ids of the initiatives that have not been stopped."""
    return frozenset(connection.execute(_ACTIVE).scalars())


_ACTIVE = select(tables.initiative_state.c.initiative).where(
    tables.initiative_state.c.standing == Standing.ACTIVE.value
)


def _notes(connection: Connection, initiatives: Sequence[str] | None) -> dict[str, dict[tuple[str, str], str]]:
    table = tables.evaluation
    query = select(table.c.initiative, table.c.notes)
    if initiatives is not None:
        query = query.where(table.c.initiative.in_(initiatives))
    return {row.initiative: notes_in(row.notes) for row in connection.execute(query)}


def _states_at(
    connection: Connection, as_of: date, records: Mapping[str, Initiative], initiatives: Sequence[str] | None
) -> dict[str, InitiativeState]:
    """Return the states replayed from the ledgers up to the end of a day, in the time zone of each initiative.

    Facts change only the version and the last moment of a state, so only the last of them is read.
    """
    enrolled = enrolled_initiatives(connection) if initiatives is None else initiatives
    ends = {i: datetime.combine(as_of, time.max, _zone(records.get(i))) for i in enrolled}
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


@dataclass(frozen=True, slots=True)
class Lapse:
    """A milestone that lapsed on a day because of some criteria; ``ended_on`` is when it was restored or withdrawn."""

    initiative: str
    stage: str
    lapsed_on: date
    ended_on: date | None
    criteria: tuple[str, ...]


def lapses(connection: Connection, of: Iterable[InitiativeSnapshot], since: date) -> list[Lapse]:
    """Return the lapses that have not ended, and those that ended on the day ``since`` or later."""
    ends = {s.state.initiative: datetime.combine(s.day, time.max, _zone(s.record)) for s in of}
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
                ended.append(replace(over, ended_on=event.on))
        elif isinstance(event, InitiativeMigrated):
            for here in [h for h in open_ones if h[0] == entry.chain and h[1] in event.stages]:
                stage = event.stages[here[1]]
                open_ones[entry.chain, stage, here[2]] = replace(open_ones.pop(here), stage=stage)
    return [*open_ones.values(), *ended]


_LAPSING = frozenset({"milestone.lapsed", "milestone.restored", "milestone.withdrawn", "initiative.migrated"})


def last_facts(connection: Connection, of: Iterable[InitiativeSnapshot]) -> dict[str, date]:
    """Return the day of the last recorded fact of each initiative; those without facts are left out."""
    ends = {s.state.initiative: datetime.combine(s.day, time.max, _zone(s.record)) for s in of}
    table = tables.ledger
    days: dict[str, date] = {}
    for end in set(ends.values()):
        query = select(table.c.chain, func.max(table.c.at).label("at")).where(table.c.at <= end)
        query = query.where(table.c.kind.in_(sorted(_FACTS)))
        if len(ends) <= _FEW:
            query = query.where(table.c.chain.in_(sorted(ends)))
        rows = connection.execute(query.group_by(table.c.chain))
        days |= {row.chain: row.at.astimezone(end.tzinfo).date() for row in rows if ends.get(row.chain) == end}
    return days


_FEW = 500
"""Up to so many initiatives are named in a statement; for more it reads all of them."""

_FACTS = frozenset({"record.entered", "record.corrected", "record.retracted"})
