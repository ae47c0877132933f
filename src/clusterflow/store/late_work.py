"""Counts what waits in the database and since when: deadlines that nobody processed, and notices by their delivery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from clusterflow.store import tables

_DUE_MOMENT, _NOTICE = tables.due_moment, tables.notice


def late_deadlines(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """Return how many deadlines are due and not yet processed, and the moment of the oldest."""
    query = select(func.count(), func.min(_DUE_MOMENT.c.at)).where(_DUE_MOMENT.c.at <= now)
    count, since = connection.execute(query).one()
    return count, since


def unsent_notices(connection: Connection) -> tuple[int, int]:
    """Return how many notices wait for their first attempt, and how many for another one.

    A digest is one notice. Both statements use the index of what waits, so they do not read what was sent.
    """
    waiting = (_NOTICE.c.sent_at.is_(None), _NOTICE.c.dead_at.is_(None), _NOTICE.c.gathered_into.is_(None))
    refused = _NOTICE.c.attempts > _NOTICE.c.forgiven
    query = select(func.count(), func.count().filter(refused)).where(*waiting, ~_NOTICE.c.withdrawn)
    everything, again = connection.execute(query).one()
    return everything - again, again


def dead_notices(connection: Connection) -> int:
    """Return how many notices were given up and wait for somebody to correct the address."""
    unsent = _NOTICE.c.sent_at.is_(None)  # by which the index of what waits finds them
    query = select(func.count()).where(unsent, _NOTICE.c.dead_at.is_not(None), ~_NOTICE.c.withdrawn)
    count: int = connection.execute(query).scalar_one()
    return count
