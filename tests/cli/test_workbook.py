"""The workbook on the command line: written, filled in, imported; refused with a marked copy; asked in a terminal."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from support.workbooks import ods, xlsx

from clusterflow.cli import workbook

from .conftest import Run

HEADS = ("Organización", "Tamaño", "Alta")
DAY = date(2025, 3, 4)


def members(*rows: tuple[object, ...]) -> bytes:
    return xlsx({"Miembros": [HEADS, *rows]})


def test_a_template_is_written_in_the_readers_language(office: Run, home: Path) -> None:
    assert office("template", "one").out == "written: one.xlsx\n"
    assert "Miembros" in load_workbook(home / "one.xlsx").sheetnames
    assert office("template", "--lang", "en", "--to", "empty.xlsx").code == 0
    assert "Members" in load_workbook(home / "empty.xlsx").sheetnames
    assert "the nearest: one" in office("template", "onne").err
    assert "is not an .xlsx file" in office("template", "--to", "x.ods").err
    assert "cannot be written" in office("template", "--to", "nowhere/x.xlsx").err


def test_a_dry_run_changes_nothing_and_yes_records_whole(office: Run, home: Path) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros", "pequeña", DAY), ("Textiles", "mediana", DAY)))
    words = ("import", "m.xlsx", "--initiative", "one")
    dry = office(*words, "--dry-run")
    rows = (
        "  + Miembros!2:2 Aceros: Tamaño: pequeña; Alta: 2025-03-04\n"
        "  + Miembros!3:3 Textiles: Tamaño: mediana; Alta: 2025-03-04\n"
    )
    assert (dry.code, dry.out) == (0, "Miembros: 2 altas\n" + rows)
    unsure = office(*words)
    assert (unsure.code, "repita con --yes" in unsure.out) == (3, True)
    assert office(*words, "--yes").out == "Miembros: 2 altas\n" + rows + "registrados: 4\n"
    assert office(*words, "--yes").out == "Miembros: 2 sin cambio\nno cambió nada\n"


def test_a_workbook_is_answered_in_one_language(office: Run, home: Path) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros", "pequeña", DAY)))
    words = ("import", "m.xlsx", "--initiative", "one", "--yes")
    english = office(*words, "--lang", "en").out
    assert "1 new" in english.splitlines()[0]
    assert english.splitlines()[-1] == "2 entered"
    assert office(*words).out == "Miembros: 1 sin cambio\nno cambió nada\n", "the workbook's own"


def test_json_is_json_and_nothing_else(office: Run, home: Path) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros", "pequeña", DAY)))
    result = office("import", "m.xlsx", "--initiative", "one", "--yes", "--json").json
    assert result["recorded"]["entered"] == 2
    assert result["summary"]["sheets"][0]["counts"] == {"new": 1}


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_mistakes_come_all_at_once_with_a_marked_copy(office: Run, home: Path, kind: str) -> None:
    rows = [HEADS, ("Aceros", "Grnade", "2025-03-04"), ("Otra", "micro", "mañana")]
    csv = "\n".join(",".join(row) for row in rows).encode()
    content = {"xlsx": xlsx({"Miembros": rows}), "ods": ods({"Miembros": rows}), "csv": csv}[kind]
    (home / f"miembros.{kind}").write_bytes(content)
    done = office("import", f"miembros.{kind}", "--initiative", "one", "--yes")
    assert done.code == 2
    assert "2 errores; no cambió nada" in done.err
    assert 'B2: "Grnade" — ¿quiso decir "grande"?' in done.err
    assert ("una copia .xlsx" in done.err) == (kind != "xlsx")
    marked = load_workbook(io.BytesIO((home / "miembros.marked.xlsx").read_bytes())).worksheets[0]
    assert {c.coordinate for row in marked.iter_rows() for c in row if c.comment} == {"B2", "C3"}


def test_the_mistakes_are_reported_where_no_copy_can_be_written(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros", "Grnade", DAY)))

    def refuse(*_: object) -> None:
        raise ValueError("year 0 is out of range")

    monkeypatch.setattr("openpyxl.Workbook.save", refuse)
    done = office("import", "m.xlsx", "--initiative", "one", "--yes")
    assert done.code == 2
    assert "no se pudo escribir una copia con marcas" in done.err
    assert '¿quiso decir "grande"?' in done.err
    assert not (home / "m.marked.xlsx").exists()


def test_what_is_to_be_asked_is_not_assumed(office: Run, home: Path) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros del Norte", "pequeña", DAY)))
    assert office("import", "m.xlsx", "--initiative", "one", "--yes").code == 0
    (home / "m.xlsx").write_bytes(members(("Aceros del Nrte", "pequeña", DAY)))
    words = ("import", "m.xlsx", "--initiative", "one", "--yes")
    refused = office(*words)
    assert refused.code == 3
    assert "--doubles new o --doubles same" in refused.err
    assert "--removed keep, end o withdraw" in refused.err
    assert office(*words, "--doubles", "same").out.endswith("1 sin cambio\nno cambió nada\n")
    done = office(*words, "--doubles", "new", "--removed", "end")
    assert "registrados: 2, corregidos: 1" in done.out


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What somebody answers in a terminal, one line after the other."""
    lines: list[str] = []
    monkeypatch.setattr("builtins.input", lambda *_: lines.pop(0))
    monkeypatch.setattr(workbook, "in_a_terminal", lambda: True)
    yield lines
    assert not lines, "not all was asked"


def test_in_a_terminal_it_asks(office: Run, home: Path, answers: list[str]) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros del Norte", "pequeña", DAY), ("Textiles", "micro", DAY)))
    answers += ["n"]
    assert office("import", "m.xlsx", "--initiative", "one").code == 3
    answers += ["y"]
    assert "registrados: 4" in office("import", "m.xlsx", "--initiative", "one").out
    (home / "m.xlsx").write_bytes(members(("Aceros del Nrte", None, DAY)))
    answers += ["aceros-del-norte", "end", "keep", "y"]
    done = office("import", "m.xlsx", "--initiative", "one")
    assert (done.code, "corregidos: 1" in done.out) == (0, True)


@pytest.mark.parametrize("words", [("nothing.xlsx",), (".",), ("m.xlsx", "--initiative", "onne")])
def test_what_can_be_mistyped_ends_in_a_sentence(office: Run, home: Path, words: tuple[str, ...]) -> None:
    (home / "m.xlsx").write_bytes(members(("Aceros", "pequeña", DAY)))
    done = office("import", *words)
    assert done.code == 2
    assert done.err.startswith("clusterflow: ")


def test_other_commands_do_not_load_what_workbooks_need(office: Run) -> None:
    heavy = ("openpyxl", "xlsxwriter", "python_calamine", "stdnum")
    rooms = "clusterflow.cli.status, clusterflow.cli.ledger, clusterflow.cli.records, clusterflow.cli.intake"
    code = f"import {rooms}, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
