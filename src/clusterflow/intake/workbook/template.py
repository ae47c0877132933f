"""Writes the workbook for managers: instructions, a sheet for each kind of record, lists to choose from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from clusterflow.domain.money import Money, exponent
from clusterflow.domain.text import Language
from clusterflow.intake.workbook.instructions import write_instructions
from clusterflow.intake.workbook.layout import PRESENCES, Column, Kind, Sheet, presence_of
from clusterflow.intake.workbook.reader import FORMAT, META
from clusterflow.intake.workbook.sheets import OF_RECORD, SHEETS
from clusterflow.intake.workbook.styles import Styles
from clusterflow.intake.workbook.texts import CHOOSE, CURRENCIES, EXAMPLE, HOW, NAMED_ON, ROOM

Row = dict[Column, Any]

HEAD_ROW = 3
EXAMPLE_ROW = 4
FIRST_ROW = 5

FIRST_LIST_COLUMN = 3
"""Of the hidden sheet; its first two columns hold the properties of the workbook."""

_LONGEST_LIST = 255
"""Signs that Excel allows for a list in a validation rule."""

_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets have no days before 1900, and disagree about its first two months; such a day is written as text."""

_EXACT = 10**15
"""Beyond fifteen digits a spreadsheet rounds; such a number is written as text."""


