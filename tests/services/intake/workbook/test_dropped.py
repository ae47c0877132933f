"""A dropped workbook is recorded whole or not at all; an open question refuses it, with its mistakes marked."""

from __future__ import annotations

import asyncio
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from support.workbooks import ods, xlsx
from support.world import World

from clusterflow.intake.drop_folder import DropFolder
from clusterflow.services import ledger
from clusterflow.services.intake import submissions
from clusterflow.services.intake.drop_folder import receive_files
from clusterflow.services.intake.submissions import IntakeResult
from clusterflow.services.intake.workbook import workbooks

DAY = date(2024, 1, 5)
HEADS = ("Organización", "Tamaño", "Alta")


class Folder:
    """The drop folder of an office."""

    def __init__(self, url: str, path: Path) -> None:
        self.world, self.path = World(url), path
        self.world.enrol("one", "cordoba")
        path.mkdir()

    def put(self, name: str, content: bytes) -> None:
        (self.path / name).write_bytes(content)

    def take(self) -> IntakeResult:
        return asyncio.run(receive_files(self.world.context, DropFolder(f"file://{self.path}"), pause_seconds=0))

    def files(self) -> set[str]:
        return {str(p.relative_to(self.path)) for p in self.path.rglob("*") if p.is_file()}


@pytest.fixture
def folder(sqlite_url: str, tmp_path: Path) -> Folder:
    return Folder(sqlite_url, tmp_path / "drop")


def test_workbooks_of_every_kind_are_recorded_and_moved(folder: Folder) -> None:
    folder.put("one.members.xlsx", xlsx({"Miembros": [HEADS, ("Aceros", "pequeña", DAY)]}))
    folder.put("one-proyectos.ods", ods({"Proyectos": [("Proyecto", "Desde"), ("Laboratorio", "2024-01-05")]}))
    folder.put("one.vinculos.csv", "Con quién;Dirección;Desde\nClúster Sur;externo;5/1/2024\n".encode())
    folder.put("a-whole.xlsx", workbooks.write_template(folder.world.context, "one"))
    folder.put(
        "more.jsonl", b'{"record": "label", "initiative": "one", "name": "A", "level": "gold", "from": "2024-01-05"}'
    )
    assert folder.take() == IntakeResult(recorded=5)
    assert folder.files() == {f"done/{n}" for n in (
        "one.members.xlsx", "one-proyectos.ods", "one.vinculos.csv", "a-whole.xlsx", "more.jsonl",
    )}  # fmt: skip
    entered = [getattr(e.event, "record", "") for e in ledger.entries(folder.world.context, "one")]
    assert [entered.count(kind) for kind in ("membership", "project", "link", "label")] == [1, 1, 1, 1]


def test_the_same_workbook_again_is_recognised(folder: Folder) -> None:
    for name in ("one.a.xlsx", "one.b.xlsx"):
        folder.put(name, xlsx({"Proyectos": [("Proyecto", "Desde"), ("Laboratorio", DAY)]}))
    before = len(ledger.entries(folder.world.context, "one"))
    assert folder.take().recorded == 2
    assert len(ledger.entries(folder.world.context, "one")) == before + 1


def test_what_is_wrong_comes_back_with_its_mistakes_and_marked(folder: Folder) -> None:
    folder.put("one.members.xlsx", xlsx({"Miembros": [HEADS, ("Aceros", "Grnade", DAY), ("Otra", "micro", "ayer")]}))
    assert folder.take() == IntakeResult(refused=1)
    assert folder.files() == {
        f"refused/one.members.xlsx{more}" for more in ("", ".mistakes.txt", ".marked.xlsx")
    }  # fmt: skip
    note = (folder.path / "refused/one.members.xlsx.mistakes.txt").read_text(encoding="utf-8")
    assert 'Miembros!B2: "Grnade" — ¿quiso decir "grande"?' in note
    assert "Miembros!C3: " in note
    marked = load_workbook(io.BytesIO((folder.path / "refused/one.members.xlsx.marked.xlsx").read_bytes()))
    assert marked["Miembros"]["B2"].comment is not None
    (refusal,) = submissions.refusals(folder.world.context)
    assert len(refusal.mistakes) == 2
    assert folder.take() == IntakeResult()


