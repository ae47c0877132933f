"""Nothing that is printed steers a terminal: neither what others wrote nor what was typed, usage errors included."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

import clusterflow.cli
from clusterflow.cli.tables import console

from .conftest import Run

BIDI, INVISIBLE = "\u202egnp", "\u200b"
TYPED = f"{BIDI}{INVISIBLE}"


@pytest.mark.parametrize(
    "words",
    [
        (f"--{TYPED}",),
        (f"sta{TYPED}tus",),
        ("import", "x.xlsx", f"--{TYPED}"),
        ("import", "x.xlsx", "--removed", TYPED),
        ("import", "x.xlsx", "--lang", TYPED),
        ("report", TYPED, TYPED, TYPED),
        ("intake", "show", TYPED),
    ],
)
def test_a_usage_error_repeats_what_was_typed_without_its_controls(
    process: Callable[..., subprocess.CompletedProcess[str]], words: tuple[str, ...]
) -> None:
    done = process(*words)
    assert done.returncode != 0
    output = done.stdout + done.stderr
    assert "\\u202e" in output
    assert not {"\u202e", INVISIBLE} & set(output)


def test_what_libraries_warn_of_is_not_printed(
    office: Run, home: Path, process: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Miembros"
    for row in (["Organización", "Alta"], ["Aceros", 99_999_999.0]):
        sheet.append(row)
    sheet["B2"].number_format = "yyyy-mm-dd"
    book.save(home / "m.xlsx")
    done = process("import", "m.xlsx", "--initiative", "one", "--yes")
    assert done.returncode == 2
    assert all(line.startswith("clusterflow: ") for line in done.stderr.splitlines()), done.stderr
    assert (home / "m.marked.xlsx").exists()


def test_only_one_module_of_the_command_line_writes_to_the_terminal() -> None:
    folder = Path(clusterflow.cli.__file__).parent
    direct = []
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "print", "sys.stdout.write", "sys.stderr.write"
            ):  # fmt: skip
                direct.append(file.name)
    assert set(direct) == {"output.py"}


def test_in_a_narrow_terminal_texts_wrap_and_nothing_is_cut(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    long_id = "a-very-long-name-of-an-initiative"
    name = "Clúster " + "Q" * 40
    assert office("enrol", long_id, f"name={name}", "country=AR", "office=office", "--model", "cordoba").code == 0
    monkeypatch.setattr(console, "width", 80)
    shown = office("status").out
    assert long_id in shown, "it is what one types"
    assert "…" not in shown
    assert shown.count("Q") == 40
