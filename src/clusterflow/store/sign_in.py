"""Stores the links that sign people in, and their sessions. It sees keyed hashes, never a link or a cookie."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from clusterflow.store import tables


class SignInLink(NamedTuple):
    """A link: whom it signs in, and the page that opens then."""

    person: str
    destination: str


class WebSession(NamedTuple):
    """A session: who is signed in, since when, and when the session was last used."""

    person: str
    begun_at: datetime
    used_at: datetime


def add_link(connection: Connection, digest: str, link: SignInLink, now: datetime, expires_at: datetime) -> None:
    table = tables.sign_in_link
    connection.execute(
        insert(table).values(
            digest=digest, person=link.person, destination=link.destination, created_at=now, expires_at=expires_at
        )
    )


def valid_link(connection: Connection, digest: str, now: datetime) -> SignInLink | None:
    """Return a link that was not used and has not expired."""
    table = tables.sign_in_link
    query = select(table.c.person, table.c.destination).where(
        table.c.digest == digest, table.c.used_at.is_(None), table.c.expires_at > now
    )
    row = connection.execute(query).first()
    return SignInLink(row.person, row.destination) if row else None


def use_link(connection: Connection, digest: str, now: datetime) -> SignInLink | None:
    """Use a link up, and return it; None if it was used, has expired or never existed. Only one caller gets it."""
    found = valid_link(connection, digest, now)
    table = tables.sign_in_link
    unused = update(table).where(table.c.digest == digest, table.c.used_at.is_(None)).values(used_at=now)
    return found if found is not None and connection.execute(unused).rowcount == 1 else None


def delete_expired(connection: Connection, now: datetime, begun_before: datetime, used_before: datetime) -> None:
    """Delete links that have expired, and sessions that are too old or were not used for too long."""
    link, session = tables.sign_in_link, tables.web_session
    connection.execute(delete(link).where(link.c.expires_at <= now))
    connection.execute(delete(session).where((session.c.begun_at <= begun_before) | (session.c.used_at <= used_before)))


def add_session(connection: Connection, digest: str, person: str, now: datetime) -> None:
    connection.execute(insert(tables.web_session).values(digest=digest, person=person, begun_at=now, used_at=now))


_SESSION = select(tables.web_session.c.person, tables.web_session.c.begun_at, tables.web_session.c.used_at).where(
    tables.web_session.c.digest == bindparam("digest")
)


def session(connection: Connection, digest: str) -> WebSession | None:
    row = connection.execute(_SESSION, {"digest": digest}).first()
    return WebSession(row.person, row.begun_at, row.used_at) if row else None


def note_use(connection: Connection, digest: str, now: datetime) -> None:
    table = tables.web_session
    connection.execute(update(table).where(table.c.digest == digest).values(used_at=now))


def end_session(connection: Connection, digest: str) -> None:
    connection.execute(delete(tables.web_session).where(tables.web_session.c.digest == digest))


def end_all(connection: Connection, person: str) -> int:
    """End the sessions of a person, delete the links to them, and return the number of sessions."""
    connection.execute(delete(tables.sign_in_link).where(tables.sign_in_link.c.person == person))
    return connection.execute(delete(tables.web_session).where(tables.web_session.c.person == person)).rowcount
