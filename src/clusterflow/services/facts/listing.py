"""Lists facts for people: every value in the reader's words, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from clusterflow.domain.money import Money
from clusterflow.domain.number_style import numbers_of, short_date
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.labels import NAMED_BY, label_of
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, Frozen, Language
from clusterflow.intake.record_forms.form import FormField, fields_of, is_happening
from clusterflow.intake.workbook.layout import Kind, in_words
from clusterflow.rules.mistakes import reference_fields
from clusterflow.services.context import Context
from clusterflow.services.facts.lists import name_of
from clusterflow.services.facts.permission import is_administrator
from clusterflow.services.local_time import today_of
from clusterflow.store.fact_lists import (
    Cursor,
    FactQuery,
    FactState,
    counts_by_type,
    labels,
    latest_records,
    list_facts,
    offered,
)
from clusterflow.store.fact_versions import FactVersion, versions_of
from clusterflow.store.registry import Fact, profiles_of

PAGE = 50
"""Facts on one page."""

MOST_COLUMNS = 7
MOST_OFFERED = 150
"""A list to choose from has at most so many names; where there are more, the name is typed."""


class Cell(Frozen):
    """A value in words."""

    field: str
    text: str
    value: str = ""
    """The id that the text stands for."""


class FactLine(Frozen):
    """One fact in a list."""

    entry: int
    cells: tuple[Cell, ...]
    retracted: bool


class FactTable(Frozen):
    """One page of facts of a type."""

    fields: tuple[str, ...]
    lines: tuple[FactLine, ...]
    total: int
    before: str | None
    """The position from which the page before is read; None on the first."""
    after: str | None


class Change(Frozen):
    """One field that a version changed."""

    field: str
    before: str
    after: str


class VersionLine(Frozen):
    """One version of a fact in its trace."""

    entry: int
    at: datetime
    by: str | None
    """The name of who recorded it, if it is a person."""
    actor: str
    kind: str
    """entered, corrected, retracted or replaced: by a fact of a new day."""
    valid_from: date
    changes: tuple[Change, ...]
    holds: bool


def facts_query(
    context: Context, reader: str, initiative: str, record: str, everywhere: bool = False, **wanted: Any
) -> FactQuery:
    """Return a query for the facts of a type that a person sees in an initiative.

    Args:
        everywhere: shared records need not be related to the initiative.
    """
    shared = record in ("organisation", "person", "representation")
    related = shared and not everywhere and not (initiative == REGISTRY and is_administrator(context, reader))
    with context.reading() as connection:
        today = today_of(connection, [initiative], context.clock()).get(initiative, context.clock().date())
    return FactQuery(record=record, initiative=initiative, reader=reader, on=today, related=related, **wanted)


def shown_fields(record: str) -> tuple[FormField, ...]:
    """Return the fields that a table shows: its names and choices first, and the day of what happened on one.

    The page of a fact has all of them.
    """
    of, label = fields_of(record), label_of(record)
    plain = [
        f for f in of if f.name not in ("source",) and not (f.kind is Kind.ID and (label != "id" or record in NAMED_BY))
    ]

    def rank(one: FormField) -> int:
        if one.name in ("valid_from", "valid_to") and not is_happening(record):
            return 2
        return 0 if one.is_key or one.required or one.name == label else 1 if one.kind is not Kind.TEXT else 3

    chosen = sorted(plain, key=rank)[:MOST_COLUMNS]
    return tuple(f for f in of if f in chosen)


def table(
    context: Context, query: FactQuery, language: Language, after: str | None = None, before: str | None = None
) -> FactTable:
    """Return one page of facts."""
    fields = shown_fields(query.record)
    with context.reading() as connection:
        page = list_facts(connection, query, PAGE, _position(after), _position(before))
        with _style(connection, query, language):
            named = _labels(context, connection, query, [f.record for f in page.facts], language)
            lines = tuple(_line(fact, fields, named, language) for fact in page.facts)
    return FactTable(
        fields=tuple(f.name for f in fields),
        lines=lines,
        total=page.total,
        before=_written(page.first),
        after=_written(page.last),
    )


def all_cells(context: Context, query: FactQuery, record: Record, language: Language) -> tuple[Cell, ...]:
    """Return every field of a fact in words."""
    with context.reading() as connection, _style(connection, query, language):
        named = _labels(context, connection, query, [record], language)
        return tuple(_cell(f, record, named, language) for f in fields_of(record.type))


def trace(context: Context, query: FactQuery, record: Record, language: Language) -> tuple[VersionLine, ...]:
    """Return everything that was recorded under the key of a fact, the newest first."""
    with context.reading() as connection:
        versions = versions_of(connection, query, record)
        people = labels(connection, "person", REGISTRY, {v.entered_by for v in versions})
        by_entry = {v.superseded_by: v for v in versions if v.superseded_by is not None}
        with _style(connection, query, language):
            named = _labels(context, connection, query, [v.record for v in versions], language)
            lines = [
                VersionLine(
                    entry=v.entry,
                    at=v.entered_at,
                    by=people.get(v.entered_by),
                    actor=v.entered_by,
                    kind="retracted" if v.retracted else "corrected" if v.entry in by_entry else "entered",
                    valid_from=v.record.valid_from,
                    changes=_changes(by_entry.get(v.entry), v, named, language),
                    holds=v.superseded_by is None and not v.retracted,
                )
                for v in versions
            ]
    return tuple(reversed(lines))


def _changes(
    old: FactVersion | None, new: FactVersion, named: Mapping[tuple[str, str], str], language: Language
) -> tuple[Change, ...]:
    if old is None:
        return ()
    pairs = ((f, _cell(f, old.record, named, language), _cell(f, new.record, named, language))
             for f in fields_of(new.record.type))  # fmt: skip
    return tuple(
        Change(field=f.title.to(language), before=was.text, after=now.text) for f, was, now in pairs if was != now
    )


def differences(
    context: Context, query: FactQuery, mine: Record, theirs: Record, language: Language
) -> tuple[Change, ...]:
    """Return the fields in which two records differ: their value, then mine."""
    with context.reading() as connection, _style(connection, query, language):
        named = _labels(context, connection, query, [mine, theirs], language)
        pairs = [(f, _cell(f, theirs, named, language), _cell(f, mine, named, language)) for f in fields_of(mine.type)]
    return tuple(Change(field=f.title.to(language), before=a.text, after=b.text) for f, a, b in pairs if a != b)


def choices_of(context: Context, query: FactQuery, language: Language) -> tuple[tuple[str, str], ...] | None:
    """Return the records to choose from by name; None if there are too many for a list.

    Records without a name of their own, such as meetings, come newest first.
    """
    with context.reading() as connection:
        found = offered(connection, query, MOST_OFFERED)
        if len(found) > MOST_OFFERED:
            return None
        if query.record not in NAMED_BY:
            return tuple(found)
        with _style(connection, query, language):
            records = latest_records(connection, query.record, query.chain, [id_ for id_, _ in found])
            names = _names(context, connection, query, records, language)
    newest = sorted(records, key=lambda id_: (records[id_].valid_from, id_), reverse=True)
    return tuple((id_, names[id_]) for id_ in newest)


def country_of(context: Context, query: FactQuery) -> str:
    """Return the country of the initiative; empty if it is not known."""
    with context.reading() as connection:
        return _country(connection, query) or ""


def counted(context: Context, initiative: str, records: Sequence[str]) -> dict[str, int]:
    """Return the number of facts of an initiative by record type."""
    with context.reading() as connection:
        return counts_by_type(connection, initiative, records)


def _labels(
    context: Context, connection: Connection, query: FactQuery, records: Collection[Record], language: Language
) -> dict[tuple[str, str], str]:
    """Return the names of everything that records refer to, by record type and id; of codes, by list and code."""
    wanted: dict[str, set[str]] = {}
    for record in records:
        for name, target in reference_fields(type(record)):
            if (value := getattr(record, name)) is not None:
                wanted.setdefault(target, set()).add(value)
    found: dict[tuple[str, str], str] = {}
    for target, ids in wanted.items():
        chain = query.initiative if RECORDS[target].of_initiative else REGISTRY
        if target in NAMED_BY:
            names = _names(context, connection, query, latest_records(connection, target, chain, ids), language)
        else:
            names = labels(connection, target, chain, ids)
        found |= {(target, id_): name for id_, name in names.items()}
    codes = {(f.codes, getattr(record, f.name)) for record in records for f in fields_of(record.type) if f.codes}
    return found | {(one, code): name_of(context, one, code, language) for one, code in codes if code is not None}


def _names(
    context: Context, connection: Connection, query: FactQuery, records: Mapping[str, Record], language: Language
) -> dict[str, str]:
    """Return what records without a name are called, by id. What they refer to has a name of its own, or its id."""
    named = _labels(context, connection, query, records.values(), language)
    return {id_: _name(record, named, language) for id_, record in records.items()}


def _name(record: Record, named: Mapping[tuple[str, str], str], language: Language) -> str:
    fields = {f.name: f for f in fields_of(record.type)}
    cells = (_cell(fields[name], record, named, language).text for name in NAMED_BY[record.type])
    return " · ".join(text for text in cells if text)


def called(context: Context, query: FactQuery, record: Record, language: Language) -> str:
    """Return what a fact is called: its name, or the names of what it is about."""
    if "id" in type(record).model_fields and record.type not in NAMED_BY:
        return str(getattr(record, label_of(record.type)))
    with context.reading() as connection, _style(connection, query, language):
        named = _labels(context, connection, query, [record], language)
        if record.type in NAMED_BY:
            return _name(record, named, language)
        fields = {f.name: f for f in fields_of(record.type)}
        return " · ".join(_cell(fields[name], record, named, language).text for name in record.key)


def _style(connection: Connection, query: FactQuery, language: Language) -> AbstractContextManager[None]:
    """Write days and amounts as the country of the initiative does."""
    return numbers_of(language, _country(connection, query))


def _country(connection: Connection, query: FactQuery) -> str | None:
    profile = profiles_of(connection, query.on, [query.initiative]).get(query.initiative)
    return profile.country if profile else None


def _line(
    fact: Fact, fields: Sequence[FormField], named: Mapping[tuple[str, str], str], language: Language
) -> FactLine:
    cells = tuple(_cell(f, fact.record, named, language) for f in fields)
    return FactLine(entry=fact.entry, cells=cells, retracted=fact.retracted)


def _cell(one: FormField, record: Record, named: Mapping[tuple[str, str], str], language: Language) -> Cell:
    value = getattr(record, one.name)
    if value is None:
        return Cell(field=one.name, text="")
    if (names := one.reference or one.codes) is not None:
        return Cell(field=one.name, text=named.get((names, value), value), value=value)
    if isinstance(value, Money):
        return Cell(field=one.name, text=value.shown, value=str(value))
    if isinstance(value, date):
        return Cell(field=one.name, text=short_date(value), value=str(value))
    return Cell(field=one.name, text=in_words(one.column, value, language), value=str(value))


def _written(cursor: Cursor | None) -> str | None:
    """Return a position as a short text for an address."""
    if cursor is None:
        return None
    key, entry = cursor
    value = ["day", key.isoformat()] if isinstance(key, date) else ["value", key]
    return base64.urlsafe_b64encode(json.dumps([*value, entry]).encode()).decode().rstrip("=")


def _position(text: str | None) -> Cursor | None:
    """Return a position; None where the text is none, which is the first page."""
    if not text or len(text) > 1000:
        return None
    try:
        kind, key, entry = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value = date.fromisoformat(key) if kind == "day" else key
    except (ValueError, TypeError, binascii.Error):
        return None
    if isinstance(value, str) and FORBIDDEN_CHARACTERS.search(value):
        return None
    return (value, entry) if isinstance(value, (str, int, float, bool, date)) and isinstance(entry, int) else None


__all__ = [
    "PAGE", "FactQuery", "FactState", "FormField", "Kind", "all_cells", "choices_of", "facts_query", "fields_of",
    "is_happening", "table", "trace",
]  # fmt: skip
