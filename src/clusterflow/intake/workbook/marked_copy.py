"""A copy of somebody's own workbook, with what is wrong marked in its cells and said in notes."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from clusterflow.intake.workbook.messages import CellMistake, Place
from clusterflow.intake.workbook.reader import Book

_FILL = PatternFill("solid", start_color="FFFFC7CE", end_color="FFFFC7CE")
_AUTHOR = "clusterflow"
_FORMULA = ("=", "+", "-", "@")


def marked_copy(book: Book, content: bytes, mistakes: Sequence[CellMistake]) -> bytes:
    """The workbook as .xlsx, each bad cell in red with a note: an .xlsx keeps its looks, of an .ods or .csv the values
    are copied."""
    target = io.BytesIO()
    copy = _own(content) if book.kind == "xlsx" else None
    if copy is None:
        copy = _values(book)
    by_cell: dict[Place, list[str]] = defaultdict(list)
    for one in mistakes:
        by_cell[one.place].append(str(one.mistake).removeprefix(f"{one.place}: "))
    titles = {sheet.name: _title(sheet.name) for sheet in book.sheets}
    for place, told in by_cell.items():
        title = place.sheet if place.sheet in copy.sheetnames else titles.get(place.sheet)
        if title in copy.sheetnames:
            _mark(copy[title], place, "\n".join(told))
    copy.save(target)
    return target.getvalue()


def _own(content: bytes) -> Workbook | None:
    """The workbook itself; None where it can be read but not written again."""
    try:
        return load_workbook(io.BytesIO(content))
    except Exception:  # a reader of such a format raises whatever its parts raise
        return None


def _values(book: Book) -> Workbook:
    copy = Workbook()
    copy.remove(copy.active)
    for sheet in book.sheets:
        page = copy.create_sheet(_title(sheet.name))
        for number, row in enumerate(sheet.rows, 1):
            for at, value in enumerate(row, 1):
                if value not in (None, ""):
                    _write(page, number, at, value)
    if not copy.sheetnames:
        copy.create_sheet(_title(book.name))
    return copy


def _title(name: str) -> str:
    """A name that a sheet may have."""
    return "".join(c if c not in "[]:*?/\\" else "-" for c in name)[:31] or "-"


def _write(page: Worksheet, row: int, at: int, value: Any) -> None:
    try:
        cell = page.cell(row, at, value if isinstance(value, (str, int, float, date, time, timedelta)) else str(value))
    except (IllegalCharacterError, ValueError):
        cell = page.cell(row, at, ascii(value))
    if isinstance(value, str) and value.startswith(_FORMULA):
        cell.data_type, cell.quotePrefix = "s", True


def _mark(page: Worksheet, place: Place, told: str) -> None:
    row, column = (place.row or 0) + 1, (place.column or 0) + 1
    for merged in page.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            row, column = merged.min_row, merged.min_col
    cell = page.cell(row, column)
    cell.fill = _FILL
    note = Comment(told, _AUTHOR)
    note.width, note.height = 320, 24 + 20 * (1 + len(told) // 45)
    cell.comment = note
