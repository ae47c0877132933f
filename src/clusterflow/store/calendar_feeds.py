"""Stores the secret addresses of calendar feeds, as keyed hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from clusterflow.store import tables

_FEED = tables.calendar_feed


def replace(connection: Connection, person: str, digest: str, now: datetime) -> None:
    """Give a person's feed another address. The one before no longer works."""
    remove(connection, person)
    connection.execute(insert(_FEED).values(person=person, digest=digest, created_at=now))


def remove(connection: Connection, person: str) -> None:
    connection.execute(delete(_FEED).where(_FEED.c.person == person))


def created_at(connection: Connection, person: str) -> datetime | None:
    """Return since when the feed of a person has its address; None if it has none."""
    return connection.execute(select(_FEED.c.created_at).where(_FEED.c.person == person)).scalar_one_or_none()


def owner(connection: Connection, digest: str) -> str | None:
    return connection.execute(select(_FEED.c.person).where(_FEED.c.digest == digest)).scalar_one_or_none()
