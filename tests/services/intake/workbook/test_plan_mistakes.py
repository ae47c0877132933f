"""Broken workbooks: all mistakes are reported at once, each with its place, and never as a traceback."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from support.workbooks import Rows, ods, xlsx

from clusterflow.errors import Mistakes
from clusterflow.intake.workbook.drafts import read_tables
from clusterflow.intake.workbook.headings import language_of, recognize_sheets
from clusterflow.intake.workbook.marked_copy import marked_copy
from clusterflow.intake.workbook.reader import open_book
from clusterflow.intake.workbook.sheets import BY_NAME
from clusterflow.intake.workbook.template import TemplateRows, write_workbook
from clusterflow.services.intake.workbook.plan import Answers, Plan, plan_import
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

HEADS = ("Organización", "Id", "Identificación fiscal", "Tamaño", "Alta", "Facturación", "Moneda", "Fundador")
DAY = date(2025, 3, 4)


def plan_of(name: str, content: bytes) -> Plan:
    book = open_book(name, content, "es")
    language = language_of(book, "es")
    tables, wrong = recognize_sheets(book, language)
    read = read_tables(tables, language, lambda _: None)
    read.mistakes = [*wrong, *read.mistakes]
    return plan_import(read, RegistrySnapshot("MX"), "one", DAY, Answers())


def sentences_about(name: str, content: bytes) -> list[str]:
    """Return every message about a workbook."""
    try:
        return [str(w.mistake) for w in plan_of(name, content).mistakes]
    except Mistakes as problem:
        return [str(m) for m in problem.mistakes]


def members(*rows: tuple[Any, ...]) -> list[str]:
    return sentences_about("libro.xlsx", xlsx({"Miembros": [HEADS, *rows]}))


MOMENT = datetime(2025, 3, 4, 0, 0)  # noqa: DTZ001 - as a cell has it
GOOD = ("Aceros", None, None, "pequeña", DAY)

CELLS = {
    "a word of no list": (("Aceros", None, None, "Grnade", DAY), 'Miembros!D2: "Grnade" — ¿quiso decir "grande"?'),
    "a word like none": (
        ("Aceros", None, None, "xyz", DAY),
        'Miembros!D2: "xyz" no está en la lista; se acepta: micro',
    ),
    "a day that is none": ((*GOOD[:4], "31/02/2025"), 'Miembros!E2: "31/02/2025" no es una fecha'),
    "a number for a day": ((*GOOD[:4], 45720), 'Miembros!E2: "45720" no es una fecha'),
    "no day": (("Aceros", None, None, None, None, None, None, "sí"), "Miembros!E2: falta «Alta»; se acepta algo como"),
    "no currency": ((*GOOD, 1200.5), 'Miembros!F2: "1200.5" es un importe sin moneda; escriba en «Moneda»'),
    "no such currency": ((*GOOD, 1200.5, "XQZ"), 'Miembros!G2: "XQZ" no es una moneda ISO 4217'),
    "a cent of a cent": ((*GOOD, 1200.505, "MXN"), 'Miembros!F2: "1200.505" tiene más decimales que MXN; se aceptan 2'),
    "two readings": ((*GOOD, "1.234", "MXN"), 'Miembros!F2: "1.234" puede leerse como 1234 o como 1.234'),
    "no amount": ((*GOOD, "mucho", "MXN"), 'Miembros!F2: "mucho" no es un importe'),
    "neither yes nor no": ((*GOOD, None, None, "quizá"), 'Miembros!H2: "quizá" no es sí ni no; se acepta: sí, no'),
    "no id": (("Aceros", "¿a?", None, None, DAY), 'Miembros!B2: "¿a?" no es un identificador'),
    "nobody": ((None, None, None, "grande", DAY), "Miembros!A2: falta «Organización»"),
    "a failed formula": (("Aceros", None, None, "#REF!", DAY), 'Miembros!D2: "#REF!" es una fórmula que falló'),
    "too long": (("A" * 201, None, None, None, DAY), "no se acepta; se acepta: 200 caracteres como mucho"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_mistake_in_a_cell_has_its_place_and_cure(name: str) -> None:
    row, sentence = CELLS[name]
    (messages,) = members(row)
    assert sentence in messages
    assert messages.startswith("Miembros!")


def test_a_column_that_is_there_is_not_missed_because_a_cell_in_it_cannot_be_read() -> None:
    good = ("Aceros", None, None, "grande", DAY, None, None, "sí")
    bad = ("Molinos", None, None, "pequenia", "31/02/2025", None, None, "no")
    assert [s.partition(":")[0] for s in members(good, bad)] == ["Miembros!D3", "Miembros!E3"]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_sheet() -> None:
    # Names that are not alike, so that no row is about another one's firm.
    rows = [(f"{chr(65 + n) * 9} {row[0]}" if row[0] else None, *row[1:]) for n, (row, _) in enumerate(CELLS.values())]
    messages = members(*rows)
    assert len(messages) == len(CELLS)
    assert [int(s.partition(":")[0].removeprefix("Miembros!")[1:]) for s in messages] == sorted(range(2, len(rows) + 2))


ACCEPTED = {
    "blanks and capitals": ("  Aceros\xa0 ", None, None, " GRANDE\xa0", DAY),
    "a moment": ("Aceros", None, None, "grande", MOMENT),
    "Spanish figures": ("Aceros", None, None, "grande", "4/3/2025", "1.234,50", "mxn", "X"),
    "English figures": ("Aceros", None, None, "large", "2025-03-04", "1,234.50", "MXN", "yes"),
    "in words": ("Aceros", None, None, "grande", "4 de marzo de 2025", "$ 1234.50", "MXN", True),
    "with its currency": ("Aceros", None, None, "grande", "4-mar-2025", "1234,50 MXN", None, 1),
    "a number with dots": ("Aceros", None, "ABC680524P76", "grande", "04.03.2025", 1234.5, "MXN", "Sí"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_can_mean_one_thing_only_is_accepted(name: str) -> None:
    plan = plan_of("libro.xlsx", xlsx({"Miembros": [HEADS, ACCEPTED[name]]}))
    assert [str(w.mistake) for w in plan.mistakes] == []
    by = {s.type: s.fields for s in plan.submissions}
    assert by["organisation"]["name"] == "Aceros"
    assert by["organisation"]["size"] == "large"
    assert by["membership"]["from"] == "2025-03-04"
    assert by["organisation"]["turnover"] in (None, "1234.50 MXN")


def test_in_english_a_day_that_can_be_two_is_asked_about() -> None:
    heads = ("Organisation", "Size", "Joined")
    (messages,) = sentences_about("book.xlsx", xlsx({"Members": [heads, ("Acme", "small", "3/4/2025")]}))
    assert messages.startswith('Members!C2: "3/4/2025" can be read as 3 April 2025 or as 4 March 2025')


SHEETS: dict[str, tuple[dict[str, Rows], str]] = {
    "a renamed sheet": (
        {"Mienbros": [HEADS, GOOD]},
        'Mienbros: "Mienbros" no es ninguna hoja conocida; ¿quiso decir "Miembros"?',
    ),
    "a sheet of another kind": ({"Recetas": [("Sal", "Agua")]}, "Recetas: "),
    "an unknown column": (
        {"Miembros": [(*HEADS, "Tamano de la firma"), GOOD]},
        'Miembros!I1: "Tamano de la firma" no es ninguna columna de «Miembros»',
    ),
    "a misspelt column": (
        {"Miembros": [("Organización", "Id", "Compromso"), GOOD[:2]]},
        'Miembros!C1: "Compromso" no es ninguna columna de «Miembros»; ¿quiso decir "Compromiso"',
    ),
    "a column twice": ({"Miembros": [("Nombre", "Organización", "Alta")]}, "es la misma columna que Miembros!A1"),
    "a sheet twice": ({"Miembros": [HEADS], "Members": [HEADS]}, "Members: es la misma hoja que «Miembros»"),
    "no heads": ({"Miembros": [("x", "y"), ("z", "w")]}, "Miembros: no tiene una fila de títulos"),
    "a key without its column": ({"Puestos": [("Órgano", "Papel", "Desde")]}, "le falta la columna «Persona»"),
    "somebody unknown": (
        {"Personas": [("Nombre",), ("Ana Rangel",)], "Equipo": [("Persona", "FTE", "Desde"), ("Ana Rangl", 1, DAY)]},
        'Equipo!A2: "Ana Rangl" no hay persona con ese nombre; ¿quiso decir "Ana Rangel"',
    ),
    "an unknown meeting": (
        {"Personas": [("Nombre",), ("Ana",)], "Asistencia": [("Persona", "junta-9"), ("Ana", "sí")]},
        'Asistencia!B1: "junta-9" no es el Id ni la fecha de ninguna reunión',
    ),
    "two rows that contradict": (
        {"Miembros": [HEADS, GOOD, ("ACEROS", None, None, "grande", DAY)]},
        "Miembros!3:3: contradice a Miembros!2:2: Tamaño: grande ≠ pequeña; deje una",
    ),
    "more answers than people": (
        {"Encuestas": [("Tema", "Fecha", "Invitados", "Respuestas"), ("confianza", DAY, 10, 12)]},
        'Encuestas!D2: 12 respuestas, pero solo se invitó a 10 personas',
    ),
    "a grace that ends before the label": (
        {"Sellos": [("Sello", "Nivel", "Desde", "Hasta", "Renovable hasta"),
                    ("ESCA", "oro", DAY, date(2026, 3, 4), date(2026, 1, 1))]},
        'Sellos!E2: 2026-01-01 es anterior al 2026-03-04, el último día del sello',
    ),
    "an end before the beginning": (
        {"Proyectos": [("Proyecto", "Desde", "Hasta"), ("Laboratorio", DAY, date(2024, 1, 1))]},
        'Proyectos!C2: "2024-01-01" es anterior a 2025-03-04',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_a_mistake_in_a_sheet_has_its_place_and_cure(name: str) -> None:
    sheets, sentence = SHEETS[name]
    messages = sentences_about("libro.xlsx", xlsx(sheets))
    assert any(sentence in one for one in messages), messages


def test_what_begins_with_a_hash_is_left_out() -> None:
    plan = plan_of(
        "libro.xlsx", xlsx({"Miembros": [(*HEADS, "# notas"), (*GOOD, None, None, None, "mío")], "#mías": [(1,)]})
    )
    assert not plan.mistakes
    assert len(plan.submissions) == 2


def test_a_row_twice_counts_once() -> None:
    plan = plan_of("libro.xlsx", xlsx({"Miembros": [HEADS, GOOD, GOOD]}))
    assert not plan.mistakes
    assert len(plan.submissions) == 2


def test_merged_cells_are_reported_at_their_first_cell() -> None:
    def merge(page: Worksheet) -> None:
        page.merge_cells("A2:A3")

    (messages,) = sentences_about("libro.xlsx", xlsx({"Miembros": [HEADS, GOOD]}, merge))
    assert messages.startswith("Miembros!A2: son celdas combinadas")


def test_formulas_that_failed_or_were_never_computed_are_mistakes() -> None:
    def put(page: Worksheet) -> None:
        page["D2"], page["D3"] = "#REF!", "=A1"
        page["D2"].data_type = "e"

    messages = sentences_about("libro.xlsx", xlsx({"Miembros": [HEADS, GOOD, ("Otra", None, None, None, DAY)]}, put))
    assert messages == [
        'Miembros!D2: "#REF!" es una fórmula que falló; corrija la fórmula o escriba el valor',
        "Miembros!D3: es una fórmula sin resultado guardado; abra el libro en su hoja de cálculo y guárdelo",
    ]


def test_a_thousand_empty_rows_are_nothing() -> None:
    def put(page: Worksheet) -> None:
        page["A9000"] = "  "

    assert sentences_about("libro.xlsx", xlsx({"Miembros": [HEADS, GOOD]}, put)) == []


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (300 * 2**20))
    return target.getvalue()


def far() -> bytes:
    def put(page: Worksheet) -> None:
        page["XFD1048576"] = 1

    return xlsx({"Miembros": [HEADS, GOOD]}, put)


def wide_ods() -> bytes:
    content = ods({"Miembros": [HEADS, ("repetida",)]})
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            part = source.read(name)
            if name == "content.xml":
                again = b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
                again += b'table:number-columns-repeated="16000" '
                part = again.join(part.rsplit(b"<table:table-row><table:table-cell ", 1))
            packed.writestr(name, part)
    return target.getvalue()


def locked() -> bytes:
    """As Office writes a workbook with a password: an OLE container with an encrypted package."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


