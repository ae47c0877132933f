"""The marked copy is an extra: whatever keeps it from being written, the mistakes are still reported."""

from __future__ import annotations

import asyncio
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from support.workbooks import xlsx
from support.world import World

from clusterflow.errors import Mistake
from clusterflow.intake.drop_folder import DropFolder
from clusterflow.intake.workbook import marked_copy as module
from clusterflow.intake.workbook.marked_copy import marked_copy
from clusterflow.intake.workbook.messages import CellMistake, Place
from clusterflow.intake.workbook.reader import Book, RawSheet
from clusterflow.services.intake.drop_folder import receive_files

PLACE = Place("Miembros", 1, 0)
MISTAKES = [CellMistake(PLACE, Mistake(str(PLACE), "no es una fecha"))]


def refuse(*_: object) -> None:
    raise ValueError("year 0 is out of range")


def copy_of(value: Any, kind: str = "ods") -> Any:
    book = Book("libro", kind, (RawSheet("Miembros", [["Alta"], [value]]),))
    return load_workbook(io.BytesIO(marked_copy(book, b"", MISTAKES)))["Miembros"]["A2"]


MOMENT = datetime(1, 1, 1)  # noqa: DTZ001 - as a cell has it


@pytest.mark.parametrize(
    "value", [date(1, 1, 1), MOMENT, date(1899, 12, 31), timedelta(days=-3), float("inf"), float("nan"), "\x00", time()]
)
def test_a_value_that_a_spreadsheet_has_no_form_for_is_copied_as_text(value: Any) -> None:
    cell = copy_of(value)
    assert cell.comment.text == "no es una fecha"
    assert cell.value is not None


def test_of_an_xlsx_that_cannot_be_written_again_the_values_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_workbook", refuse)
    assert copy_of("ayer", "xlsx").comment.text == "no es una fecha"


def test_without_any_copy_the_drop_folder_still_reports_the_mistakes(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, drop = World(sqlite_url), tmp_path / "drop"
    world.enrol("one", "cordoba")
    drop.mkdir()
    (drop / "one.xlsx").write_bytes(xlsx({"Miembros": [("Organización", "Alta"), ("Aceros", "ayer")]}))
    monkeypatch.setattr(Workbook, "save", refuse)
    result = asyncio.run(receive_files(world.context, DropFolder(f"file://{drop}"), pause_seconds=0))
    assert (result.refused, result.problems) == (1, ())
    assert {p.name for p in (drop / "refused").iterdir()} == {"one.xlsx", "one.xlsx.mistakes.txt"}
    assert '"ayer" no es una fecha' in (drop / "refused/one.xlsx.mistakes.txt").read_text(encoding="utf-8")
