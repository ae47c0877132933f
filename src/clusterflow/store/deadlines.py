"""Stores the deadlines of initiatives; an index on the moment finds those that are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from clusterflow.domain.records import Record
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.strategy import Strategy
from clusterflow.domain.terms import DueKind, Standing
from clusterflow.rules.deadlines import Deadline, End
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import tables
from clusterflow.store.columns import from_row
from clusterflow.store.write_batch import Writer

R = TypeVar("R", bound=Record)

_DUE_MOMENT = tables.due_moment
_THIS = [_DUE_MOMENT.c[name] == bindparam(f"this_{name}") for name in ("initiative", "kind", "subject", "day")]
_DROP = delete(_DUE_MOMENT).where(*_THIS)
_DROP_ALL = delete(_DUE_MOMENT).where(_DUE_MOMENT.c.initiative == bindparam("this_initiative"))
_ADD = insert(_DUE_MOMENT)

DUE = (
    select(_DUE_MOMENT.c.initiative, _DUE_MOMENT.c.at)
    .where(_DUE_MOMENT.c.at <= bindparam("now"))
    .order_by(_DUE_MOMENT.c.at)
)
"""The due moments in the order of the index; without DISTINCT, for which SQLite would scan the table."""

_NEXT = select(func.min(_DUE_MOMENT.c.at)).where(_DUE_MOMENT.c.at > bindparam("now"))


def initiatives_due(connection: Connection, now: datetime) -> Sequence[str]:
    """Return the initiatives with a deadline that is due, each once, the longest waiting first."""
    return list(dict.fromkeys(connection.execute(DUE, {"now": now}).scalars()))


def next_moment(connection: Connection, now: datetime) -> datetime | None:
    """Return the next moment after ``now`` at which a deadline becomes due; None if there is none."""
    found: datetime | None = connection.execute(_NEXT, {"now": now}).scalar()
    return found


def is_due(connection: Connection, initiative: str, now: datetime) -> bool:
    query = select(_DUE_MOMENT.c.day).where(_DUE_MOMENT.c.initiative == initiative, _DUE_MOMENT.c.at <= now)
    return connection.execute(query.limit(1)).first() is not None


def moments_of(connection: Connection, initiative: str) -> dict[Deadline, datetime]:
    """Return the deadlines of an initiative with their moments."""
    rows = connection.execute(select(_DUE_MOMENT).where(_DUE_MOMENT.c.initiative == initiative))
    return {Deadline(DueKind(r.kind), r.subject, r.day): r.at for r in rows}


def update_moments(
    writer: Writer, initiative: str, obsolete: Iterable[Deadline], coming: Mapping[Deadline, datetime]
) -> None:
    """Delete the obsolete deadlines, and store the coming ones with their moments."""
    dropped = [
        {"this_initiative": initiative, "this_kind": d.kind.value, "this_subject": d.subject, "this_day": d.day}
        for d in sorted({*obsolete, *coming})
    ]
    if dropped:
        writer.execute(_DROP, dropped)
    if coming:
        rows = [
            {"initiative": initiative, "kind": d.kind.value, "subject": d.subject, "day": d.day, "at": at}
            for d, at in sorted(coming.items())
        ]
        writer.execute(_ADD, rows)


def drop_all(writer: Writer, initiative: str) -> None:
    """Delete all deadlines of an initiative."""
    writer.execute(_DROP_ALL, {"this_initiative": initiative})


def postpone(connection: Connection, initiative: str, now: datetime, until: datetime) -> None:
    """Postpone the due deadlines of an initiative that cannot be handled now."""
    mine = update(_DUE_MOMENT).where(_DUE_MOMENT.c.initiative == initiative, _DUE_MOMENT.c.at <= now)
    connection.execute(mine.values(at=until))


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
