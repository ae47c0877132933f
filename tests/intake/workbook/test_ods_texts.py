"""A cell of an .ods file is read as it is shown, in each of the rows that repeat it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from odf.element import Element
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import LineBreak, P, S, Span, Tab

from clusterflow.errors import Mistakes
from clusterflow.intake.workbook.reader import open_book


def paragraph(*parts: str | Element) -> Element:
    made = P()
    for part in parts:
        made.addText(part) if isinstance(part, str) else made.addElement(part)
    return made


def rows_of(*cells: Element, repeated: int = 1) -> Sequence[Sequence[Any]]:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Miembros")
    row = TableRow(numberrowsrepeated=repeated)
    for cell in cells:
        row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    target = io.BytesIO()
    document.write(target)
    return open_book("m.ods", target.getvalue(), "es").sheets[0].rows


def cell(*children: Element) -> Element:
    made = TableCell(valuetype="string")
    for child in children:
        made.addElement(child)
    return made


@pytest.mark.parametrize(
    ("children", "text"),
    [
        ((paragraph("Aceros", Tab(), "del Norte"),), "Aceros\tdel Norte"),
        ((paragraph("Aceros", LineBreak(), "del Norte"),), "Aceros\ndel Norte"),
        ((paragraph("Aceros", S(c=2), "del", Tab(), Span(text="Norte")),), "Aceros  del\tNorte"),
        ((paragraph("Aceros"), paragraph("del", Tab(), "Norte")), "Aceros\ndel\tNorte"),
        ((paragraph("Aceros del Norte"),), "Aceros del Norte"),
    ],
)
def test_words_are_not_joined_at_a_tab_or_a_line_break(children: Sequence[Element], text: str) -> None:
    assert rows_of(cell(*children))[0][0] == text


def test_a_note_on_a_cell_is_not_its_text() -> None:
    note = Annotation()
    note.addElement(paragraph("call", Tab(), "them"))
    assert rows_of(cell(note, paragraph("Aceros", Tab(), "del Norte")))[0][0] == "Aceros\tdel Norte"


def test_a_repeated_row_shows_in_each_row_what_it_shows_in_the_first() -> None:
    share = TableCell(valuetype="percentage", value="0.18")
    share.addElement(paragraph("18 %"))
    name = cell(paragraph("Aceros", Tab(), "del Norte"))
    failure = TableCell(valuetype="string", formula="of:=1/0")
    failure.addElement(paragraph("#DIV/0!"))
    first, *others = rows_of(share, name, failure, repeated=3)
    assert [str(value) for value in first[:2]] == ["18 %", "Aceros\tdel Norte"]
    assert len(others) == 2
    assert all(list(map(str, row)) == list(map(str, first)) for row in others)


def test_a_file_that_a_few_bytes_blow_up_is_refused_before_it_is_read() -> None:
    with pytest.raises(Mistakes, match="se descomprime a más de 128 MB"):
        rows_of(cell(paragraph("Aceros", S(c=2 * 10**9), "del Norte")))
    long = TableCell(valuetype="string", numbercolumnsrepeated=500)
    long.addElement(paragraph("Aceros del Norte " * 20))
    with pytest.raises(Mistakes, match="se descomprime a más de 128 MB"):
        rows_of(long, repeated=2000)
