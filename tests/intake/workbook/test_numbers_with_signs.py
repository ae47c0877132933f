"""A number means what its cell shows: a percentage is no fraction, and 50 € are no 50 pesos."""

from __future__ import annotations

import io
from typing import Any

import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from clusterflow.domain.money import Money
from clusterflow.intake.workbook.amounts import read_amount
from clusterflow.intake.workbook.cell_formats import FormattedNumber, sign_of_code
from clusterflow.intake.workbook.cells import read_cell
from clusterflow.intake.workbook.layout import Column
from clusterflow.intake.workbook.messages import Unreadable
from clusterflow.intake.workbook.reader import open_book
from clusterflow.intake.workbook.sheets import BY_NAME


def column(sheet: str, name: str) -> Column:
    return next(c for c in BY_NAME[sheet].columns if c.name == name)


def cell_of_xlsx(value: float, number_format: str) -> Any:
    book = Workbook()
    page = book.active
    page.append(["Meta"])
    page.append([value])
    page["A2"].number_format = number_format
    target = io.BytesIO()
    book.save(target)
    return open_book("m.xlsx", target.getvalue(), "es").sheets[0].rows[1][0]


def cell_of_ods(**attributes: str) -> Any:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Objetivos")
    for cell in (TableCell(valuetype="string"), TableCell(**attributes)):
        cell.addElement(P(text="Meta"))
        row = TableRow()
        row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    target = io.BytesIO()
    document.write(target)
    return open_book("m.ods", target.getvalue(), "es").sheets[0].rows[1][0]


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("0%", "%"), ("0.00%;[Red]-0.00%", "%"), ('0"%"', ""), ("General", ""), ("0.00", ""),
        ('"€" #,##0', "€"), ("[$USD] #,##0", "USD"), ("[$$-80A]#,##0.00", ""), ('"$"#,##0', ""), ("[$R$-416] 0", "R$"),
        ("#,##0.00 [$€-C0A]", "€"), ("yyyy-mm-dd", ""),
    ],
)  # fmt: skip
def test_the_sign_of_a_number_format(code: str, sign: str) -> None:
    assert sign_of_code(code) == sign


def test_a_percentage_is_the_figure_that_the_cell_shows() -> None:
    target = column("objectives", "target")
    for value in (cell_of_xlsx(0.18, "0%"), cell_of_ods(valuetype="percentage", value="0.18"), "18 %", "18%", 18):
        assert read_cell(target, value, "es") == 18
    assert read_cell(target, cell_of_xlsx(0.07, "0.0%"), "es") == 7
    assert read_cell(target, "12,5 %", "es") == 12.5


def test_full_time_is_one_and_a_hundred_percent() -> None:
    fte = column("staff", "fte")
    assert read_cell(fte, cell_of_xlsx(0.5, "0%"), "es") == 0.5
    assert read_cell(fte, "50 %", "es") == 0.5
    assert read_cell(fte, 0.5, "es") == 0.5


def test_a_percentage_where_a_number_belongs_is_asked_about() -> None:
    for value in ("42 %", cell_of_xlsx(0.42, "0%")):
        with pytest.raises(Unreadable, match="percent"):
            read_cell(column("members", "employees"), value, "es")


AMOUNTS = [
    ("1200.50", "MXN", Money(minor=120050, currency="MXN")),
    ("$ 1,200.50", "MXN", Money(minor=120050, currency="MXN")),
    ("$1,200.50 MXN", None, Money(minor=120050, currency="MXN")),
    ("MXN $1,200.50", None, Money(minor=120050, currency="MXN")),
    ("US$ 50", None, Money(minor=5000, currency="USD")),
    ("50 €", None, Money(minor=5000, currency="EUR")),
    ("€ 50", "EUR", Money(minor=5000, currency="EUR")),
    ("-50 €", None, Money(minor=-5000, currency="EUR")),
    ("R$ 1.234,56", None, Money(minor=123456, currency="BRL")),
    ("S/ 90.00", "PEN", Money(minor=9000, currency="PEN")),
    ("50 EUR", "MXN", Money(minor=5000, currency="EUR")),
    (FormattedNumber(50, "€"), "EUR", Money(minor=5000, currency="EUR")),
    (FormattedNumber(50, "€"), None, Money(minor=5000, currency="EUR")),
]


@pytest.mark.parametrize(("value", "currency", "amount"), AMOUNTS)
def test_an_amount_has_the_currency_of_its_code_its_sign_or_its_row(
    value: Any, currency: str | None, amount: Money
) -> None:
    assert read_amount(value, currency, "Moneda") == amount


@pytest.mark.parametrize(
    ("value", "currency", "key"),
    [
        ("€ 50", "MXN", "other_currency"), ("50 €", "MXN", "other_currency"), ("$ 50", "EUR", "other_currency"),
        ("US$ 50", "MXN", "other_currency"), ("€ 50 MXN", None, "other_currency"), (FormattedNumber(50, "€"), "MXN",
        "other_currency"), ("$ 50", None, "currency"), ("50 MXN EUR", None, "amount"), ("50 XQZ", None, "no_currency"),
        ("18 %", "MXN", "amount"), (FormattedNumber(18, "%"), "MXN", "amount"), ("€", "EUR", "amount"), ("1.234", "MXN",
        "two_numbers"),
    ],
)  # fmt: skip
def test_a_sign_that_contradicts_the_currency_of_the_row_is_asked_about(
    value: Any, currency: str | None, key: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_amount(value, currency, "Moneda")
    assert caught.value.key == key


@pytest.mark.parametrize(
    "shown",
    [
        "#N/A", "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡VALOR!", "#¡DIV/0!", "#¡NUM!", "#¡NULO!", "#¡DESBORDAMIENTO!",
        "#NAME?", "#SPILL!", "#CALC!", "Err:502", "#NOME?", "#VALOR!", "#NÚM!", "#N/DISP", "#REF!",
    ],
)  # fmt: skip
def test_a_failed_formula_is_known_by_its_word_in_each_language(shown: str) -> None:
    with pytest.raises(Unreadable, match="failed"):
        read_cell(column("objectives", "title"), shown, "es")


@pytest.mark.parametrize("text", ["#1", "#valores", "Name", "N/A 3", "# de socios"])
def test_other_texts_with_a_number_sign_are_texts(text: str) -> None:
    assert read_cell(column("objectives", "title"), text, "es") == text
