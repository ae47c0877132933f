"""The workbook as a spreadsheet shows it: lists to choose from are whole, figures keep their decimals."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from clusterflow.domain.text import LANGUAGES, Language
from clusterflow.intake.workbook.layout import PRESENCES
from clusterflow.intake.workbook.reader import META, open_book
from clusterflow.intake.workbook.sheets import BY_NAME
from clusterflow.intake.workbook.template import FIRST_ROW, TemplateRows, write_workbook

DAY = date(2025, 3, 4)


def written(language: Language, rows: TemplateRows | None = None) -> Workbook:
    return load_workbook(io.BytesIO(write_workbook(language, DAY, rows or TemplateRows(), "one", "Uno")))


def choices(book: Workbook, formula: str) -> list[str]:
    """The words that a list offers, as Excel reads its rule: in cells, or in quotation marks and cut at commas."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    sheet, _, cells = formula.lstrip("=").partition("!")
    return [cell.value for (cell,) in book[sheet.strip("'")][cells.replace("$", "")]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_of_the_attendance_sheet_are_offered_whole(language: Language) -> None:
    book = written(language)
    page = book[BY_NAME["attendance"].title.to(language)]
    offered = [choices(book, rule.formula1) for rule in page.data_validations.dataValidation if META in rule.formula1]
    assert offered == [[presence.text.to(language) for presence in PRESENCES]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_list_is_cut_at_the_commas_of_its_words_or_longer_than_excel_allows(language: Language) -> None:
    book = written(language)
    words = {text.to(language) for sheet in BY_NAME.values() for column in sheet.columns for text in column.offered} | {
        presence.text.to(language) for presence in PRESENCES
    }
    for page in book.worksheets:
        for rule in page.data_validations.dataValidation:
            if rule.type == "list" and (rule.formula1.startswith('"') or META in rule.formula1):
                assert len(rule.formula1) <= 257
                offered = choices(book, rule.formula1)
                assert set(offered) <= words or all(len(word) == 3 for word in offered), page.title


def test_the_mean_of_a_survey_is_shown_with_its_decimals() -> None:
    sheet = BY_NAME["surveys"]
    mean = next(c for c in sheet.columns if c.name == "mean_milli")
    book = written("es", TemplateRows({"surveys": [{mean: 3850}]}))
    cell = book[sheet.title.es].cell(FIRST_ROW + 1, sheet.columns.index(mean) + 1)
    assert (cell.value, cell.number_format) == (3.85, "0.00#")


def test_a_day_that_no_spreadsheet_has_is_a_text() -> None:
    sheet = BY_NAME["members"]
    founded = next(c for c in sheet.columns if c.name == "founded")
    rows = [{founded: day} for day in (date(1886, 5, 1), date(1900, 2, 28), date(1900, 3, 1))]
    content = write_workbook("es", DAY, TemplateRows({"members": rows}))
    found = [row for s in open_book("a.xlsx", content, "es").sheets if s.name == "Miembros" for row in s.rows]
    values = [row[sheet.columns.index(founded)] for row in found[FIRST_ROW : FIRST_ROW + 3]]
    assert values == ["1886-05-01", "1900-02-28", date(1900, 3, 1)]


def test_the_hidden_sheet_still_says_whose_workbook_it_is() -> None:
    about = open_book("a.xlsx", write_workbook("en", DAY, TemplateRows(), "one"), "en").about
    assert about == {"format": "1", "language": "en", "initiative": "one", "made": "2025-03-04"}
