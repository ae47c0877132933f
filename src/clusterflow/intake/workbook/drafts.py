"""Turns rows into drafts of records. Each field has its type and its cell; names of other records are still texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.amounts import read_amount
from clusterflow.intake.workbook.cells import clean_text, is_percentage, read_cell, read_presence
from clusterflow.intake.workbook.headings import Table
from clusterflow.intake.workbook.layout import Column, Kind, Sheet
from clusterflow.intake.workbook.messages import CellMistake, Place, Unreadable, mistake
from clusterflow.intake.workbook.texts import is_example

Progress = Callable[[int], None]
"""Called with the number of rows that were done since the last call."""


@dataclass(slots=True)
class Draft:
    """One record of a row. A field that is None has an empty cell; a field that is absent has no column."""

    record: str
    sheet: Sheet
    place: Place
    fields: dict[str, Any]
    cells: dict[str, int] = field(default_factory=dict)
    head: Draft | None = None
    """The draft of the first record of the row, if this is another one."""
    percentages: Mapping[str, object] = field(default_factory=dict)
    """The cells that show a percent sign, by field."""

    def at(self, name: str) -> Place:
        """Return the cell of a field, or the row if it has none."""
        return Place(self.place.sheet, self.place.row, self.cells.get(name))


@dataclass(slots=True)
class ReadResult:
    """The drafts of a workbook, and every mistake in its cells."""

    language: Language
    """The language of messages."""
    written_in: Language
    is_ours: bool = False
    """Whether it is a workbook that clusterflow wrote, with everything that is recorded."""
    drafts: list[Draft] = field(default_factory=list)
    mistakes: list[CellMistake] = field(default_factory=list)
    sheets: dict[str, str] = field(default_factory=dict)
    """The names that the author gave to the sheets with a row, by our names."""
    columns: dict[str, frozenset[Column]] = field(default_factory=dict)
    heads: dict[str, Place] = field(default_factory=dict)

    def copied(self) -> ReadResult:
        """Return a copy with its own drafts."""
        twins: dict[int, Draft] = {}
        for draft in self.drafts:
            head = twins[id(draft.head)] if draft.head is not None else None
            twins[id(draft)] = replace(draft, fields=dict(draft.fields), cells=dict(draft.cells), head=head)
        return replace(self, drafts=list(twins.values()), mistakes=list(self.mistakes))


def count_rows(tables: Sequence[Table]) -> int:
    return sum(max(len(t.raw.rows) - t.head_row - 1, 0) for t in tables)


def read_tables(
    tables: Sequence[Table], language: Language, progress: Progress, written_in: Language | None = None
) -> ReadResult:
    """Return the drafts of all rows.

    Args:
        language: the language of messages.
        written_in: the language of the workbook, where it is another one.
    """
    read = ReadResult(language, written_in or language)
    for table in tables:
        name = table.sheet.name
        read.columns[name] = frozenset(table.columns.values())
        read.heads[name] = Place(table.name, table.head_row)
        found = _grid(table, read) if table.sheet.is_grid else _rows(table, read)
        for number, drafts in enumerate(found, 1):
            if drafts:
                read.sheets[name] = table.name
            read.drafts.extend(drafts)
            if number % 500 == 0:
                progress(500)
    return read


def _lines(table: Table) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows that hold something, except the example."""
    ours = sorted({*table.columns, *table.meetings})
    for number in range(table.head_row + 1, len(table.raw.rows)):
        row = table.raw.rows[number]
        first = next((v for at in ours if at < len(row) and (v := clean_text(row[at])) is not None), None)
        failed = table.raw.failed
        if first is None and not (failed and any((number, at) in failed for at in ours)):
            continue
        if isinstance(first, str) and is_example(first):
            continue
        yield number, row


def _rows(table: Table, read: ReadResult) -> Iterator[list[Draft]]:
    sheet, columns = table.sheet, sorted(table.columns.items())
    currencies = {c.record: (at, c) for at, c in columns if c.kind is Kind.CURRENCY}
    own = {record: _own(sheet, record) for record in sheet.records}
    places = {record: _places(table, record) for record in sheet.records}
    for number, row in _lines(table):
        values: dict[Column, Any] = {}
        for at, column in columns:
            with _Cell(table, number, at, row, read) as cell:
                values[column] = read_cell(column, cell.value, read.language, read.written_in)
        for at, column in columns:
            if column.kind is not Kind.MONEY or values.get(column) is None:
                continue  # an amount that is empty is named, and empty
            amount = values.pop(column)
            _, code = currencies.get(column.record, (at, None))
            if code is not None and code not in values:
                continue
            head = (code or column).title.to(read.language)
            with _Cell(table, number, at, row, read):
                values[column] = read_amount(amount, values.get(code) if code else None, head)
        others = [r for r in sheet.records[1:] if any(values.get(c) is not None for c in own[r])]
        drafts = list[Draft]()
        for record in (sheet.head, *others):
            fields = {name: values[column] for name, column, _ in places[record] if column in values}
            cells = {name: at for name, column, at in places[record] if column in values}
            place = Place(table.name, number)
            percentages = {name: row[at] for name, at in cells.items() if at < len(row) and is_percentage(row[at])}
            drafts.append(Draft(record, sheet, place, fields, cells, drafts[0] if drafts else None, percentages))
        yield drafts


def _own(sheet: Sheet, record: str) -> list[Column]:
    """Return the columns that belong to one record type alone."""
    return [c for c in sheet.columns_of(record).values() if len(c.fills) == 1]


def _places(table: Table, record: str) -> list[tuple[str, Column, int]]:
    """Return the fields of a record type with their columns and the positions of these."""
    return [
        (name, column, at)
        for at, column in table.columns.items()
        for kind, name in column.fills
        if kind == record and column.kind is not Kind.CURRENCY
    ]


def _grid(table: Table, read: ReadResult) -> Iterator[list[Draft]]:
    """Yield the drafts of each row of the attendance sheet: one for each answer."""
    for number, row in _lines(table):
        who: dict[str, Any] = {}
        cells: dict[str, int] = {}
        for at, column in table.columns.items():
            with _Cell(table, number, at, row, read) as cell:
                who[column.name], cells[column.name] = read_cell(column, cell.value, read.language, read.written_in), at
        drafts = []
        for at, meeting in table.meetings.items():
            with _Cell(table, number, at, row, read) as cell:
                answer = read_presence(cell.value, read.language)
                if answer is not None:
                    fields = {**who, "meeting": meeting, "invited": answer.invited, "present": answer.present}
                    place = Place(table.name, number, at)
                    drafts.append(Draft("attendance", table.sheet, place, fields, {**cells, "present": at}))
        yield drafts


class _Cell:
    """A cell. A mistake in it is added to the result, with its place."""

    __slots__ = ("column", "read", "row", "table", "value")

    def __init__(self, table: Table, row: int, column: int, values: Sequence[Any], read: ReadResult) -> None:
        self.table, self.row, self.column, self.read = table, row, column, read
        self.value = values[column] if column < len(values) else None
        failed = table.raw.failed.get((row, column)) if table.raw.failed else None
        if failed is not None:
            self.value = failed or "#?"

    def __enter__(self) -> _Cell:
        return self

    def __exit__(self, kind: object, problem: object, trace: object) -> bool:
        if not isinstance(problem, Unreadable):
            return False
        place = Place(self.table.name, self.row, self.column)
        key = problem.key
        if self.table.raw.failed.get((self.row, self.column)) == "":
            key = "no_result"
        value = None if key == "no_result" else self.value
        self.read.mistakes.append(mistake(place, value, key, self.read.language, **problem.values))
        return True
