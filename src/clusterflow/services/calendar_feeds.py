"""The calendar feed of a person at the web pages, under a secret address that the person can change."""

from __future__ import annotations

import secrets
from datetime import datetime

from clusterflow.errors import UnknownName
from clusterflow.services.calendars import Calendars
from clusterflow.services.context import Context
from clusterflow.store import calendar_feeds as store


def new_secret(context: Context, person: str) -> str:
    """Give a person's feed a new secret, and return it. The address before no longer works."""
    secret = secrets.token_urlsafe(32)
    with context.database.begin() as connection:
        store.replace(connection, person, _digest(context, secret), context.clock())
    return secret


def remove(context: Context, person: str) -> None:
    """Take the address of a person's feed away."""
    with context.database.begin() as connection:
        store.remove(connection, person)


def created_at(context: Context, person: str) -> datetime | None:
    """Since when the feed of a person has its address; None if it has none."""
    with context.reading() as connection:
        return store.created_at(connection, person)


def feed(context: Context, secret: str) -> bytes | None:
    """The feed behind a secret; None if no feed has it, or its person is no longer registered."""
    with context.reading() as connection:
        person = store.owner(connection, _digest(context, secret))
    if person is None:
        return None
    try:
        return Calendars.of(context).person(person)
    except UnknownName:
        return None


def _digest(context: Context, secret: str) -> str:
    return context.keyed_hash("calendar feed", secret)
