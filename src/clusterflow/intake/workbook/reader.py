"""Opens an .xlsx, .ods or .csv file within limits. Its format is recognized by its content, not by its name."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.cell_formats import formatted
from clusterflow.intake.workbook.csv_table import read_csv
from clusterflow.intake.workbook.limits import LARGEST_FILE, Deadline, refused
from clusterflow.intake.workbook.ods_scan import CONTENT, scan_ods
from clusterflow.intake.workbook.package import copy_package
from clusterflow.intake.workbook.scan import SheetScan
from clusterflow.intake.workbook.xlsx_scan import WORKBOOK, scan_xlsx

META = "_clusterflow"
"""The hidden sheet of our own workbooks: format, language and initiative."""

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
    """A workbook as it was found. ``about`` holds the hidden sheet of our own workbooks."""

    name: str
    kind: str
    sheets: Sequence[RawSheet]
    about: Mapping[str, str] = field(default_factory=dict)
    unpacked: int = 0
    """The bytes that its parts unpack to."""


def open_book(name: str, content: bytes, language: Language, deadline: Deadline | None = None) -> Book:
    """Return the workbook in a file.

    Raises:
        Mistakes: it is none, cannot be opened, or is too large; in that language.
    """
    deadline = deadline or Deadline(name, language)
    if not content.strip():
        raise refused(name, "empty_file", language)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        closed = "EncryptedPackage".encode("utf-16-le") in content
        raise refused(name, "password" if closed else "old_xls", language)
    if content.startswith(b"PK"):
        return _spreadsheet(name, content, language, deadline)
    if name.lower().endswith((".xlsx", ".ods", ".xlsm")):
        why = "no ZIP" if language == "en" else "no es un ZIP"
        raise refused(name, "broken", language, why=why)
    if not name.lower().endswith(TABLES):
        raise refused(name, "no_workbook", language)
    return Book(name, "csv", (RawSheet(name, read_csv(name, content, language, deadline)),))


TABLES = (".csv", ".tsv", ".txt", ".tab")
"""The suffixes of files that hold one table as text."""


def _spreadsheet(name: str, content: bytes, language: Language, deadline: Deadline) -> Book:
    if len(content) > LARGEST_FILE:
        raise refused(name, "too_long", language, size=LARGEST_FILE // 2**20)
    try:
        copied, unpacked = copy_package(name, content, language, deadline)
        with zipfile.ZipFile(io.BytesIO(copied)) as packed:
            names = set(packed.namelist())
            if WORKBOOK in names:
                kind, scans = "xlsx", scan_xlsx(name, packed, language, deadline)
            elif CONTENT in names:
                kind, scans = "ods", scan_ods(name, packed, language, deadline)
            else:
                raise refused(name, "no_workbook", language)
        book = CalamineWorkbook.from_filelike(io.BytesIO(copied))
        sheets, about = list[RawSheet](), dict[str, str]()
        for meta in book.sheets_metadata:
            if meta.name != META and meta.visible is not SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows = sheet.to_python(skip_empty_area=False)
            deadline.check()
            if meta.name == META:
                about = {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and row[0]}
                continue
            scan = scans.get(meta.name, SheetScan())
            _put_signs(rows, scan)
            _put_texts(rows, scan)
            merged = [start for start, _ in sheet.merged_cell_ranges or ()]
            sheets.append(RawSheet(meta.name, rows, merged, scan.failed))
        return Book(name, kind, sheets, about, unpacked)
    except PasswordError:
        raise refused(name, "password", language) from None
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError, OSError,
        ZipError, CalamineError,
    ) as problem:  # fmt: skip
        raise refused(name, "broken", language, why=str(problem).partition("\n")[0]) from None


def _put_signs(rows: list[list[Any]], scan: SheetScan) -> None:
    """Replace the numbers that are shown with a percent or currency sign."""
    for (row, column), sign in scan.signs.items():
        if row < len(rows) and column < len(rows[row]):
            value = rows[row][column]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                rows[row][column] = formatted(value, sign)


def _put_texts(rows: list[list[Any]], scan: SheetScan) -> None:
    """Replace the texts in which python-calamine joins the words at a tab or a line break."""
    for (row, column), text in scan.texts.items():
        if row < len(rows) and column < len(rows[row]) and isinstance(rows[row][column], str):
            rows[row][column] = text