def test_nobody_is_there_to_be_asked_so_a_question_refuses(folder: Folder) -> None:
    folder.world.record(
        "organisation id=acero name=Aceros-del-Norte from=2024-01-01",
        "membership initiative=one organisation=acero from=2024-01-01",
    )
    folder.put("one.members.xlsx", xlsx({"Miembros": [HEADS, ("Aceros del Nrte", "micro", DAY)]}))
    assert folder.take() == IntakeResult(refused=1)
    (refusal,) = submissions.refusals(folder.world.context)
    double, removed = map(str, refusal.mistakes)
    assert "quizá sea «Aceros-del-Norte» (acero)" in double
    assert "clusterflow import one.members.xlsx --doubles new" in double
    assert "«Aceros-del-Norte» está en el registro y ya no en la hoja" in removed
    folder.put("one.members.xlsx", xlsx({"Miembros": [("Organización", "Id", "Alta"), ("Aceros", "acero", DAY)]}))
    assert folder.take() == IntakeResult(recorded=1)


@pytest.mark.parametrize("name", ["x.xlsx", "x.ods", "x.csv", "x.xls", "one.xlsx"])
def test_a_file_that_cannot_be_opened_is_refused_with_the_reason(folder: Folder, name: str) -> None:
    folder.put(name, b"\xd0\xcf\x11\xe0 no workbook")
    assert folder.take() == IntakeResult(refused=1)
    assert folder.files() == {f"refused/{name}", f"refused/{name}.mistakes.txt"}


def test_a_list_of_one_month_says_nothing_of_the_other_months(folder: Folder) -> None:
    folder.world.record(
        "membership initiative=one organisation=firm from=2024-01-01",
        "invoice initiative=one id=f-1 organisation=firm amount=90MXN year=2024 due=2024-02-01 on=2024-01-02",
        "payment initiative=one id=p-1 invoice=f-1 amount=30MXN on=2024-01-10",
    )
    folder.world.record("payment initiative=one id=p-2 invoice=f-1 amount=30MXN on=2024-02-10")
    march = "Factura;Fecha;Importe;Moneda\nf-1;3/3/2024;10,00;MXN\nf-1;20/3/2024;20,00;MXN\n"
    folder.put("one.pagos.csv", march.encode())
    assert folder.take() == IntakeResult(recorded=1)
    folder.put("one.pagos.csv", b"Factura;Fecha;Importe;Moneda\nf-1;1/2/2024;5,00;MXN\nf-1;29/2/2024;5,00;MXN\n")
    assert folder.take() == IntakeResult(refused=1)
    (refusal,) = submissions.refusals(folder.world.context)
    (missing,) = map(str, refusal.mistakes)
    assert "«p-2 (2024-02-10)» está en el registro y ya no en la hoja" in missing


@pytest.mark.parametrize("name", ["one.members.csv", "one.members.ods"])
def test_a_marked_copy_is_submitted_once_it_is_corrected(folder: Folder, name: str) -> None:
    rows = [HEADS, ("Aceros", "Grnade", "2024-01-05")]
    content = ods({"Miembros": rows}) if name.endswith("ods") else "\n".join(";".join(r) for r in rows).encode()
    folder.put(name, content)
    assert folder.take() == IntakeResult(refused=1)
    copy = load_workbook(folder.path / f"refused/{name}.marked.xlsx")
    copy["Miembros"]["B2"] = "grande"
    target = io.BytesIO()
    copy.save(target)
    folder.put(f"{name}.marked.xlsx", target.getvalue())
    assert folder.take() == IntakeResult(recorded=1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.members.txt", "Organización\tAlta\nAceros\t2024-01-05\n".encode("utf-16")),
        ("one.members.tsv", "Organización\tAlta\nAceros\t2024-01-05\n".encode()),
        ("one.members.csv", "sep=;\r\nOrganización;Alta\r\nAceros;5/1/2024\r\n".encode("cp1252")),
        ("one.members.csv", "Padrón 2024;\r\n;\r\nOrganización;Alta\r\nAceros;5/1/2024\r\n".encode("utf-8-sig")),
        ("facts.txt", b'{"record": "label", "initiative": "one", "name": "A", "level": "gold", "from": "2024-01-05"}'),
    ],
)
def test_tables_as_office_programs_write_them_are_taken(folder: Folder, name: str, content: bytes) -> None:
    folder.put(name, content)
    assert folder.take() == IntakeResult(recorded=1)
