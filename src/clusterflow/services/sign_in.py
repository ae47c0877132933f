"""Signing in by a link in a mail, and the sessions that follow.

The database holds keyed hashes alone: who reads it, or a backup of it, can sign in as nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from clusterflow.domain.records.parties import Person
from clusterflow.services.context import Context
from clusterflow.store import sign_in as store
from clusterflow.store.access import people_at
from clusterflow.store.registry import people_by_id

LINK_LIFETIME = timedelta(minutes=15)
IDLE_LIFETIME = timedelta(hours=2)
"""A session ends when it was not used for so long."""
SESSION_LIFETIME = timedelta(hours=12)
"""A session ends at this age, however much it is used."""
NOTED_AFTER = timedelta(minutes=1)
"""The use of a session is written down at most this often: a page that is read shall not wait for a write."""


class Link(NamedTuple):
    """A new link: whom it signs in, and its secret, which is stored nowhere."""

    person: str
    secret: str


class SignedIn(NamedTuple):
    """A new session: the secret for its cookie, and the page that opens first."""

    cookie: str
    destination: str


def new_link(context: Context, person: str, destination: str = "/", lifetime: timedelta = LINK_LIFETIME) -> Link:
    """Make a link that signs a person in once."""
    secret, now = secrets.token_urlsafe(32), context.clock()
    with context.database.begin() as connection:
        store.delete_expired(connection, now, now - SESSION_LIFETIME, now - IDLE_LIFETIME)
        found = store.SignInLink(person, destination)
        store.add_link(connection, _digest(context, "link", secret), found, now, now + lifetime)
    return Link(person, secret)


def is_valid(context: Context, secret: str) -> bool:
    """Whether a link would still sign somebody in. Nothing changes."""
    with context.reading() as connection:
        return store.valid_link(connection, _digest(context, "link", secret), context.clock()) is not None


def sign_in(context: Context, secret: str) -> SignedIn | None:
    """Use a link up and begin a session; None if the link was used, has expired or never existed."""
    cookie, now = secrets.token_urlsafe(32), context.clock()
    with context.database.begin() as connection:
        found = store.use_link(connection, _digest(context, "link", secret), now)
        if found is None:
            return None
        store.add_session(connection, _digest(context, "session", cookie), found.person, now)
    return SignedIn(cookie, found.destination)


def begin_session(context: Context, person: str) -> str:
    """Begin a session of a person whom the office's own sign-on has signed in, and return the secret of its cookie."""
    cookie = secrets.token_urlsafe(32)
    with context.database.begin() as connection:
        store.add_session(connection, _digest(context, "session", cookie), person, context.clock())
    return cookie


def person_of_proxy(context: Context, address: str) -> Person | None:
    """Whom a proxy has signed in by an e-mail address; None if the registry has not exactly one with it."""
    with context.reading() as connection:
        found = people_at(connection, address.strip(), context.clock().date())
    return found[0] if len(found) == 1 else None


def person_signed_in(
    context: Context, cookie: str, find: Callable[[Connection, str], Person | None] | None = None
) -> Person | None:
    """Who is signed in by a cookie; None if the session has ended, or the person is no longer in the registry.

    Args:
        find: looks a person up in the registry of today, on the connection that the session is read on.
    """
    digest, now = _digest(context, "session", cookie), context.clock()
    with context.reading() as connection:
        session = store.session(connection, digest)
        if session is None or now >= session.begun_at + SESSION_LIFETIME or now >= session.used_at + IDLE_LIFETIME:
            return None
        person = find(connection, session.person) if find else person_by_id(connection, context, session.person)
    if person is not None and now >= session.used_at + NOTED_AFTER:
        with context.database.begin() as connection:
            store.note_use(connection, digest, now)
    return person


def person_by_id(connection: Connection, context: Context, person: str) -> Person | None:
    """The record of a person today; None if the registry has none."""
    return people_by_id(connection, context.clock().date(), [person]).get(person)


def sign_out(context: Context, cookie: str) -> None:
    """End one session."""
    with context.database.begin() as connection:
        store.end_session(connection, _digest(context, "session", cookie))


def sign_out_everywhere(context: Context, person: str) -> int:
    """End all sessions of a person, make the links to them worthless, and return the number of sessions."""
    with context.database.begin() as connection:
        return store.end_all(connection, person)


def form_token(context: Context, cookie: str) -> str:
    """The token that a form carries: only the browser that has the cookie can have got it."""
    return _digest(context, "form", cookie)


def _digest(context: Context, purpose: Literal["link", "session", "form"], secret: str) -> str:
    return context.keyed_hash(f"web {purpose}", secret)
