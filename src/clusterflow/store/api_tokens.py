"""Stores the tokens of the JSON API, as keyed hashes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from clusterflow.domain.text import Frozen
from clusterflow.store import tables

_TOKEN = tables.api_token


class ApiToken(Frozen):
    """A token without its secret: what its owner called it, and the last day on which it was used."""

    id: str
    person: str
    name: str
    created_at: datetime
    expires_at: datetime
    used_on: date | None


def add(connection: Connection, digest: str, token: ApiToken) -> None:
    connection.execute(insert(_TOKEN).values(digest=digest, **token.model_dump()))


def tokens_of(connection: Connection, person: str) -> list[ApiToken]:
    """Return the tokens of a person, the newest first."""
    query = select(_TOKEN).where(_TOKEN.c.person == person).order_by(_TOKEN.c.created_at.desc(), _TOKEN.c.id)
    return [_token(row._mapping) for row in connection.execute(query)]


def find(connection: Connection, digest: str) -> ApiToken | None:
    row = connection.execute(select(_TOKEN).where(_TOKEN.c.digest == digest)).first()
    return None if row is None else _token(row._mapping)


def note_use(connection: Connection, digest: str, on: date) -> None:
    connection.execute(update(_TOKEN).where(_TOKEN.c.digest == digest).values(used_on=on))


def remove(connection: Connection, person: str, token: str) -> bool:
    """Delete a token of a person; return whether it was there."""
    done = connection.execute(delete(_TOKEN).where(_TOKEN.c.person == person, _TOKEN.c.id == token))
    return done.rowcount == 1


def _token(row: object) -> ApiToken:
    return ApiToken.model_validate({name: row[name] for name in ApiToken.model_fields})  # type: ignore[index]
