"""Looks through the tables of an .ods file as a stream; rows and cells may be repeated a million times."""

from __future__ import annotations

import zipfile
from itertools import product

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.cell_formats import PERCENT
from clusterflow.intake.workbook.cells import is_failure
from clusterflow.intake.workbook.limits import CharacterCount, Deadline, check_extent, refused
from clusterflow.intake.workbook.scan import SheetScan
from clusterflow.intake.workbook.xlsx_scan import parse_stream

CONTENT = "content.xml"

_BREAKS = {"tab": "\t", "line-break": "\n"}


def scan_ods(name: str, packed: zipfile.ZipFile, language: Language, deadline: Deadline) -> dict[str, SheetScan]:
    """Return what is found in each table, by its name.

    Raises:
        Mistakes: it is encrypted, or a table is too large.
        ValueError: a part is missing or damaged.
    """
    manifest = "META-INF/manifest.xml"
    if manifest in packed.namelist() and b"encryption-data" in packed.read(manifest):
        raise refused(name, "password", language)
    scanner = _TableScanner(name, language)
    parse_stream(packed, CONTENT, scanner.start, scanner.end, scanner.text, deadline)
    return scanner.results


class _TableScanner:
    def __init__(self, name: str, language: Language) -> None:
        self.results: dict[str, SheetScan] = {}
        self._name, self._language = name, language
        self._table, self._result = "", SheetScan()
        self._row, self._rows, self._row_is_used = 0, 1, False
        self._column, self._columns, self._last_column = 0, 1, -1
        self._types: set[str] = set()
        self._has_formula, self._currency = False, ""
        self._text: list[str] = []
        self._in_text, self._in_note, self._has_break = 0, 0, False
        self._characters = CharacterCount(name, language)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            self._start_cell(attributes)
        elif tag == "table-row":
            self._rows, self._row_is_used = _count(attributes, "number-rows-repeated"), False
            self._column = 0
        elif tag == "table":
            self._table = next((v for k, v in attributes.items() if k.endswith(":table:1.0 name")), "")
            self._result = self.results.setdefault(self._table, SheetScan())
            self._row, self._last_column = 0, -1
        elif tag == "annotation":
            self._in_note += 1
        elif self._in_note:
            return
        elif tag == "p":
            self._in_text += 1
            if self._text:
                self._text.append("\n")
        elif self._in_text and tag == "s":
            number = _count(attributes, "c")
            self._characters.add(number)
            self._text.append(" " * number)
        elif self._in_text and tag in _BREAKS:
            self._text.append(_BREAKS[tag])
            self._has_break = True

    def text(self, text: str) -> None:
        if self._in_text and not self._in_note:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif tag == "table-row":
            self._row += self._rows
            if self._row_is_used:
                check_extent(self._name, self._table, self._row, self._last_column + 1, self._language)
        elif tag == "annotation":
            self._in_note -= 1
        elif tag == "p" and not self._in_note:
            self._in_text -= 1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._columns = _count(attributes, "number-columns-repeated")
        self._types = {v for k, v in attributes.items() if k.endswith(" value-type")}
        self._has_formula = any(k.endswith(" formula") for k in attributes)
        self._currency = next((v for k, v in attributes.items() if k.endswith(" currency")), "")
        self._text, self._has_break = [], False

    def _end_cell(self) -> None:
        first, text = self._column, "".join(self._text).strip()
        self._column += self._columns
        if not (self._types or text or self._has_formula):
            return
        self._row_is_used, self._last_column = True, max(self._last_column, self._column - 1)
        for rows in (1, self._rows):
            check_extent(self._name, self._table, self._row + rows, self._last_column + 1, self._language)
        self._characters.add(len(text) * self._rows * self._columns)
        for at in product(range(self._row, self._row + self._rows), range(first, self._column)):
            if "error" in self._types or (self._has_formula and is_failure(text)):
                self._result.failed[at] = text or "#?"
            elif "percentage" in self._types:
                self._result.signs[at] = PERCENT
            elif "currency" in self._types and self._currency:
                self._result.signs[at] = self._currency
            elif self._has_break:
                self._result.texts[at] = text


def _count(attributes: dict[str, str], name: str) -> int:
    stated = next((v for k, v in attributes.items() if k.endswith(f" {name}")), "1")
    return int(stated) if stated.isdecimal() else 1
