"""Reads the whole database as backup parts and writes them back; ``domain/backup.py`` describes the parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, insert, select, update

from clusterflow.domain.backup import Alias, Chain, EvaluationMarks, Header, Line, Part, PinnedModel, canonical_json
from clusterflow.domain.records import Record
from clusterflow.store import tables
from clusterflow.store.bulk import insert_many
from clusterflow.store.facts_by_key import facts_of_entries
from clusterflow.store.ledger import FACT_KINDS
from clusterflow.store.ledger_entries import body_of, command_numbers, command_of, entries_query, shorten
from clusterflow.store.outbox import count_notifiable
from clusterflow.store.registry import STREAMED, NewFact, Superseded, insert_facts, supersede


def is_empty(connection: Connection) -> bool:
    """Return whether the database holds no chain, no pseudonym and no model."""
    left = (tables.chain, tables.pseudonym, tables.lifecycle_model)
    return all(connection.execute(select(table).limit(1)).first() is None for table in left)


def read_life(connection: Connection) -> Iterator[Part]:
    """Yield every part, in the order of the backup file."""
    yield Header(
        models=_count(connection, tables.lifecycle_model),
        aliases=_count(connection, tables.pseudonym),
        chains=_count(connection, tables.chain),
    )
    for row in connection.execute(select(tables.lifecycle_model).order_by(tables.lifecycle_model.c.hash)):
        document = json.loads(row.document)
        yield PinnedModel(model=row.id, hash=row.hash, first_seen=row.first_seen, document=document)
    for row in connection.execute(select(tables.pseudonym).order_by(tables.pseudonym.c.alias)):
        yield Alias(alias=row.alias, person=row.person, salt=row.salt)
    lines = _lines(connection)
    name, line = next(lines, ("", None))
    for row in connection.execute(_chains(), execution_options=STREAMED):
        yield Chain(
            chain=row.id, version=row.version, head=row.head, published=row.published, told=row.told,
            evaluated=_marks(row),
        )  # fmt: skip
        while line is not None and name == row.id:
            yield line
            name, line = next(lines, ("", None))


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _chains() -> Select[Any]:
    """Return the statement for the chains, each with the marks of its evaluation."""
    chain, evaluation = tables.chain, tables.evaluation
    marks = [evaluation.c[name].label(f"evaluated_{name}") for name in EvaluationMarks.model_fields]
    both = chain.join(evaluation, evaluation.c.initiative == chain.c.id, isouter=True)
    return select(chain, *marks).select_from(both).order_by(chain.c.id)


def _marks(row: Row[Any]) -> EvaluationMarks | None:
    if row.evaluated_version is None:
        return None
    values = {name: getattr(row, f"evaluated_{name}") for name in EvaluationMarks.model_fields}
    return EvaluationMarks(**{**values, "notes": json.loads(row.evaluated_notes)})


def _lines(connection: Connection) -> Iterator[tuple[str, Line]]:
    """Yield every entry with its chain, in the order of the chains; some are in memory at once."""
    query = entries_query().order_by(tables.ledger.c.chain, tables.ledger.c.version)
    for page in connection.execute(query, execution_options=STREAMED).partitions():
        events = [json.loads(body_of(row)) for row in page]
        facts = _facts(connection, page, events)
        for row, event in zip(page, events, strict=True):
            fact, salt = facts.get((row.chain, row.version), (None, None))
            yield row.chain, Line.model_construct(
                entry=row.version, at=row.at, actor=row.actor, command=command_of(row), event=event,
                hash=row.hash, fact=fact.to_json() if fact else None, salt=salt,
            )  # fmt: skip


def _facts(
    connection: Connection, page: Sequence[Row[Any]], events: Sequence[dict[str, Any]]
) -> dict[tuple[str, int], tuple[Record, str]]:
    """Return the facts that some entries recorded, and their salts."""
    wanted: dict[str, list[tuple[str, int]]] = {}
    for row, event in zip(page, events, strict=True):
        if row.kind in FACT_KINDS:
            wanted.setdefault(event["record"], []).append((row.chain, row.version))
    return {
        (chain, entry): (record, salt)
        for name, entries in wanted.items()
        for chain, entry, record, salt in facts_of_entries(connection, name, entries)
    }


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


def write_entries(connection: Connection, chain: str, lines: Sequence[Line], facts: Sequence[NewFact]) -> None:
    """Write some entries of a chain, the facts that they recorded, and which earlier facts they superseded."""
    numbers = command_numbers(connection, {line.command: None for line in lines})
    insert_many(
        connection,
        tables.ledger,
        [
            {
                "version": line.entry, "at": line.at, "command": numbers[line.command], "chain": chain,
                "actor": line.actor, "kind": line.event["kind"], "hash": line.hash,
                **shorten(line.event["kind"], canonical_json(line.event))._asdict(),
            }
            for line in lines
        ],
    )  # fmt: skip
    insert_facts(connection, facts)
    supersede(
        connection,
        (
            Superseded(line.event["record"], chain, line.event["replaces"], line.entry, line.at)
            for line in lines
            if line.event["kind"] in FACT_KINDS and line.event.get("replaces") is not None
        ),
    )


def write_chain(connection: Connection, chain: Chain, at: datetime) -> None:
    """Write the end of a chain, whose last entry is of that moment, and the marks of its evaluation."""
    own = {"id": chain.chain, "version": chain.version, "head": chain.head, "at": at}
    connection.execute(insert(tables.chain), {**own, "published": chain.published, "told": chain.told, "notifiable": 0})
    if chain.told < chain.version:
        counted = update(tables.chain).where(tables.chain.c.id == chain.chain)
        connection.execute(counted.values(notifiable=count_notifiable(chain.told)))
    if chain.evaluated is not None:
        marks = {**chain.evaluated.model_dump(), "notes": json.dumps(chain.evaluated.notes)}
        connection.execute(insert(tables.evaluation), {"initiative": chain.chain, **marks})
