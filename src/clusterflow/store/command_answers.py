"""Reads the stored answers of commands by their idempotency keys."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from clusterflow.store import tables


def answers_of(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return the answers, as JSON, of those commands that have run under one of these keys."""
    table = tables.command
    query = select(table.c.key, table.c.answer).where(table.c.key.in_(keys))
    return {row.key: row.answer for row in connection.execute(query)}