@dataclass(slots=True)
class Grid:
    """Attendance: the meetings across (id, body, day), and the answers by person and organisation."""

    meetings: Sequence[tuple[str, str, date | None]] = ()
    answers: dict[tuple[str, str], dict[str, tuple[bool, bool | None]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateRows:
    """The recorded rows by sheet."""

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    grid: Grid = field(default_factory=Grid)

    def count(self, sheet: Sheet) -> int:
        return len(self.grid.answers) if sheet.is_grid else len(self.rows.get(sheet.name, ()))


def write_workbook(
    language: Language, made: date, filled: TemplateRows, initiative: str | None = None, name: str | None = None
) -> bytes:
    """Return an .xlsx for an initiative, or an empty one for any. A text stays a text, whatever it begins with."""
    target = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(target, {"in_memory": True, **never})
    book.set_properties(
        {"title": name or "clusterflow", "comments": "clusterflow template", "created": datetime.combine(made, time())}
    )
    styles = Styles(book)
    lists = _Lists()
    counts = {sheet.name: filled.count(sheet) for sheet in SHEETS}
    write_instructions(book, styles, language, made, name, counts)
    for sheet in SHEETS:
        page = book.add_worksheet(sheet.title.to(language))
        writer = _Page(page, styles, sheet, language, lists)
        if sheet.is_grid:
            writer.write_grid(filled.grid)
        else:
            writer.write_rows(filled.rows.get(sheet.name, ()))
    about = book.add_worksheet(META)
    about.very_hidden()
    properties = {"format": FORMAT, "language": language, "initiative": initiative or "", "made": str(made)}
    for number, pair in enumerate(properties.items()):
        about.write_row(number, 0, pair)
    for number, words in enumerate(lists.columns):
        about.write_column(0, FIRST_LIST_COLUMN + number, words)
    book.close()
    return target.getvalue()


class _Lists:
    """The lists of words to choose from, in cells of their own: Excel cuts a list in a rule at its commas."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, ...]] = []

    def source(self, words: Sequence[str]) -> list[str] | str:
        """Return what a validation rule names: the words themselves, or the cells that hold them."""
        if not any("," in word for word in words) and len(",".join(words)) <= _LONGEST_LIST:
            return list(words)
        key = tuple(words)
        if key not in self.columns:
            self.columns.append(key)
        at = FIRST_LIST_COLUMN + self.columns.index(key)
        first, last = (xl_rowcol_to_cell(n, at, row_abs=True, col_abs=True) for n in (0, len(key) - 1))
        return f"='{META}'!{first}:{last}"


class _Page:
    def __init__(self, page: Worksheet, styles: Styles, sheet: Sheet, language: Language, lists: _Lists) -> None:
        self.page, self.styles, self.sheet, self.language, self.lists = page, styles, sheet, language, lists

    def write_rows(self, rows: Sequence[Row]) -> None:
        columns = self.sheet.columns
        self._frame(len(columns))
        last = FIRST_ROW + len(rows) + ROOM
        for at, column in enumerate(columns):
            is_needed = column.required and not column.free
            head = column.title.to(self.language) + (" *" if is_needed else "")
            self.page.write_string(HEAD_ROW, at, head, self.styles.head(self.sheet.colour, is_needed))
            self.page.set_column(at, at, self._width(column, at), self.styles.cell(column.kind, column.per))
            self._write_example(at, column)
            self._validate(at, column, last)
        for number, row in enumerate(rows, FIRST_ROW):
            for at, column in enumerate(columns):
                self._write(number, at, column, row.get(column))
        self._finish(len(columns), last)

    def write_grid(self, grid: Grid) -> None:
        who = self.sheet.columns
        meetings = grid.meetings or [(f"{EXAMPLE.to(self.language)} {_meeting_example()}", "", None)]
        across, last = len(who) + len(meetings) + 12, FIRST_ROW + len(grid.answers) + ROOM
        self._frame(across)
        for at, column in enumerate(who):
            self.page.write_string(HEAD_ROW, at, column.title.to(self.language), self.styles.head(self.sheet.colour))
            self.page.set_column(at, at, 30, self.styles.cell(Kind.TEXT))
            self._write_example(at, column)
            self._validate(at, column, last)
        self.page.set_row(HEAD_ROW - 1, 40)
        self.page.set_column(len(who), across - 1, 17, self.styles.cell(Kind.CHOICE))
        for at, (meeting, body, day) in enumerate(meetings, len(who)):
            if day is not None:
                self._text(HEAD_ROW - 1, at, " · ".join(filter(None, (str(day), body))), self.styles.above)
            self._text(HEAD_ROW, at, meeting, self.styles.head(self.sheet.colour))
        for at in range(len(who) + len(meetings), across):
            self.page.write_blank(HEAD_ROW, at, None, self.styles.head(self.sheet.colour))
        self.page.write_string(EXAMPLE_ROW, len(who), presence_of(True, True, self.language), self.styles.example)
        self._offer_names(HEAD_ROW, len(who), HEAD_ROW, across - 1, "meeting")
        words = [p.text.to(self.language) for p in PRESENCES]
        self.page.data_validation(FIRST_ROW, len(who), last, across - 1, self._list(words))
        order = {meeting: at for at, (meeting, _, _) in enumerate(grid.meetings, len(who))}
        for number, ((person, organisation), by_meeting) in enumerate(sorted(grid.answers.items()), FIRST_ROW):
            self._text(number, 0, person)
            self._text(number, 1, organisation)
            for meeting, (invited, present) in by_meeting.items():
                self.page.write_string(number, order[meeting], presence_of(invited, present, self.language))
        self._finish(across, last)

    def _frame(self, across: int) -> None:
        """Write the band with the title, and the purpose of the sheet."""
        page, styles = self.page, self.styles
        page.set_tab_color(self.sheet.colour)
        page.hide_gridlines(2)
        page.set_row(0, 34)
        page.set_row(HEAD_ROW, 32)
        for at in range(across):
            page.write_blank(0, at, None, styles.band(self.sheet.colour))
        page.write_string(0, 0, self.sheet.title.to(self.language), styles.band(self.sheet.colour))
        page.write_string(1, 0, self.sheet.about.to(self.language), styles.about)

    def _finish(self, across: int, last: int) -> None:
        page = self.page
        page.freeze_panes(FIRST_ROW, 1)
        page.autofilter(HEAD_ROW, 0, last, across - 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0, HEAD_ROW)
        page.set_footer(f"&L{self.sheet.title.to(self.language).replace('&', '&&')}&R&P / &N")
        page.set_selection(FIRST_ROW, 0, FIRST_ROW, 0)
        page.conditional_format(FIRST_ROW, 0, last, across - 1, self.styles.lines)

    def _width(self, column: Column, at: int) -> float:
        usual = {
            Kind.TEXT: 22, Kind.REFERENCE: 30, Kind.ID: 20, Kind.CHOICE: 18, Kind.MONEY: 17, Kind.DATE: 13,
        }.get(column.kind, 12)  # fmt: skip
        return max(36 if at == 0 else usual, min(len(column.title.to(self.language)) + 5, 24))

    def _write_example(self, at: int, column: Column) -> None:
        value = column.example
        styles = self.styles.example
        if at == 0:
            shown = self._shown(column, value)
            self.page.write_string(EXAMPLE_ROW, 0, f"{EXAMPLE.to(self.language)} {shown}", styles)
        elif value is None:
            self.page.write_blank(EXAMPLE_ROW, at, None, styles)
        else:
            self._write(
                EXAMPLE_ROW, at, column, _example_value(column), self.styles.example_of(column.kind, column.per)
            )

    def _shown(self, column: Column, value: object) -> str:
        return column.choices[str(value)].to(self.language) if column.kind is Kind.CHOICE else str(value)

    def _write(self, row: int, at: int, column: Column, value: Any, look: Any = None) -> None:
        page = self.page
        if value is None:
            return
        if isinstance(value, bool):
            page.write_string(row, at, column.offered[not value].to(self.language), look)
        elif isinstance(value, date) and value < _FIRST_DAY:
            self._text(row, at, str(value), look)
        elif isinstance(value, date):
            page.write_datetime(row, at, value, look or self.styles.cell(Kind.DATE))
        elif isinstance(value, Money):
            self._number(row, at, value.minor, 10 ** exponent(value.currency), look or self.styles.cell(Kind.MONEY))
        elif isinstance(value, int):
            self._number(row, at, value, column.per, look)
        elif isinstance(value, float):
            is_short = float(format(value, ".15g")) == value
            page.write_number(row, at, value, look) if is_short else page.write_string(row, at, repr(value), look)
        elif column.kind is Kind.CHOICE:
            page.write_string(row, at, column.choices[str(value)].to(self.language), look)
        else:
            self._text(row, at, str(value), look)

    def _number(self, row: int, at: int, whole: int, per: int, look: Any) -> None:
        if abs(whole) < _EXACT:
            self.page.write_number(row, at, whole / per, look)
        else:
            self.page.write_string(row, at, str(whole) if per == 1 else f"{whole // per}.{whole % per}", look)

    def _text(self, row: int, at: int, text: str, look: Any = None) -> None:
        """Write a text that stays a text, also if it is edited or exported as CSV."""
        if look is None and text.startswith(("=", "+", "-", "@")):
            look = self.styles.guarded
        self.page.write_string(row, at, text, look)

    # Lists to choose from

    def _validate(self, at: int, column: Column, last: int) -> None:
        if column.offered:
            words = [text.to(self.language) for text in column.offered]
            self.page.data_validation(FIRST_ROW, at, last, at, self._list(words))
        elif column.kind is Kind.CURRENCY:
            self.page.data_validation(FIRST_ROW, at, last, at, {**self._list(CURRENCIES), "error_type": "warning"})
        elif column.kind is Kind.REFERENCE and column.reference is not None:
            self._offer_names(FIRST_ROW, at, last, at, column.reference)
        elif column.kind is Kind.DATE:
            how = {"input_title": column.title.to(self.language)[:32], "input_message": HOW.to(self.language)}
            rule = {"validate": "date", "criteria": ">=", "value": date(1900, 1, 1), "error_type": "warning"}
            self.page.data_validation(FIRST_ROW, at, last, at, {**rule, **how})

    def _list(self, words: Sequence[str]) -> dict[str, Any]:
        return {"validate": "list", "source": self.lists.source(words), "error_message": CHOOSE.to(self.language)}

    def _offer_names(self, row: int, at: int, last_row: int, last: int, record: str) -> None:
        """Offer the names in the first column of another sheet; other names may be written, too."""
        sheet = OF_RECORD[record]
        first, end = (xl_rowcol_to_cell(n, 0, row_abs=True, col_abs=True) for n in (FIRST_ROW, FIRST_ROW + 5000))
        title = sheet.title.to(self.language)
        offered = {"validate": "list", "source": f"='{title}'!{first}:{end}", "error_type": "warning"}
        message = NAMED_ON.to(self.language).format(sheet=title)
        self.page.data_validation(row, at, last_row, last, {**offered, "error_message": message})


def _example_value(column: Column) -> Any:
    if column.kind is Kind.MONEY:
        return Money.model_validate(column.example)
    return column.example


def _meeting_example() -> str:
    return str(OF_RECORD["meeting"].columns[0].example)
