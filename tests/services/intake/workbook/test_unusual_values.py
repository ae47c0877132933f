"""The preview shows each new row, and what is unusual in it. It is recorded all the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.workbooks import xlsx

from clusterflow.intake.workbook.drafts import read_tables
from clusterflow.intake.workbook.headings import recognize_sheets
from clusterflow.intake.workbook.reader import open_book
from clusterflow.services.intake.workbook.plan import Answers, Plan, plan_import
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot
from clusterflow.services.intake.workbook.summary import summarize

TODAY = date(2025, 3, 4)
MEMBERS = ("Organización", "Alta", "Constituida", "Facturación", "Moneda")


def plan_of(sheet: str, *rows: tuple[Any, ...]) -> Plan:
    tables, _ = recognize_sheets(open_book("m.xlsx", xlsx({sheet: rows}), "es"), "es")
    return plan_import(read_tables(tables, "es", lambda _: None), RegistrySnapshot("MX"), "one", TODAY, Answers())


def unusual(sheet: str, *rows: tuple[Any, ...]) -> list[str]:
    plan = plan_of(sheet, *rows)
    assert [str(w.mistake) for w in plan.mistakes] == []
    assert plan.submissions
    return list(summarize(plan).unusual)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("Aceros", date(2035, 3, 4)), 'Miembros!B2: "2035-03-04" está en el futuro: ¿es correcto?'),
        (("Aceros", date(2024, 3, 4), date(2025, 6, 1)), 'Miembros!C2: "2025-06-01" está en el futuro'),
        (
            ("Aceros", date(2024, 3, 4), date(2024, 6, 1)),
            'Miembros!B2: "2024-03-04" es anterior a la constitución de la organización (2024-06-01)',
        ),
        (("12345", date(2024, 3, 4)), 'Miembros!A2: "12345" es un nombre sin letras'),
    ],
)
def test_an_unusual_cell_is_shown_with_its_place(row: tuple[Any, ...], sentence: str) -> None:
    found = unusual("Miembros", MEMBERS, row)
    assert any(line.startswith(sentence) for line in found), found


def test_usual_rows_hold_nothing_unusual() -> None:
    rows = [(f"Empresa {c}", date(2024, 3, 4), "1886-05-01", 1e6 * n, "MXN") for n, c in enumerate("abcdefgh", 1)]
    assert unusual("Miembros", MEMBERS, *rows) == []


def test_an_amount_far_from_the_others_and_a_lone_currency_are_unusual() -> None:
    rows = [(f"Empresa {c}", date(2024, 3, 4), None, 1e6, "MXN") for c in "abcdefghij"]
    rows += [("Otra k", date(2024, 3, 4), None, 1e9, "MXN"), ("Otra l", date(2024, 3, 4), None, 1e6, "EUR")]
    assert unusual("Miembros", MEMBERS, *rows) == [
        'Miembros!D12: "$1,000,000,000.00" está muy lejos de lo habitual en esta columna ($1,000,000.00): '
        "¿es correcto?",
        'Miembros!D13: "EUR1,000,000.00" está en otra moneda que las demás filas (MXN): ¿es correcto?',
    ]


def test_a_share_where_the_unit_is_a_percentage_is_unusual() -> None:
    rows = [("Objetivo", "Unidad", "Meta", "Desde"), ("Compras", "%", 0.3, TODAY), ("Ventas", "M MXN", 0.3, TODAY)]
    assert unusual("Objetivos", *rows) == [
        'Objetivos!C2: "0.3" es menos de 1 %: ¿es una fracción que debería ser un porcentaje?'
    ]


def test_what_is_planned_may_lie_ahead() -> None:
    assert unusual("Estrategia", ("Título", "Adoptada", "Horizonte"), ("Plan", TODAY, date(2035, 12, 31))) == []


def test_each_new_row_is_shown_with_its_cells_and_a_long_list_is_shortened() -> None:
    rows = [(f"Empresa {n}", date(2024, 3, 4)) for n in range(35)]
    lines = summarize(plan_of("Miembros", MEMBERS[:2], *rows)).new
    assert lines[0] == "Miembros!2:2 Empresa 0: Alta: 2024-03-04"
    assert (len(lines), lines[-1]) == (31, "... y 5 más")


def test_a_row_is_called_in_the_words_of_its_sheet_and_not_by_an_id_of_ours() -> None:
    heads = ("Tema", "Fecha", "Invitados", "Respuestas", "Media (de 1 a 5)")
    (line,) = summarize(plan_of("Encuestas", heads, ("confianza", date(2024, 3, 4), 20, 15, 3.85))).new
    assert line.startswith("Encuestas!2:2 confianza · 2024-03-04: ")


def test_rows_that_say_the_same_of_one_member_are_counted() -> None:
    joined = date(2024, 3, 4)
    plan = plan_of(
        "Miembros",
        ("Organización", "Alta"),
        ("Hermanos Gómez, S.A. de C.V.", joined),
        ("Hnos. Gomez SA de CV", joined),
        ("Pinturas Sierra", joined),
    )
    assert summarize(plan).in_words == "Miembros: 2 altas, 1 fila repetida"


def test_a_member_that_joined_twice_has_two_rows_of_which_none_is_a_repeat() -> None:
    plan = plan_of(
        "Miembros",
        ("Organización", "Alta", "Baja"),
        ("Aceros", date(2023, 1, 9), date(2023, 12, 31)),
        ("Aceros", date(2024, 3, 4), None),
    )
    assert summarize(plan).in_words == "Miembros: 2 altas"


def test_a_percentage_of_an_objective_in_another_unit_is_a_mistake_in_both_sheets() -> None:
    objectives = [
        ("Objetivo", "Id", "Unidad", "Línea base", "Meta", "Desde"),
        ("Compras", "compras", "% del total", "12 %", "18 %", TODAY),
        ("Ventas", "ventas", "M MXN", 12, "18 %", TODAY),
    ]
    readings = [("Objetivo", "Valor", "Fecha"), ("Compras", "13 %", TODAY), ("Ventas", "14 %", TODAY)]
    tables, _ = recognize_sheets(
        open_book("m.xlsx", xlsx({"Objetivos": objectives, "Mediciones": readings}), "es"), "es"
    )
    read = read_tables(tables, "es", lambda _: None)
    plan = plan_import(read, RegistrySnapshot("MX"), "one", TODAY, Answers())
    advice = "es un porcentaje, y la unidad del objetivo es «M MXN»; escriba el número en esa unidad"
    assert [str(w.mistake) for w in plan.mistakes] == [
        f'Mediciones!B3: "14 %" {advice}',
        f'Objetivos!E3: "18 %" {advice}',
    ]
