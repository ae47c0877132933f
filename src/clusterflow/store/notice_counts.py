"""Counts the notices by their state."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from clusterflow.store import tables


def count_messages(connection: Connection) -> dict[str, int]:
    """Count the messages that were sent, that wait and that reached nobody. A digest is one message."""
    table = tables.notice
    row = connection.execute(
        select(func.count(table.c.sent_at), func.count(table.c.dead_at), func.count(table.c.id)).where(
            table.c.gathered_into.is_(None), ~table.c.withdrawn
        )
    ).one()
    sent, dead, everything = row
    return {"sent": sent, "dead": dead, "waiting": everything - sent - dead}


def count_unsent(connection: Connection) -> tuple[int, int]:
    """Return how many messages wait and how many reached nobody; the sent ones, which only grow, are not read."""
    table = tables.notice
    unsent = (table.c.sent_at.is_(None), table.c.gathered_into.is_(None), ~table.c.withdrawn)
    dead, waiting = (
        connection.execute(select(func.count()).where(*unsent, given_up)).scalar_one()
        for given_up in (table.c.dead_at.is_not(None), table.c.dead_at.is_(None))
    )
    return waiting, dead
