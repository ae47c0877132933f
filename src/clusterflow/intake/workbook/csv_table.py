"""Reads a .csv file: the encoding that its bytes agree with, the separator that its lines agree with."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.limits import LARGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Deadline, refused

_SEPARATORS = ";,\t|"
_SAMPLE = 30
"""Lines in which the separator is looked for: titles may stand above the table."""

_STATED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""The line that states the separator for Excel."""

_BLANK_ROWS = 4
"""So many times the rows that may hold a value may be empty."""


def read_csv(name: str, content: bytes, language: Language, deadline: Deadline) -> list[list[str]]:
    """Return the cells of a file by row.

    Raises:
        Mistakes: it is too large, no table, or in an encoding that cannot be determined.
    """
    if len(content) > LARGEST_TEXT:
        raise refused(name, "too_long", language, size=LARGEST_TEXT // 2**20)
    text = _decode(name, content, language)
    stated = _STATED.match(text)
    text = text[stated.end() :] if stated else text
    separator = stated[1] if stated else _separator(text)
    rows, used = list[list[str]](), 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            while row and not row[-1].strip():
                row.pop()
            used += bool(row)
            if len(row) > MOST_COLUMNS:
                raise refused(name, "too_many_columns", language, sheet=name, columns=len(row), most=MOST_COLUMNS)
            if used > MOST_ROWS or len(rows) >= MOST_ROWS * _BLANK_ROWS:
                raise refused(name, "too_many_rows", language, sheet=name, rows=f"> {MOST_ROWS}", most=MOST_ROWS)
            rows.append(row)
            if len(rows) % 1000 == 0:
                deadline.check()
    except csv.Error as problem:
        raise refused(name, "broken", language, why=problem) from None
    return rows


def _separator(text: str) -> str:
    """The sign by which most lines are cut into the same number of cells."""
    lines = text.split("\n", _SAMPLE)[:_SAMPLE]

    def score(separator: str) -> int:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if len(row) > 1)
        except csv.Error:
            return 0
        return max(((width - 1) * times for width, times in widths.items()), default=0)

    return max(_SEPARATORS, key=score)


def _decode(name: str, content: bytes, language: Language) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Excel calls it Unicode text.
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise refused(name, "not_text", language) from None
    if b"\0" in content:
        raise refused(name, "no_workbook", language)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not is_windows_text(content):
            raise refused(name, "not_text", language) from None
        return content.decode("cp1252", errors="replace")


_OTHERS = ("mac_roman", "cp850")
"""What Excel calls «CSV (Macintosh)» and «CSV (MS-DOS)»."""

_WEIGHTS = dict.fromkeys("äöëîûùœßøåý", 1) | dict.fromkeys("çàèòïâêôãõ", 2) | dict.fromkeys("áéíóúüñ", 3)
"""How likely a letter is in a list of an office: first Spanish, then Catalan and Portuguese, then others."""

_WITHIN_WORDS = frozenset("’·´-")
_AFTER_WORDS = frozenset("’”»º°ª®™…‰€£¢")


def is_windows_text(content: bytes) -> bool:
    """Whether Windows-1252 explains the bytes better than the other encodings of office programs do."""
    windows = _plausibility(content, "cp1252")
    return all(windows > _plausibility(content, other) for other in _OTHERS)


def _plausibility(content: bytes, encoding: str) -> int:
    """How well the signs beyond ASCII fit into their words: the more, the better."""
    text = f" {content.decode(encoding, errors='replace')} "
    found = Counter((text[m.start() - 1], m[0], text[m.end()]) for m in re.finditer(r"[^\x00-\x7f]", text))
    return sum(_fit(*context) * times for context, times in found.items())


def _fit(before: str, sign: str, after: str) -> int:
    """How well a sign fits between its neighbours."""
    joined = before.isalpha() + after.isalpha()
    if sign == "\ufffd" or not sign.isprintable():
        return 1 if sign == "\xa0" and joined == 0 else -4
    if not sign.isalpha() or sign in "ªº":
        if before.isdigit() and sign in "ªº":
            return 1
        if joined == 2:
            return 1 if sign in _WITHIN_WORDS else -4
        return -3 if before.isalpha() and sign not in _AFTER_WORDS else 0
    if not joined:
        return 0 if sign in "áéíóàèòÁÉÍÓÀÈÒ" else -2
    if sign.islower() and after.isupper() and not before.islower():
        return -3
    if sign.isupper() and before.isalpha() and (before.islower() or after.islower()):
        return -3
    return _WEIGHTS.get(sign.lower(), 0)
