"""Many initiatives at a time: their states today or at the end of a day, with what is needed to tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from clusterflow.domain.events import Entry, MilestoneLapsed, MilestoneRestored, MilestoneWithdrawn
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.state import InitiativeState
from clusterflow.rules.projection import STATE_EVENT_KINDS, replay
from clusterflow.store import ledger, tables
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import initiative_records
from clusterflow.store.state import last_notes, load_states, notes_in, sort_rows


@dataclass(frozen=True, slots=True)
class InitiativeSnapshot:
    """One initiative on a day; ``record`` is what the registry says of it, where it says anything."""

    state: InitiativeState
    model: LifecycleModel
    record: Initiative | None
    day: date
    notes: Mapping[tuple[str, str], str]
    """What the last evaluation measured, by stage and criterion; nothing for a day gone by."""


def snapshots(connection: Connection, now: datetime, as_of: date | None = None) -> list[InitiativeSnapshot]:
    """Every initiative, today or at the end of a day, by id; who was not yet enrolled then is left out.

    A few statements, however many initiatives there are.
    """
    records = initiative_records(connection, as_of or now.date())
    if as_of is None:
        states, notes = load_states(connection, ledger.heads(connection)), _notes(connection)
    else:
        states, notes = _states_at(connection, as_of, records), {}
    days = {i: as_of or _day(records.get(i), now) for i in states}
    on_day = {day: initiative_records(connection, day) for day in set(days.values())}
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
    """One initiative whose state of the day is known."""
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


def _notes(connection: Connection) -> dict[str, dict[tuple[str, str], str]]:
    table = tables.evaluation
    rows = connection.execute(select(table.c.initiative, table.c.notes))
    return {row.initiative: notes_in(row.notes) for row in rows}


def _states_at(connection: Connection, as_of: date, records: Mapping[str, Initiative]) -> dict[str, InitiativeState]:
    """What the ledgers add up to at the end of a day, which is over where each initiative is.

    Facts leave a state as it is but for its version and moment, so only the last of them is asked for.
    """
    enrolled = connection.execute(select(tables.initiative_state.c.initiative)).scalars()
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
    """The number and moment of each chain's last entry until then."""
    table = tables.ledger
    query = select(table.c.chain, func.max(table.c.version).label("version"), func.max(table.c.at).label("at"))
    found = connection.execute(query.where(table.c.at <= end).group_by(table.c.chain))
    return {row.chain: (row.version, row.at) for row in found}


@dataclass(frozen=True, slots=True)
class Lapse:
    """A milestone that lapsed on a day by some criteria; ``ended_on`` when it was restored, or taken back."""

    initiative: str
    stage: str
    lapsed_on: date
    ended_on: date | None
    criteria: tuple[str, ...]


def lapses(connection: Connection, found: Iterable[InitiativeSnapshot], since: date) -> list[Lapse]:
    """What has lapsed in some lives: what has not ended yet, and what ended on a day or later."""
    ends = {life.state.initiative: datetime.combine(life.day, time.max, _zone(life.record)) for life in found}
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
    return [*open_ones.values(), *ended]


_LAPSING = frozenset({"milestone.lapsed", "milestone.restored", "milestone.withdrawn"})


def last_facts(connection: Connection, found: Iterable[InitiativeSnapshot]) -> dict[str, date]:
    """When something was recorded of some lives the last time; who has no facts is left out."""
    ends = {life.state.initiative: datetime.combine(life.day, time.max, _zone(life.record)) for life in found}
    table = tables.ledger
    days: dict[str, date] = {}
    for end in set(ends.values()):
        query = select(table.c.chain, func.max(table.c.at).label("at")).where(table.c.at <= end)
        rows = connection.execute(query.where(table.c.kind.in_(sorted(_FACTS))).group_by(table.c.chain))
        days |= {row.chain: row.at.astimezone(end.tzinfo).date() for row in rows if ends.get(row.chain) == end}
    return days


_FACTS = frozenset({"record.entered", "record.corrected", "record.retracted"})
