"""Workbooks as people make them, with their mistakes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Sequence[Any]]


def xlsx(sheets: Mapping[str, Rows], touch: Callable[[Worksheet], None] | None = None) -> bytes:
    """Return an .xlsx file from rows by sheet. ``touch`` can change its first sheet where rows are not enough."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    if touch is not None:
        touch(book.worksheets[0])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def ods(sheets: Mapping[str, Rows]) -> bytes:
    """Return an .ods file from rows of texts and numbers by sheet."""
    document = OpenDocumentSpreadsheet()
    for title, rows in sheets.items():
        table = Table(name=title)
        for row in rows:
            line = TableRow()
            for value in row:
                if isinstance(value, (int, float)):
                    cell = TableCell(valuetype="float", value=str(value))
                elif value is None:
                    cell = TableCell()
                else:
                    cell = TableCell(valuetype="string")
                    cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        document.spreadsheet.addElement(table)
    target = io.BytesIO()
    document.write(target)
    return target.getvalue()
