"""Finds the initiatives that new facts of the common registry concern, so that only these are evaluated again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, select, union

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel, Initiative, Office, Organisation, Person, Representation
from clusterflow.rules.mistakes import fields_naming
from clusterflow.store import tables

MOST_PARTIES = 1000
"""With more organisations and people than so many, the facts count as if they concerned every initiative."""

_CHUNK = 400
"""A statement takes a limited number of bound parameters."""

_OF_PARTIES = (Organisation, Person, Representation, Office, Initiative)
"""The shared records that name what they concern. A channel concerns notices alone; of the others, such as exchange
rates, any may count in every initiative.
"""


def initiatives_concerned(connection: Connection, since: int, until: int) -> set[str] | None:
    """Return the initiatives whose answers may depend on some facts of the common registry; None for all.

    An organisation or a person concerns the initiatives that name it, now or formerly, those that name a person who
    represents it or an organisation that is represented, those that an office of the organisation follows, and those
    where the person voted. Initiatives too many may be among them, but none is missing.

    Args:
        since: the version of the registry's chain after which the facts were entered.
        until: the version of the last fact.
    """
    entered = {"since": since, "until": until}
    known = {cls.type for cls in (*_OF_PARTIES, Channel)}
    for name, cls in RECORDS.items():
        if not cls.of_initiative and name not in known and connection.execute(_entered(name), entered).first():
            return None
    rows = {cls: list(connection.execute(_entered(cls.type), entered)) for cls in _OF_PARTIES}
    voices = rows[Representation]
    organisations = {r.id for r in rows[Organisation]} | {v.organisation for v in voices}
    organisations |= {o.organisation for o in rows[Office]}
    people = {r.id for r in rows[Person]} | {v.person for v in voices}
    if len(organisations) + len(people) > MOST_PARTIES:
        return None
    people |= _ids(connection, _representatives(), organisations)
    organisations |= _ids(connection, _represented(), people)
    found = {r.id for r in rows[Initiative]}
    found |= _ids(connection, _followed_by(), {o.id for o in rows[Office]})
    for target, ids in ((Organisation.type, organisations), (Person.type, people)):
        found |= _ids(connection, _naming(target), ids)
    return found


def _ids(connection: Connection, query: Select[Any], ids: Iterable[str]) -> set[str]:
    wanted, found = sorted(ids), set[str]()
    for start in range(0, len(wanted), _CHUNK):
        portion = {"ids": wanted[start : start + _CHUNK]}
        found.update(connection.execute(query, portion).scalars())
    return found


_IDS = bindparam("ids", expanding=True, type_=String)


@cache
def _entered(record: str) -> Select[tuple[str, ...]]:
    """The references in the facts of a type that were entered between two versions of the registry's chain."""
    table = tables.REGISTRY_TABLES[record]
    named = [table.c[n] for n in ("id", "person", "organisation") if n in table.c]
    inside = table.c.entry.between(bindparam("since") + 1, bindparam("until"))
    return select(*(named or [table.c.entry])).where(table.c.chain == REGISTRY, inside)


@cache
def _representatives() -> Select[tuple[str]]:
    voice = tables.REGISTRY_TABLES[Representation.type]
    return select(voice.c.person).where(voice.c.organisation.in_(_IDS))


@cache
def _represented() -> Select[tuple[str]]:
    voice = tables.REGISTRY_TABLES[Representation.type]
    return select(voice.c.organisation).where(voice.c.chain == REGISTRY, voice.c.person.in_(_IDS))


@cache
def _followed_by() -> Select[tuple[str]]:
    own = tables.REGISTRY_TABLES[Initiative.type]
    return select(own.c.id).where(own.c.chain == REGISTRY, own.c.office.in_(_IDS))


@cache
def _naming(target: str) -> Select[tuple[str]]:
    """The initiatives that name organisations or people."""
    return select(union(*_queries_naming(target)).subquery().c.initiative)


def _queries_naming(target: str) -> Iterator[Select[tuple[str]]]:
    found = tables.REGISTRY_TABLES
    for name, cls in RECORDS.items():
        fields: Sequence[str] = fields_naming(cls, target)
        for column in (found[name].c[field] for field in fields):
            if cls.of_initiative:
                yield select(found[name].c.chain.label("initiative")).where(column.in_(_IDS))
    own = found[Initiative.type]
    if target == Organisation.type:
        office = found[Office.type]
        yield select(own.c.id).where(own.c.chain == REGISTRY, own.c.host.in_(_IDS))
        followed = select(own.c.id).join_from(own, office, office.c.id == own.c.office)
        yield followed.where(own.c.chain == REGISTRY, office.c.organisation.in_(_IDS))
    else:
        vote, pseudonym = tables.vote, tables.pseudonym
        for voter in (vote.c.decider, vote.c.cast_by):
            voted: ColumnElement[bool] = pseudonym.c.alias == voter
            yield select(vote.c.initiative).join_from(vote, pseudonym, voted).where(pseudonym.c.person.in_(_IDS))
