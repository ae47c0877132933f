"""Writes a copy of a workbook in which the cells with mistakes are red and explained in notes."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from clusterflow.intake.workbook.limits import LARGEST_COPIED
from clusterflow.intake.workbook.messages import CellMistake, Place
from clusterflow.intake.workbook.reader import META, Book

_FILL = PatternFill("solid", start_color="FFFFC7CE", end_color="FFFFC7CE")
_AUTHOR = "clusterflow"
_FORMULA = ("=", "+", "-", "@")
_FIRST_DAY = date(1900, 3, 1)
"""A spreadsheet's numbers for earlier days differ between programs, or do not exist."""


def marked_copy(
    book: Book, content: bytes, mistakes: Sequence[CellMistake], titles: Mapping[str, str] | None = None
) -> bytes:
    """Return the workbook as .xlsx, with the cells marked.

    The copy of an .xlsx keeps its formats. Of an .ods or .csv, and of an .xlsx that cannot be written again, only the
    values are copied. Corrected, the copy can be imported in the place of the file. It is an extra: where none can be
    written, the answer is empty, and the mistakes have to be read without it.

    Args:
        titles: the titles of sheets under other names, by which the importer knows them: a .csv has no sheet names.
    """
    notes: dict[Place, list[str]] = defaultdict(list)
    for one in mistakes:
        notes[one.place].append(str(one.mistake).removeprefix(f"{one.place}: "))
    keeps_formats = book.kind == "xlsx" and book.unpacked <= LARGEST_COPIED
    renamed = {sheet.name: _title((titles or {}).get(sheet.name, sheet.name)) for sheet in book.sheets}
    for make in (_with_formats, _values_only) if keeps_formats else (_values_only,):
        try:
            return _marked(make(book, content, renamed), renamed, notes)
        except Exception:  # noqa: S112 - a damaged workbook makes openpyxl raise whatever its parts raise
            continue
    return b""


def _marked(copy: Workbook, titles: Mapping[str, str], notes: Mapping[Place, Sequence[str]]) -> bytes:
    for place, texts in notes.items():
        title = place.sheet if place.sheet in copy.sheetnames else titles.get(place.sheet)
        if title in copy.sheetnames:
            _mark(copy[title], place, "\n".join(texts))
    target = io.BytesIO()
    copy.save(target)
    return target.getvalue()


def _with_formats(_: Book, content: bytes, __: Mapping[str, str]) -> Workbook:
    return load_workbook(io.BytesIO(content))


def _values_only(book: Book, _: bytes, titles: Mapping[str, str]) -> Workbook:
    copy = Workbook()
    copy.remove(copy.active)
    for sheet in book.sheets:
        page = copy.create_sheet(titles[sheet.name])
        for number, row in enumerate(sheet.rows, 1):
            for at, value in enumerate(row, 1):
                if value not in (None, ""):
                    _write(page, number, at, value)
    if not copy.sheetnames:
        copy.create_sheet(_title(book.name))
    if book.about:
        about = copy.create_sheet(META)
        about.sheet_state = "veryHidden"
        for pair in book.about.items():
            about.append(pair)
    return copy


def _title(name: str) -> str:
    """A name that a sheet may have."""
    return "".join(c if c not in "[]:*?/\\" else "-" for c in name)[:31] or "-"


def _write(page: Worksheet, row: int, at: int, value: Any) -> None:
    try:
        cell = page.cell(row, at, _writable(value))
    except (IllegalCharacterError, ValueError):
        cell = page.cell(row, at, ascii(value))
    if isinstance(value, str) and value.startswith(_FORMULA):
        cell.data_type, cell.quotePrefix = "s", True


def _writable(value: Any) -> str | int | float | date | time | timedelta:
    """Return a value that a spreadsheet has a form for; anything else as text."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return value if day >= _FIRST_DAY else str(value)
    if isinstance(value, timedelta):
        return value if value >= timedelta(0) else str(value)
    if isinstance(value, float):
        return value if abs(value) < 1e300 else str(value)
    return value if isinstance(value, (str, int, time)) else str(value)


def _mark(page: Worksheet, place: Place, text: str) -> None:
    row, column = (place.row or 0) + 1, (place.column or 0) + 1
    for merged in page.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            row, column = merged.min_row, merged.min_col
    cell = page.cell(row, column)
    cell.fill = _FILL
    note = Comment(text, _AUTHOR)
    note.width, note.height = 320, 24 + 20 * (1 + len(text) // 45)
    cell.comment = note
