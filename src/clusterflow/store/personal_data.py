"""Finds and replaces personal data: in facts of every chain, in notices and in refused submissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, or_, select, update

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel, Person
from clusterflow.rules.mistakes import person_fields
from clusterflow.store import tables
from clusterflow.store.columns import from_row, to_row
from clusterflow.store.registry import Fact

_SHORTEST_NAME = 4
"""A shorter name also occurs inside other words, so texts are not searched for it."""


def chains_naming(connection: Connection, person: str) -> list[str]:
    """Return the chains that hold a fact about a person, in order."""
    found = {REGISTRY}
    for cls, table in _tables():
        query = select(table.c.chain).distinct().where(_names(cls, table, person))
        found.update(connection.execute(query).scalars())
    return sorted(found)


def facts_naming(connection: Connection, person: str) -> Iterator[tuple[Fact, bool]]:
    """Yield every fact about a person, and whether it is still true; superseded and withdrawn ones are included."""
    for cls, table in _tables():
        query = select(table).where(_names(cls, table, person)).order_by(table.c.chain, table.c.entry)
        for row in connection.execute(query).all():
            fact = Fact(row.chain, row.entry, from_row(cls, row._mapping), bool(row.retracted))
            yield fact, row.superseded_by is None and not row.retracted


def without_person(record: Record, person: str, alias: str) -> Record:
    """Return a fact without personal data: with the alias instead of the id, and without names and addresses."""
    changes: dict[str, Any] = {n: alias for n in person_fields(type(record)) if getattr(record, n) == person}
    if isinstance(record, Person):
        changes |= {"name": alias, "email": None, "timezone": None, "country": None, "digest_day": None}
    if isinstance(record, Channel):
        changes["address"] = None
    return record.model_copy(update={**changes, "source": None})


def replace_fact(connection: Connection, fact: Fact, record: Record, salt: str) -> None:
    """Write new values into the row of a fact."""
    table = tables.REGISTRY_TABLES[record.type]
    this = (table.c.chain == fact.chain, table.c.entry == fact.entry)
    connection.execute(update(table).where(*this).values(salt=salt, **to_row(record)))


def replace_pseudonym(connection: Connection, person: str, alias: str) -> None:
    """Delete the link between an alias and its person. From then on the alias identifies only itself."""
    connection.execute(delete(tables.pseudonym).where(tables.pseudonym.c.person == person))
    connection.execute(insert(tables.pseudonym), {"person": alias, "alias": alias})


def end_sessions(connection: Connection, person: str) -> None:
    """Delete what signs a person in at the web pages and the API, and the address of the calendar."""
    for table in (tables.sign_in_link, tables.web_session, tables.api_token, tables.calendar_feed):
        connection.execute(delete(table).where(table.c.person == person))


def delete_messages(connection: Connection, person: str) -> int:
    """Delete the notices to a person, with their deliveries and attachments, and return their number."""
    notice = tables.notice
    own = select(notice.c.id).where(notice.c.recipient == person)
    for table in (tables.attachment, tables.delivery):
        connection.execute(delete(table).where(table.c.notice.in_(own)))
    return connection.execute(delete(notice).where(notice.c.recipient == person)).rowcount


def replace_in_texts(connection: Connection, words: Iterable[str], alias: str) -> int:
    """Replace a person's names and addresses in stored texts by the alias, and return the number of texts."""
    notice, refused, delivery = tables.notice, tables.refused_submission, tables.delivery
    columns = (notice.c.subject, notice.c.body, refused.c.payload, refused.c.mistakes, delivery.c.answer)
    changed = 0
    for word in sorted({w for w in words if len(w) >= _SHORTEST_NAME}, key=len, reverse=True):
        for column in columns:
            text = func.replace(column, word, alias)
            done = connection.execute(update(column.table).where(text != column).values({column: text}))
            changed += done.rowcount
    return changed


def entries_by(connection: Connection, actor: str) -> int:
    """Return the number of ledger entries that name somebody as the actor."""
    query = select(func.count()).select_from(tables.ledger).where(tables.ledger.c.actor == actor)
    return connection.execute(query).scalar_one()


def _tables() -> Iterator[tuple[type[Record], Table]]:
    """Yield the record types that name people, with their tables."""
    for name, cls in RECORDS.items():
        if person_fields(cls):
            yield cls, tables.REGISTRY_TABLES[name]


def _names(cls: type[Record], table: Table, person: str) -> ColumnElement[bool]:
    return or_(*(table.c[name] == person for name in person_fields(cls)))
