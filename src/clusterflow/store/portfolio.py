"""Reads the states of many initiatives at once, today or at the end of a past day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Standing
from clusterflow.store import tables
from clusterflow.store.chains import heads
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import initiative_records
from clusterflow.store.state import last_notes, load_states, notes_in


class InitiativeSnapshot(NamedTuple):
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
        states = load_states(connection, heads(connection, initiatives))
        notes = _notes(connection, initiatives)
    else:
        # Start-up time: the present is read without the ledger, and so without all kinds of events.
        from clusterflow.store.past_states import states_at  # noqa: PLC0415

        enrolled = enrolled_initiatives(connection) if initiatives is None else initiatives
        states, notes = states_at(connection, {i: end_of_day(as_of, records.get(i)) for i in enrolled}), {}
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


def end_of_day(day: date, record: Initiative | None) -> datetime:
    """Return the last moment of a day, in the time zone of an initiative."""
    return datetime.combine(day, time.max, _zone(record))


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