SOUND = xlsx({"Miembros": [HEADS, GOOD]})

FILES: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "empty": ("libro.xlsx", b"", "libro.xlsx: está vacío"),
    "blank": ("libro.csv", b" \n\n", "libro.csv: está vacío"),
    "truncated": ("libro.xlsx", SOUND[: len(SOUND) // 2], "libro.xlsx: está dañado o incompleto"),
    "no zip": ("libro.xlsx", b"hola", "libro.xlsx: está dañado o incompleto"),
    "a bad zip": ("libro.xlsx", b"PK\x03\x04", "libro.xlsx: está dañado"),
    "a password": ("libro.xlsx", locked(), "libro.xlsx: está protegido con contraseña"),
    "an old one": ("libro.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "libro.xls: es un .xls antiguo"),
    "a picture": ("foto.png", b"\x89PNG\r\n", "foto.png: no es ni .xlsx ni .ods ni .csv"),
    "a bomb": ("libro.xlsx", bomb, "libro.xlsx: se descomprime a más de 128 MB"),
    "a cell far away": ("libro.xlsx", far, "libro.xlsx: la hoja «Miembros» llega hasta la fila 1048576"),
    "a repetition": ("libro.ods", wide_ods, "libro.ods: la hoja «Miembros» llega hasta la columna 16000"),
    "nothing of ours": ("libro.xlsx", xlsx({"Hoja1": []}), "libro.xlsx: no tiene ninguna hoja conocida"),
    "binary": ("libro.csv", b"a\0b", "libro.csv: no es ni"),
}  # fmt: skip
"""By name: the file, its content, and the sentence. What takes long to make is made by its test alone."""


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_workbook_is_refused_with_the_reason(name: str) -> None:
    file, content, sentence = FILES[name]
    (messages,) = sentences_about(file, content if isinstance(content, bytes) else content())
    assert messages.startswith(sentence)


def test_a_name_that_lies_about_the_content_does_no_harm() -> None:
    assert sentences_about("libro.ods", SOUND) == []
    assert sentences_about("libro.csv", SOUND) == []


def test_a_csv_is_read_with_any_separator_and_as_windows_writes_it() -> None:
    text = "Organización;Tamaño;Alta\nAñil;pequeña;4/3/2025\n"
    for content in (text.encode("cp1252"), text.encode("utf-8-sig"), text.replace(";", "\t").encode()):
        plan = plan_of("miembros.csv", content)
        assert not plan.mistakes
        assert {s.fields.get("name") for s in plan.submissions} == {"Añil", None}


def test_an_ods_is_read_like_an_xlsx() -> None:
    rows = [HEADS, ("Aceros", None, None, "grande", "2025-03-04", 1234.5, "MXN", "sí")]
    one, other = (plan_of("x", make({"Miembros": rows})) for make in (xlsx, ods))
    assert [s.fields for s in one.submissions] == [s.fields for s in other.submissions]
    assert len(one.submissions) == 2


def test_the_marked_copy_is_the_persons_own_workbook_with_notes_in_its_bad_cells() -> None:
    def dress(page: Worksheet) -> None:
        page.column_dimensions["A"].width = 77
        page["Z9"] = "mío"

    content = xlsx({"Miembros": [HEADS, ("Aceros", "Á", "123", "Grnade", DAY)]}, dress)
    plan = plan_of("libro.xlsx", content)
    # Z9 stands under no head, so it is nobody's business.
    page = load_workbook(io.BytesIO(marked_copy(open_book("l", content, "es"), content, plan.mistakes)))["Miembros"]
    assert page.column_dimensions["A"].width == 77
    assert page["Z9"].value == "mío"
    marks = {c.coordinate: c.comment.text for row in page.iter_rows() for c in row if c.comment}
    assert set(marks) == {"B2", "D2"}
    assert "¿quiso decir" in marks["D2"]
    assert page["D2"].fill.start_color.rgb == "FFFFC7CE"


@pytest.mark.parametrize("make", [ods, lambda sheets: "Organización,Tamaño\n=1+1,Grnade\n".encode()])
def test_what_takes_no_marks_is_copied_and_no_text_becomes_a_formula(make: Any) -> None:
    content = make({"Miembros": [("Organización", "Tamaño"), ("=1+1", "Grnade")]})
    book = open_book("miembros.csv", content, "es")
    plan = plan_of("miembros.csv", content)
    copy = load_workbook(io.BytesIO(marked_copy(book, content, plan.mistakes)))
    (page,) = copy.worksheets
    assert page["A2"].data_type == "s"
    assert "¿quiso decir" in page["B2"].comment.text


def test_a_text_is_never_written_as_a_formula() -> None:
    column = BY_NAME["projects"].columns[0]
    rows = {"projects": [{column: text} for text in ("=1+1", "+1", "-1", "@x", "https://x.example")]}
    content = write_workbook("es", DAY, TemplateRows(rows))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = [packed.read(n) for n in packed.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in part for part in parts)


@settings(max_examples=60)
@given(st.data())
def test_whatever_happens_to_the_bytes_there_is_an_answer(data: st.DataObject) -> None:
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    sentences_about("libro.xlsx", bytes(content))


CELL = st.one_of(
    st.none(), st.text(max_size=12), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(), st.dates(date(1900, 3, 1), date(9999, 12, 31)), st.times(),
    st.sampled_from(["=1", "sí", "1/1/1", "99/99/9999", "1.234", "MXN", "#REF!", "-", "Ejemplo: x", "29 feb 2023"]),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.tuples(*[CELL] * len(HEADS)), max_size=4))
def test_whatever_stands_in_the_cells_there_is_an_answer(rows: list[tuple[Any, ...]]) -> None:
    book = open_book("l.xlsx", SOUND, "es")
    raw = book.sheets[0]
    table_rows = [list(HEADS), *[list(r) for r in rows]]
    tables, _ = recognize_sheets(type(book)(book.name, "xlsx", (type(raw)("Miembros", table_rows),)), "es")
    plan = plan_import(read_tables(tables, "es", lambda _: None), RegistrySnapshot("MX"), "one", DAY, Answers())
    assert all(str(w.mistake).startswith("Miembros!") for w in plan.mistakes)
