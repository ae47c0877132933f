"""Opening what somebody sent as a workbook: guarded against what is broken, closed, or too large to be one."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from clusterflow.domain.text import Language
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.workbook.messages import say

LARGEST_UNPACKED = 256 * 2**20
"""Bytes; a workbook of 20,000 rows unpacks to a tenth of it."""

MOST_CELLS = 8_000_000
"""From the first cell to the last: what lies between is kept in memory, too."""

META = "_clusterflow"
"""The hidden sheet by which our own workbooks are known again."""

FORMAT = "1"


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet as it was found: values by row from the very first cell on."""

    name: str
    rows: Sequence[Sequence[Any]]
    merged: Sequence[tuple[int, int]] = ()
    """The first cell of each range of merged cells: row and column."""
    failed: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """The cells with a formula that gave no value: what they show, empty where no result is stored."""


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook as it was found; ``about`` is what our own ones say of themselves."""

    name: str
    kind: str
    sheets: Sequence[RawSheet]
    about: Mapping[str, str] = field(default_factory=dict)


def open_book(name: str, content: bytes, language: Language) -> Book:
    """The workbook in a file, told by its content and not by its name.

    Raises:
        Mistakes: it is none, or cannot be opened; in that language.
    """
    if not content.strip():
        raise _refused(name, "empty_file", language)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        closed = "EncryptedPackage".encode("utf-16-le") in content
        raise _refused(name, "password" if closed else "old_xls", language)
    if content.startswith(b"PK"):
        return _spreadsheet(name, content, language)
    if name.lower().endswith((".xlsx", ".ods", ".xlsm")):
        why = "no ZIP" if language == "en" else "no es un ZIP"
        raise _refused(name, "broken", language, why=why)
    if not name.lower().endswith((".csv", ".tsv", ".txt")) or b"\0" in content:
        raise _refused(name, "no_workbook", language)
    return Book(name, "csv", (RawSheet(name, _csv_rows(name, content, language)),))


def _refused(name: str, sentence: str, language: Language, **values: object) -> Mistakes:
    return Mistakes([Mistake(name, say(sentence, language, **values))])


def _csv_rows(name: str, content: bytes, language: Language) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _refused(name, "not_text", language) from None
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    separator = max(";,\t|", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as problem:
        raise _refused(name, "broken", language, why=problem) from None


def _spreadsheet(name: str, content: bytes, language: Language) -> Book:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(i.file_size for i in packed.infolist()) > LARGEST_UNPACKED:
                raise _refused(name, "too_large", language, size=LARGEST_UNPACKED // 2**20)
            if any(i.flag_bits & 1 for i in packed.infolist()):
                raise _refused(name, "password", language)
            names = set(packed.namelist())
            if "xl/workbook.xml" in names:
                kind, failed = "xlsx", _look_into_xlsx(name, packed, language)
            elif "content.xml" in names:
                kind, failed = "ods", _look_into_ods(name, packed, language)
            else:
                raise _refused(name, "no_workbook", language)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets, about = [], dict[str, str]()
        for meta in book.sheets_metadata:
            sheet = book.get_sheet_by_name(meta.name)
            rows = sheet.to_python(skip_empty_area=False)
            if meta.name == META:
                about = {str(row[0]): str(row[1]) for row in rows if len(row) > 1}
            elif meta.visible is SheetVisibleEnum.Visible:
                merged = [start for start, _ in sheet.merged_cell_ranges or ()]
                sheets.append(RawSheet(meta.name, rows, merged, failed.get(meta.name, {})))
        return Book(name, kind, sheets, about)
    except PasswordError:
        raise _refused(name, "password", language) from None
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ElementTree.ParseError, KeyError,
        ValueError, OSError, ZipError, CalamineError,
    ) as problem:  # fmt: skip
        raise _refused(name, "broken", language, why=str(problem).partition("\n")[0]) from None


_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>(.*?)</")
_LAST = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def _look_into_xlsx(name: str, packed: zipfile.ZipFile, language: Language) -> dict[str, dict[tuple[int, int], str]]:
    """The formulas without a value, by sheet and cell: the reader shows them as empty cells. How far a sheet reaches
    is looked at before anything is read into memory."""
    failed: dict[str, dict[tuple[int, int], str]] = {}
    for sheet, part in _parts_of(packed):
        content = packed.read(part)
        column, row = b"A", 0
        for match in _LAST.finditer(content):
            column, row = max(column, match[1], key=lambda c: (len(c), c)), max(row, int(match[2]))
        _check_extent(name, sheet, row, xl_cell_to_rowcol(f"{column.decode()}1")[1] + 1, language)
        if b"<f" in content or b't="e"' in content or b":f" in content:
            failed[sheet] = dict(_failed_cells(content))
    return failed


def _check_extent(name: str, sheet: str, rows: int, columns: int, language: Language) -> None:
    if rows * columns > MOST_CELLS:
        cell = f"{sheet}!{xl_rowcol_to_cell(max(rows - 1, 0), max(columns - 1, 0))}"
        raise _refused(name, "too_wide", language, cell=cell)


def _failed_cells(content: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for cell, attributes, inside in _CELL.findall(content):
        value = _VALUE.search(inside)
        if b't="e"' in attributes:
            yield xl_cell_to_rowcol(cell.decode()), value[1].decode(errors="replace") if value else "#?"
        elif not (value and value[1]) and b't="str"' not in attributes and re.search(rb"<(?:\w+:)?f[ >/]", inside):
            yield xl_cell_to_rowcol(cell.decode()), ""


_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _parts_of(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet with the part of the file that holds it."""
    targets = {
        r.get("Id"): str(r.get("Target"))
        for r in ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat refuses bombs
    }
    known = set(packed.namelist())
    for element in ElementTree.fromstring(packed.read("xl/workbook.xml")).iter():  # noqa: S314
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_REL), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in known:
                yield str(element.get("name")), part


_REPEATED = re.compile(rb"<table:table-(row|cell)\b([^>]*?)(/?)>")
_TIMES = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')


def _look_into_ods(name: str, packed: zipfile.ZipFile, language: Language) -> dict[str, dict[tuple[int, int], str]]:
    """Refuse what unfolds to too much: a row or a cell with content, repeated a million times."""
    if b"encryption-data" in packed.read("META-INF/manifest.xml"):
        raise _refused(name, "password", language)
    cells, times, width = 0, 1, 0
    for kind, attributes, closed in _REPEATED.findall(packed.read("content.xml")):
        found = _TIMES.search(attributes)
        repeated = int(found[1]) if found else 1
        if kind == b"row":
            cells, times, width = cells + times * width, repeated, 0
        elif not closed or b"value" in attributes:
            width += repeated
    if cells + times * width > MOST_CELLS:
        raise _refused(name, "too_wide", language, cell="...")
    return {}
