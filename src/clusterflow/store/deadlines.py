"""What becomes due and when: found by an index on the moment, not by looking at every initiative."""

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

R = TypeVar("R", bound=Record)

_MOMENT = tables.due_moment
_THIS = [_MOMENT.c[name] == bindparam(f"this_{name}") for name in ("initiative", "kind", "subject", "day")]
_DROP = delete(_MOMENT).where(*_THIS)
_ADD = insert(_MOMENT)

DUE = select(_MOMENT.c.initiative, _MOMENT.c.at).where(_MOMENT.c.at <= bindparam("now")).order_by(_MOMENT.c.at)
"""What is due, in the order of the index: SQLite would scan the table for a DISTINCT."""


def initiatives_due(connection: Connection, now: datetime) -> Sequence[str]:
    """The initiatives with something due, each once, the one that waits longest first."""
    return list(dict.fromkeys(connection.execute(DUE, {"now": now}).scalars()))


def next_moment(connection: Connection, now: datetime) -> datetime | None:
    """The next moment after now at which something becomes due."""
    found: datetime | None = connection.execute(select(func.min(_MOMENT.c.at)).where(_MOMENT.c.at > now)).scalar()
    return found


def is_due(connection: Connection, initiative: str, now: datetime) -> bool:
    query = select(_MOMENT.c.day).where(_MOMENT.c.initiative == initiative, _MOMENT.c.at <= now)
    return connection.execute(query.limit(1)).first() is not None


def moments_of(connection: Connection, initiative: str) -> dict[Deadline, datetime]:
    """All that is to become due in an initiative."""
    rows = connection.execute(select(_MOMENT).where(_MOMENT.c.initiative == initiative))
    return {Deadline(DueKind(r.kind), r.subject, r.day): r.at for r in rows}


def update_moments(
    connection: Connection, initiative: str, gone: Iterable[Deadline], coming: Mapping[Deadline, datetime]
) -> None:
    """Drop what no longer becomes due, and keep what does, each with its moment."""
    dropped = [
        {"this_initiative": initiative, "this_kind": d.kind.value, "this_subject": d.subject, "this_day": d.day}
        for d in sorted({*gone, *coming})
    ]
    if dropped:
        connection.execute(_DROP, dropped)
    if coming:
        rows = [
            {"initiative": initiative, "kind": d.kind.value, "subject": d.subject, "day": d.day, "at": at}
            for d, at in sorted(coming.items())
        ]
        connection.execute(_ADD, rows)


def drop_all(connection: Connection, initiative: str) -> None:
    """Nothing becomes due in an initiative any more."""
    connection.execute(delete(_MOMENT).where(_MOMENT.c.initiative == initiative))


def postpone(connection: Connection, initiative: str, now: datetime, until: datetime) -> None:
    """Look at what is due in an initiative again later: for the moment it cannot be dealt with."""
    mine = update(_MOMENT).where(_MOMENT.c.initiative == initiative, _MOMENT.c.at <= now)
    connection.execute(mine.values(at=until))


def ends_of(connection: Connection, initiative: str, calendar: WorkCalendar) -> tuple[End, ...]:
    """The last days of labels and strategies on record.

    Of one that was renewed only the latest end counts. A strategy that another one, adopted later, outlasts is
    followed by it, and its end concerns nobody.
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
    """Initiative, label and last day of the labels that end within those days and were not renewed."""
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
    """The fact of each key that begins last, also one that is yet to begin, with the moment it was entered."""
    table = tables.REGISTRY_TABLES[cls.type]
    query = select(table).where(table.c.chain == initiative, table.c.superseded_at.is_(None), ~table.c.retracted)
    latest: dict[tuple[str, ...], tuple[R, datetime]] = {}
    for row in connection.execute(query.order_by(table.c.valid_from, table.c.entry)):
        record = from_row(cls, row._mapping)
        latest[record.identity()] = (record, row.entered_at)
    return list(latest.values())
