"""Recognizes sheets and columns by their titles, in either language, whatever their capitals and accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import PurePath
from typing import Any

from clusterflow.domain.text import LANGUAGES, Language
from clusterflow.intake.workbook.cells import clean_text
from clusterflow.intake.workbook.layout import Column, Kind, Sheet
from clusterflow.intake.workbook.messages import CellMistake, Place, any_of, mistake
from clusterflow.intake.workbook.reader import Book, RawSheet
from clusterflow.intake.workbook.sheets import SHEETS
from clusterflow.intake.workbook.texts import OURS, is_example
from clusterflow.rules.matching import fold_text
from clusterflow.rules.mistakes import nearest

_SEARCHED_ROWS = 20
"""The row of heads is one of the first rows."""


@dataclass(slots=True)
class Table:
    """A recognized sheet with its row of heads and its columns."""

    sheet: Sheet
    raw: RawSheet
    head_row: int
    columns: dict[int, Column]
    meetings: dict[int, str] = field(default_factory=dict)
    """The columns of an attendance sheet that are meetings: the id or date in their heads."""

    @property
    def name(self) -> str:
        return self.raw.name


def language_of(book: Book, otherwise: Language) -> Language:
    """Return the language of a workbook: the one it states, or that of most of its titles and heads."""
    stated = book.about.get("language")
    if stated in LANGUAGES:
        return "es" if stated == "es" else "en"
    votes = {"es": 0, "en": 0}
    own = {one: _own_words(one) for one in LANGUAGES}
    for sheet in book.sheets:
        for text in (sheet.name, *(cell for row in sheet.rows[:_SEARCHED_ROWS] for cell in row)):
            if isinstance(text, str):
                for one in LANGUAGES:
                    votes[one] += fold_text(text) in own[one]
    if votes["es"] == votes["en"]:
        return otherwise
    return "es" if votes["es"] > votes["en"] else "en"


@cache
def _own_words(language: Language) -> frozenset[str]:
    """Return the titles and heads of one language that the other does not have."""
    both = [
        {fold_text(t.to(one)) for s in SHEETS for t in (s.title, *(c.title for c in s.columns))}
        for one in ("es", "en")
    ]  # fmt: skip
    mine, other = both if language == "es" else both[::-1]
    return frozenset(mine - other)


def recognize_sheets(book: Book, language: Language) -> tuple[list[Table], list[CellMistake]]:
    """Return the recognized sheets of a workbook, and the mistakes in sheets and heads."""
    tables, wrong, sheet_names = list[Table](), list[CellMistake](), dict[str, str]()
    for raw in book.sheets:
        if raw.name.startswith("#") or fold_text(raw.name) in _ours():
            continue
        sheet = _by_heads(raw) if book.kind == "csv" else _by_title(raw.name)
        place = Place(raw.name)
        if sheet is None:
            if any(clean_text(cell) is not None for row in raw.rows for cell in row):
                wrong.append(_unknown(raw.name, [s.title.to(language) for s in SHEETS], "sheet", place, language))
            continue
        if sheet.name in sheet_names:
            wrong.append(mistake(place, None, "sheet_twice", language, other=sheet_names[sheet.name]))
            continue
        sheet_names[sheet.name] = raw.name
        table = _read_heads(sheet, raw, language, wrong)
        if table is not None:
            tables.append(table)
    if not tables and not wrong:
        titles = any_of([s.title.to(language) for s in SHEETS[:4]], language)
        wrong.append(mistake(Place(book.name), None, "no_sheet", language, near=titles))
    return tables, wrong


@cache
def _ours() -> frozenset[str]:
    return frozenset(fold_text(text.to(one)) for text in OURS for one in LANGUAGES)


def _by_title(name: str) -> Sheet | None:
    wanted = fold_text(name)
    known = {fold_text(t): s for s in SHEETS for t in (s.name, s.title.es, s.title.en, *s.records[:1])}
    return known.get(wanted)


def _by_heads(raw: RawSheet) -> Sheet | None:
    """Return the sheet that a file with one table holds: by its name, otherwise by its heads."""
    words = set(fold_text(PurePath(raw.name).stem).split())
    named = [s for s in SHEETS if any(set(fold_text(t).split()) <= words for t in (s.name, s.title.es, s.title.en))]
    best, most = None, 0
    for sheet in named or SHEETS:
        found = _head_row(sheet, raw.rows)
        score = found[1] * 10 + sum(c.required for c in (found[2] if found else {}).values()) if found else 0
        if score > most:
            best, most = sheet, score
    return best or (named[0] if named else None)


@cache
def _heads(sheet: Sheet) -> dict[str, Column]:
    """Return the columns of a sheet by their folded heads. Titles have precedence over other words."""
    found: dict[str, Column] = {}
    for column in sheet.columns:
        for text in (column.title.es, column.title.en):
            found.setdefault(fold_text(text), column)
    for column in sheet.columns:
        for word in (*column.also, f"{column.record} {column.name}"):
            found.setdefault(fold_text(word), column)
    return found


def _head_row(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> tuple[int, int, dict[int, Column]] | None:
    """Return the row with the most heads: its number, how many heads it has, and its columns."""
    best: tuple[int, int, dict[int, Column]] | None = None
    for number, row in enumerate(rows[:_SEARCHED_ROWS]):
        found = {at: c for at, cell in enumerate(row) if isinstance(cell, str) and (c := _column(sheet, cell))}
        if found and (best is None or len(found) > best[1]):
            best = (number, len(found), found)
    return best


def _column(sheet: Sheet, head: str) -> Column | None:
    return _heads(sheet).get(fold_text(head))


def _read_heads(sheet: Sheet, raw: RawSheet, language: Language, wrong: list[CellMistake]) -> Table | None:
    found = _head_row(sheet, raw.rows)
    if found is None:
        if any(clean_text(cell) is not None for row in raw.rows for cell in row):
            titles = any_of([c.title.to(language) for c in sheet.columns[:4]], language)
            wrong.append(mistake(Place(raw.name), None, "no_heads", language, near=titles))
        return None
    row, _, columns = found
    table = Table(sheet, raw, row, {})
    first: dict[Column, int] = {}
    for at, cell in enumerate(raw.rows[row]):
        place, head = Place(raw.name, row, at), clean_text(cell)
        if head is None or (isinstance(head, str) and (head.startswith("#") or is_example(head))):
            continue
        column = columns.get(at)
        if column is None and sheet.is_grid:
            table.meetings[at] = _meeting_of_head(head)
        elif column is None:
            free = [c.title.to(language) for c in sheet.columns if c not in columns.values()]
            wrong.append(_unknown(str(head), free, "head", place, language, sheet=sheet.title.to(language)))
        elif column in first:
            other = Place(raw.name, row, first[column])
            wrong.append(mistake(place, head, "head_twice", language, other=other))
        else:
            first[column] = at
            table.columns[at] = column
    wrong.extend(_lacking(table, language))
    for merged_row, merged_column in raw.merged:
        if merged_row >= row:
            wrong.append(mistake(Place(raw.name, merged_row, merged_column), None, "merged", language))
    return table


def _meeting_of_head(head: Any) -> str:
    """Return the id or the date of a meeting as text."""
    return str(head.date() if isinstance(head, datetime) else unicodedata.normalize("NFC", str(head)))


def _lacking(table: Table, language: Language) -> Iterable[CellMistake]:
    """Yield a mistake for each missing column without which a row identifies nothing."""
    there, place = set(table.columns.values()), Place(table.name, table.head_row)
    for column in table.sheet.columns:
        is_key = column.kind is Kind.REFERENCE and column.required and column.record == table.sheet.head
        if is_key and column not in there and not (table.sheet.is_grid and column.name == "organisation"):
            yield mistake(place, None, "no_key_column", language, column=column.title.to(language))


def _unknown(
    text: str, titles: Iterable[str], sentence: str, place: Place, language: Language, **values: object
) -> CellMistake:
    near = nearest(text, titles, most=2)
    if near:
        return mistake(place, text, f"{sentence}_near", language, near=any_of(near, language), **values)
    return mistake(place, text, sentence, language, **values)
