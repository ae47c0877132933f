"""Fills the rows of a workbook with the recorded facts of an initiative."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from clusterflow.domain.records import Record
from clusterflow.domain.records.governance import Attendance, Meeting
from clusterflow.domain.text import alphabetical
from clusterflow.intake.workbook.layout import Column, Kind, Sheet
from clusterflow.intake.workbook.sheets import SHEETS
from clusterflow.intake.workbook.template import Grid, Row, TemplateRows
from clusterflow.services.intake.workbook.identification import REFERENCED
from clusterflow.services.intake.workbook.name_lookup import Names, read_names
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot
from clusterflow.services.intake.workbook.related_parties import related_parties


def fill_rows(known: RegistrySnapshot) -> TemplateRows:
    """Return the rows of every sheet."""
    names = {record: read_names(record, known) for record in REFERENCED}
    organisations, people = related_parties(known)
    wanted = {"organisation": organisations, "person": people}
    rows: dict[str, list[Row]] = {}
    for sheet in SHEETS:
        if not sheet.is_grid:
            rows[sheet.name] = list(_rows(sheet, known, names, wanted.get(sheet.head)))
    return TemplateRows(rows, _grid(known, names))


def _rows(sheet: Sheet, known: RegistrySnapshot, names: dict[str, Names], wanted: set[str] | None) -> Iterable[Row]:
    """Yield a row for each fact of the first record type, and on each row one fact of the other types."""
    head, *others = sheet.records
    beside: dict[str, list[Record]] = {}
    for record in others:
        shared = next(n for c in sheet.columns for kind, n in c.fills[1:] if kind == record)
        for fact in known.all(record):
            beside.setdefault(str(getattr(fact, shared)), []).append(fact)
    things = sorted(known.facts[head].items(), key=lambda item: _order(item[1]))
    for identity, facts in things:
        if wanted is not None and identity[0] not in wanted:
            continue
        for own, other in zip_longest(facts, beside.get(identity[0], [])):
            yield _row(sheet, own, other, facts[-1], names)


def _order(facts: Sequence[Record]) -> tuple[str, ...]:
    last = facts[-1]
    label = getattr(last, "name", None) or getattr(last, "title", None)
    return (alphabetical(label) if label else str(last.valid_from), *last.identity())


def _row(sheet: Sheet, own: Record | None, other: Record | None, latest: Record, names: dict[str, Names]) -> Row:
    row: Row = {}
    by = {r.type: r for r in (own, other) if r is not None}
    currency = next((m.currency for r in by.values() for m in _amounts(r)), None)
    for column in sheet.columns:
        if column.kind is Kind.CURRENCY:
            row[column] = currency
        elif own is None and column.record == latest.type:
            # A row that holds only another record repeats the id and the name, and no more.
            row[column] = getattr(latest, column.name) if column.name in ("id", "name") else None
        elif column.record in by:
            row[column] = _shown(column, getattr(by[column.record], column.name), names, currency)
    return row


def _amounts(record: Record) -> Iterable[Any]:
    values = (getattr(record, name) for name in type(record).model_fields)
    return (v for v in values if hasattr(v, "minor"))


def _shown(column: Column, value: Any, names: dict[str, Names], currency: str | None) -> Any:
    if value is None:
        return None
    if column.reference is not None and column.reference in names:
        return names[column.reference].display_name(str(value))
    if column.kind is Kind.MONEY and value.currency != currency:
        return str(value)
    return value


def _grid(known: RegistrySnapshot, names: dict[str, Names]) -> Grid:
    bodies, people, organisations = names["body"], names["person"], names["organisation"]
    meetings = sorted(known.latest_of(Meeting), key=lambda m: (m.valid_from, m.id))
    answers: dict[tuple[str, str], dict[str, tuple[bool, bool | None]]] = {}
    for fact in known.latest_of(Attendance):
        who = (people.display_name(fact.person), organisations.display_name(fact.organisation))
        answers.setdefault(who, {})[fact.meeting] = (fact.invited, fact.present)
    by_name = sorted(answers.items(), key=lambda answer: [alphabetical(name) for name in answer[0]])
    return Grid([(m.id, bodies.shown.get(m.body, ""), m.valid_from) for m in meetings], dict(by_name))
