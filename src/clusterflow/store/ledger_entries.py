"""Writes and reads the entries of the ledger in their stored form: the text that was hashed, in fewer bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, insert, select

from clusterflow.store import tables
from clusterflow.store.ledger_codes import COMMANDS

_FACT = re.compile(
    r'\{"kind":"([a-z.]+)","record":"([a-z-]+)","digest":"([0-9a-f]{64})","replaces":(null|[1-9][0-9]{0,17})\}'
)
"""The body of an entry about a fact, exactly as it is written."""

_NUMBERS = {name: -1 - place for place, name in enumerate(COMMANDS)}
_NAMES = {number: name for name, number in _NUMBERS.items()}

_CHUNK = 400
"""A statement takes a limited number of bound parameters."""

_COMMAND = tables.ledger_command
_KNOWN = select(_COMMAND.c.name, _COMMAND.c.id).where(_COMMAND.c.name.in_(bindparam("names", expanding=True)))
_NEW = insert(_COMMAND).returning(_COMMAND.c.name, _COMMAND.c.id)


class StoredEvent(NamedTuple):
    """An event without what other columns say: a fact by its parts, any other by the rest of its body."""

    record: str | None
    digest: str | None
    replaces: int | None
    body: str | None


def shorten(kind: str, body: str) -> StoredEvent:
    """Return the stored form of an event; ``body_of`` gives back exactly the same text."""
    fact = _FACT.fullmatch(body)
    if fact is not None and fact[1] == kind:
        return StoredEvent(fact[2], fact[3], None if fact[4] == "null" else int(fact[4]), None)
    start = _start(kind)
    return StoredEvent(None, None, None, body[len(start) :] if body.startswith(f'{start}"') else body)


def body_of(row: Row[Any]) -> str:
    """Return the event of a stored entry as the text that was hashed."""
    if row.body is None:
        replaces = "null" if row.replaces is None else row.replaces
        return f'{_start(row.kind)}"record":"{row.record}","digest":"{row.digest}","replaces":{replaces}}}'
    # A quote begins the second field of an event; no whole event begins with one.
    return f"{_start(row.kind)}{row.body}" if row.body[:1] == '"' else row.body


def _start(kind: str) -> str:
    return f'{{"kind":"{kind}",'


def command_numbers(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the number of each command, and give one to those that have none yet: they are idempotency keys."""
    found = {name: _NUMBERS.get(name, 0) for name in names}
    keys = [name for name, number in found.items() if not number]
    for start in range(0, len(keys), _CHUNK):
        rows = connection.execute(_KNOWN, {"names": keys[start : start + _CHUNK]})
        found |= {row.name: row.id for row in rows}
    if new := [{"name": name} for name in keys if not found[name]]:
        found |= {row.name: row.id for row in connection.execute(_NEW, new)}
    return found


def entries_query() -> Select[Any]:
    """Return the statement for entries, each with the key of its command as ``command_key``."""
    ledger = tables.ledger
    with_key = ledger.join(_COMMAND, _COMMAND.c.id == ledger.c.command, isouter=True)
    return select(ledger, _COMMAND.c.name.label("command_key")).select_from(with_key)


def command_of(row: Row[Any]) -> str:
    """Return the command that wrote a stored entry, by name or by its idempotency key."""
    return _NAMES.get(row.command) or row.command_key or f"#{row.command}"


def is_of_command(name: str) -> ColumnElement[bool]:
    """Return the condition that an entry was written by a command."""
    if name in _NUMBERS:
        return tables.ledger.c.command == _NUMBERS[name]
    return tables.ledger.c.command.in_(select(_COMMAND.c.id).where(_COMMAND.c.name == name))
