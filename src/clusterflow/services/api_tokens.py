"""Tokens of the JSON API: made by a person, shown once, and stored as keyed hashes."""

from __future__ import annotations

import secrets
from datetime import timedelta

from clusterflow.domain.records.parties import Person
from clusterflow.errors import NotPossible
from clusterflow.services.context import Context
from clusterflow.store import api_tokens as store
from clusterflow.store.api_tokens import ApiToken
from clusterflow.store.registry import people_by_id

PREFIX = "clusterflow_"
"""Begins every token, so that a program that looks for leaked secrets finds it."""

LIFETIME = timedelta(days=365)
MOST = 20
"""The most tokens of one person."""
LONGEST_NAME = 100


def new_token(context: Context, person: str, name: str) -> str:
    """Make a token that acts as a person, and return it. It is stored nowhere.

    Raises:
        NotPossible: the person has as many tokens as are allowed.
    """
    token, now = f"{PREFIX}{secrets.token_urlsafe(32)}", context.clock()
    made = ApiToken(
        id=context.new_id(), person=person, name=name[:LONGEST_NAME], created_at=now, expires_at=now + LIFETIME,
        used_on=None,
    )  # fmt: skip
    with context.database.begin() as connection:
        if len(store.tokens_of(connection, person)) >= MOST:
            raise NotPossible(f"a person has at most {MOST} tokens: revoke one first")
        store.add(connection, _digest(context, token), made)
    return token


def tokens_of(context: Context, person: str) -> list[ApiToken]:
    with context.reading() as connection:
        return store.tokens_of(connection, person)


def revoke(context: Context, person: str, token: str) -> bool:
    """Delete a token of a person by its id; return whether it was there."""
    with context.database.begin() as connection:
        return store.remove(connection, person, token)


def person_of(context: Context, token: str) -> Person | None:
    """In whose name a token acts; None if it is unknown or has expired, or its person is no longer registered."""
    digest, now = _digest(context, token), context.clock()
    with context.reading() as connection:
        found = store.find(connection, digest)
        if found is None or now >= found.expires_at:
            return None
        person = people_by_id(connection, now.date(), [found.person]).get(found.person)
    if person is not None and found.used_on != now.date():
        with context.database.begin() as connection:
            store.note_use(connection, digest, now.date())
    return person


def _digest(context: Context, token: str) -> str:
    return context.keyed_hash("api token", token)
