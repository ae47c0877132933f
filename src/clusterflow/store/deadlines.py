"""Stores the deadlines of initiatives; an index on the moment finds those that are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from clusterflow.domain.terms import DueKind
from clusterflow.rules.deadlines import Deadline
from clusterflow.store import tables
from clusterflow.store.write_batch import Writer

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
