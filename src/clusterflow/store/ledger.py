"""Appends to and reads the ledger: numbered and hash-chained for each initiative.

The head of a chain serves as the optimistic lock: a command that read an older version cannot append.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from json.encoder import encode_basestring as _in_json  # of the standard library, without its detour
from typing import Any, NamedTuple, get_args

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, union, update
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.events import EVENT, NOTIFIED_EVENTS, Entry, Event, RecordEvent
from clusterflow.store import tables
from clusterflow.store.bulk import insert_many
from clusterflow.store.chains import GENESIS as GENESIS
from clusterflow.store.chains import Head as Head
from clusterflow.store.chains import heads as heads
from clusterflow.store.chains import peek_version as peek_version
from clusterflow.store.chains import read_head as read_head
from clusterflow.store.ledger_entries import body_of, command_numbers, command_of, entries_query, shorten
from clusterflow.store.write_batch import WriteBatch, write_together

FACT_KINDS = tuple(cls.model_fields["kind"].default for cls in get_args(RecordEvent))
"""The kinds of entries about facts."""

NOTICE_KINDS = frozenset(cls.model_fields["kind"].default for cls in NOTIFIED_EVENTS)
"""The kinds of entries that notices can be made of."""

# Built once: SQLAlchemy takes longer to build a statement and look up its compiled form than to run it.
_OF_CHAIN = tables.chain.c.id == bindparam("chain")
_NEW_CHAIN = insert(tables.chain)
_ADVANCE = (
    update(tables.chain)
    .where(_OF_CHAIN, tables.chain.c.version == bindparam("expected_version"))
    .values(notifiable=tables.chain.c.notifiable + bindparam("more"))
)
_WRITE = insert(tables.ledger)
_BEFORE = tables.ledger.alias("before")
_ENTRIES = entries_query()
_IS_BEFORE = (_BEFORE.c.chain == tables.ledger.c.chain) & (_BEFORE.c.version == tables.ledger.c.version - 1)
_ENTRIES_WITH_PREVIOUS = _ENTRIES.add_columns(_BEFORE.c.hash.label("previous")).join(_BEFORE, _IS_BEFORE, isouter=True)


class VersionConflict(Exception):
    """Another command appended to the chain in between."""


def append(
    connection: Connection,
    head: Head,
    events: Sequence[Event],
    at: datetime,
    actor: str,
    command: str,
    number: int | None = None,
) -> tuple[Entry, ...]:
    """Append the events to a chain and return their entries.

    Args:
        number: that of the command (``command_numbers``), if it is known.

    Raises:
        VersionConflict: another command appended first.
    """
    number = _number(connection, command, number) if events else 0
    new = new_entries(head, events, at, actor, command, number)
    if new.rows and head.version:
        with write_together(connection) as batch:
            write_entries(batch, new)
    elif new.rows:
        _advance(connection, [head], [new.rows])
        connection.execute(_WRITE, new.rows)
    return new.entries


class NewEntries(NamedTuple):
    """Entries that follow a head, and their rows; nothing of them is written yet."""

    head: Head
    entries: tuple[Entry, ...]
    rows: list[dict[str, Any]]

    @property
    def end(self) -> Head:
        """The head of the chain once they are written."""
        last = self.entries[-1] if self.entries else None
        return self.head if last is None else Head(self.head.chain, last.version, last.hash, last.at)


def new_entries(head: Head, events: Sequence[Event], at: datetime, actor: str, command: str, number: int) -> NewEntries:
    """Return the entries of events. It needs no database."""
    rows = _rows(head, events, at, actor, command, number)
    before = (head.hash, *(row["hash"] for row in rows))
    entries = tuple(
        Entry.model_construct(
            chain=head.chain, version=row["version"], at=at, actor=actor, command=command, event=event,
            previous=previous, hash=row["hash"],
        )
        for event, row, previous in zip(events, rows, before, strict=False)
    )  # fmt: skip
    return NewEntries(head, entries, rows)


def write_entries(batch: WriteBatch, new: NewEntries) -> None:
    """Write entries of a chain that has some already, unless another command appended to it first.

    The batch raises ``VersionConflict`` in that case.
    """
    if new.rows:
        batch.change_one(_ADVANCE, _move(new.head, new.rows), VersionConflict(new.head.chain))
        batch.execute(_WRITE, new.rows)


def append_many(
    connection: Connection,
    added: Sequence[tuple[Head, Sequence[Event], datetime]],
    actor: str,
    command: str,
    number: int | None = None,
) -> list[Head]:
    """Append events to many chains at once, each at its own moment, and return the new heads.

    Raises:
        VersionConflict: another command appended to one of the chains first.
    """
    number = _number(connection, command, number) if added else 0
    rows = [_rows(head, events, at, actor, command, number) for head, events, at in added]
    if rows:
        _advance(connection, [head for head, _, _ in added], rows)
        insert_many(connection, tables.ledger, [row for of_chain in rows for row in of_chain])
    return [Head(last["chain"], last["version"], last["hash"], last["at"]) for *_, last in rows]


def _number(connection: Connection, command: str, known: int | None) -> int:
    return command_numbers(connection, [command])[command] if known is None else known


def _rows(
    head: Head, events: Sequence[Event], at: datetime, actor: str, command: str, number: int
) -> list[dict[str, Any]]:
    """Return the rows of new entries."""
    rows, previous = list[dict[str, Any]](), head.hash
    for version, event in enumerate(events, head.version + 1):
        kind, body = event.kind, event.model_dump_json()
        previous = hash_of(previous, head.chain, version, at, actor, command, kind, body)
        record, digest, replaces, rest = shorten(kind, body)
        rows.append(
            {
                "version": version, "at": at, "replaces": replaces, "command": number, "chain": head.chain,
                "actor": actor, "kind": kind, "record": record, "digest": digest, "body": rest, "hash": previous,
            }
        )  # fmt: skip
    return rows


def _advance(connection: Connection, heads: Sequence[Head], added: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """Move heads to their last new entries."""
    begun, moved = list[dict[str, Any]](), list[dict[str, Any]]()
    for head, rows in zip(heads, added, strict=True):
        if head.version:
            moved.append(_move(head, rows))
        else:
            begun.append({"id": head.chain, "published": 0, "told": 0, "notifiable": _notifiable(rows), **_end(rows)})
    if begun:
        try:
            with connection.begin_nested():
                connection.execute(_NEW_CHAIN, begun)
        except IntegrityError:
            raise VersionConflict(begun[0]["id"]) from None
    if moved and connection.execute(_ADVANCE, moved).rowcount != len(moved):
        raise VersionConflict(moved[0]["chain"])


def _move(head: Head, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"chain": head.chain, "expected_version": head.version, "more": _notifiable(rows), **_end(rows)}


def _end(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    last = rows[-1]
    return {"version": last["version"], "head": last["hash"], "at": last["at"]}


def _notifiable(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(row["kind"] in NOTICE_KINDS for row in rows)


def hash_of(
    previous: str, chain: str, version: int, at: datetime, actor: str, command: str, kind: str, body: str
) -> str:
    """Return the hash of an entry, over a JSON list, so that the boundaries between its parts are unambiguous."""
    first, *texts = map(_in_json, (chain, at.isoformat(), actor, command, kind, body))
    return hashlib.sha256(f'["{previous}", {first}, {version}, {", ".join(texts)}]'.encode()).hexdigest()


def read_entries(
    connection: Connection, chain: str, after: int = 0, until: int | None = None, kinds: Iterable[str] = ()
) -> Iterator[Entry]:
    """Yield the entries of a chain in order."""
    wanted, table = tuple(kinds), tables.ledger
    # Entry ``after`` is read, too, for the hash that the next one follows; of some kinds each brings its own.
    query = _ENTRIES_WITH_PREVIOUS.where(table.c.kind.in_(wanted)) if wanted else _ENTRIES
    query = query.where(table.c.chain == chain, table.c.version >= after)
    if until is not None:
        query = query.where(table.c.version <= until)
    previous = GENESIS
    for row in connection.execute(query.order_by(table.c.version)):
        if row.version > after:
            yield _entry(row, (row.previous or GENESIS) if wanted else previous)
        previous = row.hash


def read_entries_of_many(
    connection: Connection, kinds: Iterable[str], until: Mapping[str, datetime]
) -> Iterator[Entry]:
    """Yield the entries of some kinds of many chains, in order, each chain up to its own moment."""
    if not until:
        return
    table = tables.ledger
    query = _ENTRIES_WITH_PREVIOUS.where(table.c.kind.in_(sorted(kinds)), table.c.at <= max(until.values()))
    for row in connection.execute(query.order_by(table.c.chain, table.c.version)):
        # Parsing an entry takes longer than fetching its row.
        if row.chain in until and row.at <= until[row.chain]:
            yield _entry(row, row.previous or GENESIS)


def _entry(row: Row[Any], previous: str) -> Entry:
    return Entry.model_construct(
        chain=row.chain, version=row.version, at=row.at, actor=row.actor, command=command_of(row),
        event=EVENT.validate_json(body_of(row)), previous=previous, hash=row.hash,
    )  # fmt: skip


def actors(connection: Connection, chain: str, since: datetime) -> frozenset[str]:
    """Return who recorded facts or opened a gate on a chain since a moment."""
    table = tables.ledger
    what = table.c.kind.in_([*FACT_KINDS, "gate.opened"])
    query = select(table.c.actor).distinct().where(table.c.chain == chain, table.c.at >= since, what)
    return frozenset(connection.execute(query).scalars())


def first_break(connection: Connection, chain: str) -> int | None:
    """Return the first version at which a chain does not verify; None if it is intact."""
    previous, expected = GENESIS, 1
    query = _ENTRIES.where(tables.ledger.c.chain == chain).order_by(tables.ledger.c.version)
    for row in connection.execute(query):
        command, body = command_of(row), body_of(row)
        digest = hash_of(previous, row.chain, row.version, row.at, row.actor, command, row.kind, body)
        if row.version != expected or row.hash != digest:
            return expected
        previous, expected = row.hash, expected + 1
    head = next(iter(heads(connection, [chain])), Head(chain))
    return None if (head.version, head.hash) == (expected - 1, previous) else expected


def inconsistent_chains(connection: Connection) -> tuple[int, list[str]]:
    """Return the number of chains, and the chains whose head differs from their last entry in number or hash."""
    chain, entry = tables.chain, tables.ledger.alias("entry")
    beyond = tables.ledger.alias("beyond")
    query = (
        select(chain.c.id)
        .join(entry, (entry.c.chain == chain.c.id) & (entry.c.version == chain.c.version), isouter=True)
        .join(beyond, (beyond.c.chain == chain.c.id) & (beyond.c.version == chain.c.version + 1), isouter=True)
        .where(or_(entry.c.hash.is_(None), entry.c.hash != chain.c.head, beyond.c.hash.is_not(None)))
        .order_by(chain.c.id)
    )
    count = connection.execute(select(func.count()).select_from(chain)).scalar_one()
    return count, list(connection.execute(query).scalars())


def chains_without_head(connection: Connection) -> list[str]:
    """Return the chains that have entries, facts or a state, but no row in the table of chains."""
    parts = [tables.ledger.c.chain, tables.initiative_state.c.initiative]
    parts += [table.c.chain for table in tables.REGISTRY_TABLES.values()]
    named = union(*(select(column.label("chain")) for column in parts)).subquery()
    query = select(named.c.chain).where(named.c.chain.not_in(select(tables.chain.c.id))).order_by(named.c.chain)
    return list(connection.execute(query).scalars())


def hashes_at(connection: Connection, versions: Mapping[str, int]) -> dict[str, str]:
    """Return the hash of one entry of each chain, by chain; chains without that entry are left out."""
    table, found = tables.ledger, dict[str, str]()
    for chain, version in versions.items():
        query = select(table.c.hash).where(table.c.chain == chain, table.c.version == version)
        if (digest := connection.execute(query).scalar()) is not None:
            found[chain] = digest
    return found
