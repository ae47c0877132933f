"""Reads on which days recorded labels and strategies end."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, select

from clusterflow.domain.records import Record
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.strategy import Strategy
from clusterflow.domain.terms import DueKind, Standing
from clusterflow.rules.deadlines import End
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import tables
from clusterflow.store.columns import from_row

R = TypeVar("R", bound=Record)


def ends_of(connection: Connection, initiative: str, calendar: WorkCalendar) -> tuple[End, ...]:
    """Return the last days of the recorded labels and strategies.

    Only the latest end of a renewed label or strategy counts. The end of a strategy is left out if a later strategy
    outlasts it.
    """
    labels = _latest(connection, Label, initiative)
    strategies = _latest(connection, Strategy, initiative)
    found = [
        End(DueKind.LABEL, label.name, label.valid_to, calendar.today(entered), label.grace_until)
        for label, entered in labels
        if label.valid_to is not None
    ]
    for strategy, entered in strategies:
        until = _end(strategy)
        if until is None:
            continue
        later = (_end(other) for other, _ in strategies if other.valid_from > strategy.valid_from)
        if not any(end is None or end > until for end in later):
            found.append(End(DueKind.STRATEGY, strategy.id, until, calendar.today(entered)))
    return tuple(found)


def labels_ending(connection: Connection, since: date, until: date) -> list[tuple[str, str, date]]:
    """Return (initiative, label, last day) of the labels that end within those days and were not renewed."""
    label, state = tables.REGISTRY_TABLES[Label.type], tables.initiative_state
    later = label.alias("later")
    renewed = select(later.c.entry).where(
        later.c.chain == label.c.chain,
        later.c.name == label.c.name,
        later.c.valid_from > label.c.valid_from,
        later.c.superseded_at.is_(None),
        ~later.c.retracted,
    )
    query = (
        select(label.c.chain, label.c.name, label.c.valid_to)
        .join(state, state.c.initiative == label.c.chain)
        .where(label.c.superseded_at.is_(None), ~label.c.retracted, label.c.valid_to.between(since, until))
        .where(state.c.standing != Standing.STOPPED.value, ~renewed.exists())
        .order_by(label.c.valid_to, label.c.chain, label.c.name)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def _end(strategy: Strategy) -> date | None:
    return min((d for d in (strategy.valid_to, strategy.horizon) if d is not None), default=None)


def _latest(connection: Connection, cls: type[R], initiative: str) -> list[tuple[R, datetime]]:
    """Return the fact of each key with the latest start, future ones included, and the moment it was entered."""
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(table.c.chain == initiative, table.c.superseded_at.is_(None), ~table.c.retracted)
    latest: dict[tuple[str, ...], tuple[R, datetime]] = {}
    for row in connection.execute(query.order_by(table.c.valid_from, table.c.entry)):
        record = from_row(cls, row._mapping)
        latest[record.identity()] = (record, row.entered_at)
    return list(latest.values())
