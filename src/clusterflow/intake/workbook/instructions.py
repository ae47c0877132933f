"""Writes the first sheet: how the workbook is used, and what each sheet is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.messages import day_in_words
from clusterflow.intake.workbook.sheets import SHEETS
from clusterflow.intake.workbook.styles import Styles
from clusterflow.intake.workbook.texts import (
    HOW_IT_WORKS,
    INSTRUCTIONS,
    MADE,
    ONE_ROW,
    ROWS,
    SHEETS_HEADING,
    STEPS,
    TITLE,
)


def write_instructions(
    book: Workbook, styles: Styles, language: Language, made: date, name: str | None, counts: Mapping[str, int]
) -> None:
    """Write the sheet of instructions; ``counts`` are the rows that each sheet holds already."""
    page = book.add_worksheet(INSTRUCTIONS.to(language))
    page.hide_gridlines(2)
    page.set_tab_color("#22303C")
    page.set_column(0, 0, 5)
    page.set_column(1, 1, 26)
    page.set_column(2, 2, 92)
    page.set_column(3, 3, 12)
    page.set_row(0, 42)
    page.write_string(0, 0, name or TITLE.to(language), styles.title)
    under = [TITLE.to(language)] if name else []
    page.write_string(1, 0, " · ".join([*under, MADE.to(language).format(day=day_in_words(made, language))]),
                      styles.subtitle)  # fmt: skip
    row = 3
    _heading(page, row, HOW_IT_WORKS.to(language), styles)
    for number, step in enumerate(STEPS, 1):
        row += 1
        page.set_row(row, 34)
        page.write_number(row, 0, number, styles.number)
        page.merge_range(row, 1, row, 3, step.to(language), styles.prose)
    row += 2
    _heading(page, row, SHEETS_HEADING.to(language), styles)
    for sheet in SHEETS:
        row += 1
        title = sheet.title.to(language)
        page.write_url(row, 1, f"internal:'{title}'!A1", styles.link(sheet.colour), title)
        page.write_string(row, 2, sheet.about.to(language), styles.prose)
        n = counts.get(sheet.name, 0)
        if n:
            page.write_string(row, 3, (ONE_ROW if n == 1 else ROWS).to(language).format(n=n), styles.count)
    page.set_portrait()
    page.set_paper(9)
    page.fit_to_pages(1, 1)


def _heading(page: Worksheet, row: int, text: str, styles: Styles) -> None:
    for at in range(4):
        page.write_blank(row, at, None, styles.heading)
    page.write_string(row, 0, text, styles.heading)
