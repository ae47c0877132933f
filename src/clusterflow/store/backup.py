"""Reads the whole database as backup parts and writes them back; ``domain/backup.py`` describes the parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from clusterflow.domain.backup import Alias, Chain, EvaluationMarks, Header, Line, Part, PinnedModel, canonical_json
from clusterflow.domain.records import RECORDS, Record
from clusterflow.store import tables
from clusterflow.store.columns import from_row, to_row
from clusterflow.store.ledger import GENESIS

_CHAINS_AT_A_TIME = 40
"""For how many chains the facts are read at once; there is one table for each record type."""


def is_empty(connection: Connection) -> bool:
    """Return whether the database holds no chain, no pseudonym and no model."""
    left = (tables.chain, tables.pseudonym, tables.lifecycle_model)
    return all(connection.execute(select(table).limit(1)).first() is None for table in left)


def read_life(connection: Connection) -> Iterator[Part]:
    """Yield every part, in the order of the backup file."""
    chains = list(connection.execute(select(tables.chain).order_by(tables.chain.c.id)))
    yield Header(
        models=_count(connection, tables.lifecycle_model),
        aliases=_count(connection, tables.pseudonym),
        chains=len(chains),
    )
    for row in connection.execute(select(tables.lifecycle_model).order_by(tables.lifecycle_model.c.hash)):
        document = json.loads(row.document)
        yield PinnedModel(model=row.id, hash=row.hash, first_seen=row.first_seen, document=document)
    for row in connection.execute(select(tables.pseudonym).order_by(tables.pseudonym.c.alias)):
        yield Alias(alias=row.alias, person=row.person, salt=row.salt)
    for start in range(0, len(chains), _CHAINS_AT_A_TIME):
        portion = chains[start : start + _CHAINS_AT_A_TIME]
        names = [row.id for row in portion]
        facts, marks = _facts(connection, names), _marks(connection, names)
        for row in portion:
            yield Chain(
                chain=row.id, version=row.version, head=row.head, published=row.published, told=row.told,
                evaluated=marks.get(row.id),
            )  # fmt: skip
            yield from _entries(connection, row.id, facts)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _facts(connection: Connection, chains: Sequence[str]) -> dict[tuple[str, int], tuple[Record, str]]:
    found: dict[tuple[str, int], tuple[Record, str]] = {}
    for name, table in tables.REGISTRY_TABLES.items():
        for row in connection.execute(select(table).where(table.c.chain.in_(chains))):
            found[row.chain, row.entry] = (from_row(RECORDS[name], row._mapping), row.salt)
    return found


def _marks(connection: Connection, initiatives: Sequence[str]) -> dict[str, EvaluationMarks]:
    table = tables.evaluation
    rows = connection.execute(select(table).where(table.c.initiative.in_(initiatives)))
    return {
        row.initiative: EvaluationMarks(
            version=row.version,
            registry_version=row.registry_version,
            as_of=row.as_of,
            notes=json.loads(row.notes),
        )
        for row in rows
    }


def _entries(connection: Connection, chain: str, facts: dict[tuple[str, int], tuple[Record, str]]) -> Iterator[Line]:
    query = select(tables.ledger).where(tables.ledger.c.chain == chain).order_by(tables.ledger.c.version)
    for row in connection.execute(query):
        fact, salt = facts.get((chain, row.version), (None, None))
        yield Line.model_construct(
            entry=row.version, at=row.at, actor=row.actor, command=row.command, event=json.loads(row.body),
            hash=row.hash, fact=fact.to_json() if fact else None, salt=salt,
        )  # fmt: skip


def write_models(connection: Connection, models: Iterable[PinnedModel]) -> None:
    rows = [
        {"hash": m.hash, "id": m.model, "document": canonical_json(m.document), "first_seen": m.first_seen}
        for m in models
    ]
    if rows:
        connection.execute(insert(tables.lifecycle_model), rows)


def write_aliases(connection: Connection, aliases: Iterable[Alias]) -> None:
    rows = [alias.model_dump() for alias in aliases]
    if rows:
        connection.execute(insert(tables.pseudonym), rows)


def write_chain(connection: Connection, chain: Chain, lines: Sequence[Line], records: dict[int, Record]) -> None:
    """Write a complete chain: its entries, their facts, and which fact superseded which."""
    at: datetime = lines[-1].at
    own = {"id": chain.chain, "version": chain.version, "head": chain.head, "at": at}
    connection.execute(insert(tables.chain), {**own, "published": chain.published, "told": chain.told})
    previous = [GENESIS, *(line.hash for line in lines)]
    connection.execute(
        insert(tables.ledger),
        [
            {
                "chain": chain.chain, "version": line.entry, "at": line.at, "actor": line.actor,
                "command": line.command, "kind": line.event["kind"], "body": canonical_json(line.event),
                "previous": before, "hash": line.hash,
            }
            for line, before in zip(lines, previous, strict=False)
        ],
    )  # fmt: skip
    _write_facts(connection, chain.chain, lines, records)
    if chain.evaluated is not None:
        marks = {**chain.evaluated.model_dump(), "notes": json.dumps(chain.evaluated.notes)}
        connection.execute(insert(tables.evaluation), {"initiative": chain.chain, **marks})


def _write_facts(connection: Connection, chain: str, lines: Sequence[Line], records: dict[int, Record]) -> None:
    superseding = {line.event["replaces"]: line for line in lines if line.event.get("replaces") is not None}
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        record = records.get(line.entry)
        if record is None:
            continue
        later = superseding.get(line.entry)
        rows.setdefault(record.type, []).append(
            {
                "chain": chain, "entry": line.entry, "entered_at": line.at, "entered_by": line.actor,
                "superseded_by": later.entry if later else None, "superseded_at": later.at if later else None,
                "retracted": line.event["kind"] == "record.retracted", "salt": line.salt or "", **to_row(record),
            }
        )  # fmt: skip
    for name, of_type in rows.items():
        connection.execute(insert(tables.REGISTRY_TABLES[name]), of_type)
