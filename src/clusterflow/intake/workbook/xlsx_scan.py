"""Looks through the sheets of an .xlsx file as a stream: transitional or strict, with cell addresses or without."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.parsers import expat

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.cell_formats import PERCENT, sign_of_code
from clusterflow.intake.workbook.limits import CharacterCount, Deadline, check_extent
from clusterflow.intake.workbook.scan import SheetScan

WORKBOOK = "xl/workbook.xml"

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BLOCK = 2**16
_BUILT_IN_PERCENT = ("9", "10")


def scan_xlsx(name: str, packed: zipfile.ZipFile, language: Language, deadline: Deadline) -> dict[str, SheetScan]:
    """Return what is found in each sheet, by its name.

    Raises:
        Mistakes: a sheet is too large.
        ValueError: a part is missing or damaged.
    """
    parts = {part.lower(): part for part in packed.namelist()}
    targets, styles = _relationships(packed, parts)
    signs = _signs_of_styles(packed, parts, styles)
    lengths = _lengths_of_shared_texts(packed, parts, deadline)
    characters = CharacterCount(name, language)
    found: dict[str, SheetScan] = {}
    for sheet, relation in _sheets(packed):
        part = parts.get(targets.get(relation, "").lower())
        if part is None:
            raise ValueError(f"there is no part for the sheet {sheet}")
        scan = _SheetScanner(name, sheet, signs, lengths, characters, language)
        parse_stream(packed, part, scan.start, scan.end, scan.text, deadline)
        found[sheet] = scan.result
    return found


def parse_stream(
    packed: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object],
    text: Callable[[str], object],
    deadline: Deadline,
) -> None:
    """Parse an XML part block by block. Element names come without a namespace, attribute names likewise.

    Raises:
        ValueError: it is no XML, or declares a document type, which no office program writes.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type")

    local = _LocalNames()
    parser.StartElementHandler = lambda tag, attributes: start(local[tag], attributes)
    parser.EndElementHandler = lambda tag: end(local[tag])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        with packed.open(part) as source:
            while block := source.read(_BLOCK):
                parser.Parse(block)
                deadline.check()
            parser.Parse(b"", True)
    except expat.ExpatError as problem:
        raise ValueError(str(problem)) from None


class _LocalNames(dict[str, str]):
    """The names of elements without their namespace: there are few, and millions of elements."""

    def __missing__(self, name: str) -> str:
        self[name] = _local(name)
        return self[name]


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _elements(packed: zipfile.ZipFile, part: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The elements of a small part with their attributes."""
    found: list[tuple[str, Mapping[str, str]]] = []
    deadline = Deadline(part, "en")
    parse_stream(
        packed,
        part,
        lambda tag, attributes: found.append((tag, {_local(k): v for k, v in attributes.items()})),
        lambda _: None,
        lambda _: None,
        deadline,
    )
    yield from found


def _relationships(packed: zipfile.ZipFile, parts: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The parts by relationship, and the part that holds the styles."""
    targets, styles = dict[str, str](), "xl/styles.xml"
    part = parts.get("xl/_rels/workbook.xml.rels")
    for tag, attributes in _elements(packed, part) if part else ():
        if tag == "Relationship":
            target = attributes.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = full
            if attributes.get("Type", "").endswith("/styles"):
                styles = full
    return targets, styles


def _sheets(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for tag, attributes in _elements(packed, WORKBOOK):
        if tag == "sheet":
            yield attributes.get("name", ""), attributes.get("id", "")


def _signs_of_styles(packed: zipfile.ZipFile, parts: Mapping[str, str], styles: str) -> list[str]:
    """The sign that each cell style shows, in the order in which cells number them."""
    part = parts.get(styles.lower())
    codes, signs, within = dict[str, str](), list[str](), False
    for tag, attributes in _elements(packed, part) if part else ():
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = sign_of_code(attributes.get("formatCode", ""))
        elif tag in ("cellXfs", "cellStyles", "dxfs"):
            within = tag == "cellXfs"
        elif tag == "xf" and within:
            number = attributes.get("numFmtId", "")
            signs.append(PERCENT if number in _BUILT_IN_PERCENT else codes.get(number, ""))
    return signs


def _lengths_of_shared_texts(packed: zipfile.ZipFile, parts: Mapping[str, str], deadline: Deadline) -> list[int]:
    """The number of characters of each text that cells share, in the order in which cells number them."""
    part, lengths = parts.get("xl/sharedstrings.xml"), list[int]()
    if part is None:
        return lengths

    def start(tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            lengths.append(0)

    def text(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parse_stream(packed, part, start, lambda _: None, text, deadline)
    return lengths


class _SheetScanner:
    """Follows the elements of a sheet. A row or cell without an address comes after the one before it."""

    def __init__(
        self,
        name: str,
        sheet: str,
        signs: Sequence[str],
        lengths: Sequence[int],
        characters: CharacterCount,
        language: Language,
    ) -> None:
        self.result = SheetScan()
        self._lengths, self._characters = lengths, characters
        self._name, self._sheet, self._signs, self._language = name, sheet, signs, language
        self._row, self._column, self._last_column = -1, -1, -1
        self._type, self._style = "n", ""
        self._has_formula, self._reading = False, False
        self._value: list[str] = []
        self._handlers: dict[str, Callable[[dict[str, str]], object]] = {
            "row": self._start_row, "c": self._start_cell, "f": self._start_formula, "v": self._start_value,
            "t": self._start_value,
        }  # fmt: skip

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        handler = self._handlers.get(tag)
        if handler is not None:
            handler(attributes)

    def text(self, text: str) -> None:
        if self._reading:
            self._value.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._reading = False
        elif tag == "c":
            self._end_cell()

    def _start_row(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r", "")
        self._row = int(stated) - 1 if stated.isdecimal() else self._row + 1
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        match = _ADDRESS.fullmatch(attributes.get("r", ""))
        self._column = _column_number(match[1]) if match else self._column + 1
        if match:
            self._row = int(match[2]) - 1
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._has_formula, self._value = False, []

    def _start_formula(self, _: Any) -> None:
        self._has_formula = True

    def _start_value(self, _: Any) -> None:
        self._reading = True

    def _end_cell(self) -> None:
        value = "".join(self._value)
        if not value and not self._has_formula:
            return
        self._last_column = max(self._last_column, self._column)
        check_extent(self._name, self._sheet, self._row + 1, self._last_column + 1, self._language)
        position = self._row, self._column
        if self._type == "s" and value.isdecimal() and int(value) < len(self._lengths):
            self._characters.add(self._lengths[int(value)])
        if self._type == "e":
            self.result.failed[position] = value or "#?"
        elif not value and self._type not in ("str", "inlineStr"):
            self.result.failed[position] = ""
        elif self._type == "n" and self._style.isdecimal() and int(self._style) < len(self._signs):
            sign = self._signs[int(self._style)]
            if sign:
                self.result.signs[position] = sign


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
