"""A workbook is filled in, imported and changed; nothing recorded is removed without a question."""

from __future__ import annotations

import io
import shutil
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from support.workbooks import xlsx
from support.world import World

from clusterflow.domain.records import RECORDS, Record
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.errors import Conflict, Mistakes, UnknownName
from clusterflow.intake.workbook.reader import META
from clusterflow.services import registry
from clusterflow.services.intake.workbook import workbooks
from clusterflow.services.intake.workbook.plan import Answers, Plan
from clusterflow.services.intake.workbook.registry_snapshot import read_snapshot
from clusterflow.services.intake.workbook.summary import summarize

FIRST = 6
"""The first row of a table that is a manager's."""

KEEP = Answers(removed="keep", emptied="keep")


class Office(World):
    """An initiative «one» of eight members or so, and its manager's workbook."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.at("2025-03-04").enrol("one", "cordoba")
        self.record(
            "organisation id=acero name=Aceros-del-Norte tax_id=A58818501 size=small from=2024-01-01",
            "organisation id=textil name=Textiles-Ventosa size=medium from=2024-01-01",
            "membership initiative=one organisation=acero from=2024-02-01 tier=pleno",
            "membership initiative=one organisation=textil from=2024-02-01",
            "meeting initiative=one id=junta-1 body=board on=2025-02-03",
            "attendance initiative=one meeting=junta-1 person=bruno organisation=firm present=true on=2025-02-03",
        )

    def book(self) -> Any:
        """The manager's workbook, to be written in."""
        return load_workbook(io.BytesIO(workbooks.write_template(self.context, "one", "es")))

    def plan(self, book: Any, answers: Answers | None = None) -> Plan:
        if not isinstance(book, bytes):
            target = io.BytesIO()
            book.save(target)
            book = target.getvalue()
        return workbooks.plan_changes(
            self.context, workbooks.open_workbook(self.context, "libro.xlsx", book, "one"), answers
        )

    def facts(self, record: str, **where: str) -> list[Record]:
        with self.context.database.connect() as connection:
            found = read_snapshot(connection, "one", "ES").all(record)
            return [f for f in found if all(str(getattr(f, n)) == v for n, v in where.items())]


@pytest.fixture
def office(sqlite_url: str) -> Office:
    return Office(sqlite_url)


def row_of(page: Any, name: str) -> int:
    return next(n for n in range(FIRST, page.max_row + 1) if page.cell(n, 1).value == name)


def test_the_same_workbook_twice_changes_nothing(office: Office) -> None:
    plan = office.plan(office.book())
    assert (plan.mistakes, plan.submissions, plan.open_questions(Answers())) == ([], [], False)
    book = office.book()
    book["Proyectos"].cell(FIRST, 1, "Laboratorio común")
    book["Proyectos"].cell(FIRST, 5, date(2025, 1, 7))
    assert workbooks.record(office.context, office.plan(book)) == RecordResult(entered=1, initiatives=("one",))
    assert office.plan(book).submissions == []
    assert summarize(office.plan(book)).in_words.endswith("Proyectos: 1 sin cambio")


def test_the_summary_describes_what_would_change(office: Office) -> None:
    book = office.book()
    page = book["Miembros"]
    page.cell(row_of(page, "Aceros-del-Norte"), 7, date(2025, 2, 28))
    page.cell(row_of(page, "Textiles-Ventosa"), 5, "grande")
    for number, name in enumerate(
        ("Muebles Alpha", "Redes Beta", "Frutas Gama", "Textiles-Ventossa"), page.max_row + 1
    ):
        page.cell(number, 1, name)
        page.cell(number, 6, date(2025, 3, 1))
    words = summarize(office.plan(book))
    (members,) = [s for s in words.sheets if s.sheet == "members"]
    assert members.words == "4 altas, 1 cambio, 1 baja, 2 sin cambio, 1 posible doble"
    assert any("Tamaño: mediana → grande" in line for line in words.changes)
    assert any("Baja: vacío → 2025-02-28" in line for line in words.changes)
    (double,) = words.doubles
    assert "«Textiles-Ventossa» quizá sea «Textiles-Ventosa» (textil)" in double


def test_a_changed_row_changes_that_row(office: Office) -> None:
    book = office.book()
    page = book["Miembros"]
    page.cell(row_of(page, "Aceros-del-Norte"), 1, "Aceros del Sur")
    done = workbooks.record(office.context, office.plan(book))
    assert (done.entered, done.corrected) == (0, 1)
    assert [f.name for f in office.facts("organisation", id="acero")] == ["Aceros del Sur"]  # type: ignore[attr-defined]


def test_a_corrected_first_day_moves_the_fact(office: Office) -> None:
    book = office.book()
    page = book["Miembros"]
    page.cell(row_of(page, "Aceros-del-Norte"), 6, date(2024, 1, 15))
    plan = office.plan(book)
    assert "Alta: 2024-02-01 → 2024-01-15" in "\n".join(summarize(plan).changes)
    workbooks.record(office.context, plan)
    assert [f.valid_from for f in office.facts("membership", organisation="acero")] == [date(2024, 1, 15)]
    assert office.plan(book).submissions == []


def test_who_comes_back_has_two_memberships(office: Office) -> None:
    office.record("membership initiative=one organisation=acero from=2024-02-01 to=2024-12-31")
    rows = [("Organización", "Id", "Alta"), ("Aceros-del-Norte", "acero", date(2025, 3, 1))]
    workbooks.record(office.context, office.plan(xlsx({"Miembros": rows}), KEEP))
    assert len(office.facts("membership", organisation="acero")) == 2


@pytest.mark.parametrize(("answer", "left"), [("keep", [None]), ("end", [date(2025, 3, 4)]), ("withdraw", [])])
def test_a_removed_row_is_asked_about_and_never_assumed(office: Office, answer: Any, left: list[Any]) -> None:
    book = office.book()
    page = book["Miembros"]
    page.delete_rows(row_of(page, "Textiles-Ventosa"))
    plan = office.plan(book)
    assert plan.open_questions(Answers())
    assert summarize(plan).removed == ("Miembros: «Textiles-Ventosa» está en el registro y ya no en la hoja",)
    assert plan.submissions == []
    workbooks.record(office.context, office.plan(book, Answers(removed=answer)))
    assert [f.valid_to for f in office.facts("membership", organisation="textil")] == left


def test_a_sheet_without_rows_takes_nothing_away(office: Office) -> None:
    book = office.book()
    book["Miembros"].delete_rows(FIRST, 100)
    del book["Reuniones"]
    plan = office.plan(book)
    assert (plan.removed, plan.submissions, plan.mistakes) == ([], [], [])


@pytest.mark.parametrize(("answer", "tier"), [("keep", "pleno"), ("clear", None)])
def test_an_emptied_cell_is_asked_about(office: Office, answer: Any, tier: str | None) -> None:
    book = office.book()
    page = book["Miembros"]
    page.cell(row_of(page, "Aceros-del-Norte"), 8).value = None
    plan = office.plan(book)
    assert summarize(plan).emptied == (
        f"Miembros!H{row_of(page, 'Aceros-del-Norte')}: está vacía; el registro dice pleno",
    )
    workbooks.record(office.context, office.plan(book, Answers(emptied=answer)))
    assert [f.tier for f in office.facts("membership", organisation="acero")] == [tier]  # type: ignore[attr-defined]


def test_who_is_who(office: Office) -> None:
    heads = ("Empresa", "NIF", "Alta", "Tamaño")
    day = date(2025, 3, 1)
    rows = [
        heads,
        ("ACEROS DEL NORTE, S.L.", None, day, "grande"),  # certain by its name, whose spelling on record stays
        ("Aceros Norte", "a-58818501", day, None),  # certain by its number and a name that agrees: the same, renamed
        ("Textiles Ventosa S.A.", "B12345674", day, None),  # a number where none is on record: certain by its name
        ("Textils Ventosa", None, day, None),  # asked
        ("Nueva Óptica", None, day, None),  # new
    ]
    plan = office.plan(xlsx({"Miembros": [rows[0], rows[1], *rows[3:]]}), KEEP)
    assert [d.possible for d in plan.doubles] == [("textil",)]
    assert not plan.mistakes
    organisations = {s.fields["id"]: s.fields["name"] for s in plan.submissions if s.type == "organisation"}
    assert organisations["acero"] == "Aceros-del-Norte"
    assert "nueva-optica" in organisations
    same = office.plan(xlsx({"Miembros": [rows[0], *rows[3:]]}), Answers(other_doubles="same", removed="keep"))
    assert not same.doubles
    assert "textils-ventosa" not in {s.fields.get("id") for s in same.submissions}
    (renamed,) = [s for s in office.plan(xlsx({"Miembros": rows[:1] + rows[2:3]}), KEEP).submissions
                  if s.type == "organisation"]  # fmt: skip
    assert (renamed.fields["id"], renamed.fields["name"]) == ("acero", "Aceros Norte")


def test_a_number_under_another_name_is_asked_about(office: Office) -> None:
    rows = [("Empresa", "NIF", "Alta"), ("Textiles Otra Vez", "A-58.818.501", date(2025, 3, 1))]
    plan = office.plan(xlsx({"Miembros": rows}), KEEP)
    assert summarize(plan).doubles == (
        "Miembros!A2: «Textiles Otra Vez» tiene A-58.818.501, como «Aceros-del-Norte» (acero); "
        "escriba el Id de quien es, o uno nuevo",
    )
    same = office.plan(xlsx({"Miembros": rows}), Answers(other_doubles="same", removed="keep"))
    (renamed,) = [s for s in same.submissions if s.type == "organisation"]
    assert (renamed.fields["id"], renamed.fields["name"]) == ("acero", "Textiles Otra Vez")
    new = office.plan(xlsx({"Miembros": rows}), Answers(other_doubles="new", removed="keep"))
    assert {s.fields["id"] for s in new.submissions if s.type == "organisation"} == {"textiles-otra-vez"}


def test_a_shared_mailbox_renames_nobody(office: Office) -> None:
    rows = [("Nombre", "Correo"), ("Beto Solís", "bruno@firm.example")]
    plan = office.plan(xlsx({"Personas": rows}), KEEP)
    assert [(d.name, d.possible, d.number) for d in plan.doubles] == [("Beto Solís", ("bruno",), "bruno@firm.example")]
    assert [f.name for f in office.facts("person", id="bruno")] == ["Bruno"]  # type: ignore[attr-defined]


def test_an_answered_double_is_asked_no_more(office: Office) -> None:
    rows = xlsx({"Miembros": [("Empresa", "Alta"), ("Textils Ventosa", date(2025, 3, 1))]})
    (double,) = office.plan(rows, KEEP).doubles
    plan = office.plan(rows, Answers({str(double.place): "new"}, removed="keep"))
    workbooks.record(office.context, plan)
    again = office.plan(rows, KEEP)
    assert (again.doubles, again.submissions) == ([], [])


def test_attendance_is_a_grid(office: Office) -> None:
    book = office.book()
    page = book["Asistencia"]
    assert [c.value for c in page[4]][:3] == ["Persona", "Por la organización", "junta-1"]
    assert [c.value for c in page[FIRST]][:3] == ["Bruno", "Firm", "sí"]
    meetings = book["Reuniones"]
    meetings.cell(FIRST + 1, 1, "junta-2")
    meetings.cell(FIRST + 1, 2, "Board")
    meetings.cell(FIRST + 1, 3, date(2025, 3, 3))
    page.cell(4, 4, "junta-2")
    page.cell(FIRST, 4, "no")
    page.cell(FIRST + 1, 1, "Gala")
    page.cell(FIRST + 1, 2, "Ministry")
    page.cell(FIRST + 1, 4, "invitación")
    workbooks.record(office.context, office.plan(book))
    found = {(f.person, f.meeting): (f.present, f.valid_from) for f in office.facts("attendance")}  # type: ignore[attr-defined]
    assert found == {
        ("bruno", "junta-1"): (True, date(2025, 2, 3)),
        ("bruno", "junta-2"): (False, date(2025, 3, 3)),
        ("gala", "junta-2"): (None, date(2025, 3, 3)),
    }


def test_a_workbook_of_another_initiative_or_version_is_refused(office: Office) -> None:
    office.enrol("two", "cordoba")
    content = workbooks.write_template(office.context, "two", "es")
    with pytest.raises(Mistakes, match="es el libro de «two», no de «one»"):
        workbooks.open_workbook(office.context, "libro.xlsx", content, "one")
    book = load_workbook(io.BytesIO(content))
    book[META].cell(1, 2, "99")
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(Mistakes, match="otra versión \\(99\\)"):
        workbooks.open_workbook(office.context, "libro.xlsx", target.getvalue())
    with pytest.raises(UnknownName, match="the nearest: one"):
        workbooks.write_template(office.context, "onne")


def test_a_file_may_say_by_its_name_whose_it_is(office: Office) -> None:
    text = b"Proyecto;Desde\nLaboratorio;4/3/2025\n"
    assert workbooks.open_workbook(office.context, "one.proyectos.csv", text).initiative == "one"
    with pytest.raises(Mistakes, match="does not name its initiative"):
        workbooks.open_workbook(office.context, "proyectos.csv", text)


def test_what_was_agreed_to_is_not_recorded_over_what_others_recorded_meanwhile(office: Office) -> None:
    book = office.book()
    page = book["Miembros"]
    page.cell(row_of(page, "Aceros-del-Norte"), 5, "grande")
    target = io.BytesIO()
    book.save(target)
    opened = workbooks.open_workbook(office.context, "libro.xlsx", target.getvalue())
    plan = workbooks.plan_changes(office.context, opened)
    workbooks.check_unchanged(office.context, opened, plan, Answers())
    office.record("organisation id=acero employees=17")
    with pytest.raises(Conflict, match="Import the workbook again"):
        workbooks.check_unchanged(office.context, opened, plan, Answers())


def test_nothing_is_recorded_of_a_workbook_with_one_mistake(office: Office) -> None:
    rows = [("Proyecto", "Desde"), ("Laboratorio", date(2025, 1, 1)), ("Otro", "mañana")]
    plan = office.plan(xlsx({"Proyectos": rows}))
    with pytest.raises(Mistakes, match="Proyectos!B3"):
        workbooks.record(office.context, plan)
    assert office.facts("project") == []


def test_a_registry_of_a_database_is_the_same_in_an_empty_one(
    sqlite_template: Path, tmp_path: Path, database: Engine
) -> None:
    """On both databases: what managers keep of an initiative goes over in its workbook."""
    office = Office(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other.db')}")
    other = World(str(database.url.render_as_string(hide_password=False))).at("2025-03-04")
    other.enrol("one", "cordoba")
    plan = workbooks.plan_changes(
        other.context,
        workbooks.open_workbook(other.context, "one.xlsx", workbooks.write_template(office.context, "one")),
        KEEP,
    )
    assert not plan.mistakes
    workbooks.record(other.context, plan)
    with other.context.database.connect() as connection:
        there = read_snapshot(connection, "one", "ES")
    for record in RECORDS:
        if record in there.facts and record not in ("person", "representation"):
            assert sorted(there.all(record), key=repr) == sorted(office.facts(record), key=repr), record


def test_a_row_of_a_new_day_keeps_what_its_cells_do_not_say(office: Office) -> None:
    office.record("membership initiative=one organisation=acero from=2024-02-01 commitment=regular-fee founder=true")
    rows = [
        ("Organización", "Id", "Alta", "Categoría"),
        ("Aceros-del-Norte", "acero", date(2024, 2, 1), "pleno"),
        ("Aceros-del-Norte", "acero", date(2025, 3, 1), "adherido"),
    ]
    plan = office.plan(xlsx({"Miembros": rows}), KEEP)
    workbooks.record(office.context, plan)
    first, second = office.facts("membership", organisation="acero")
    assert (first.tier, second.tier) == ("pleno", "adherido")  # type: ignore[attr-defined]
    assert (second.commitment, second.founder) == ("regular-fee", True)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("answer", "tier"), [("keep", "pleno"), ("clear", None)])
def test_an_empty_cell_in_a_row_of_a_new_day_is_asked_about(office: Office, answer: Any, tier: str | None) -> None:
    rows = [
        ("Organización", "Id", "Alta", "Categoría", "Compromiso"),
        ("Aceros-del-Norte", "acero", date(2024, 2, 1), "pleno", None),
        ("Aceros-del-Norte", "acero", date(2025, 3, 1), None, "acuerdo firmado"),
    ]
    plan = office.plan(xlsx({"Miembros": rows}))
    assert summarize(plan).emptied == ("Miembros!D3: está vacía; el registro dice pleno",)
    workbooks.record(office.context, office.plan(xlsx({"Miembros": rows}), Answers(removed="keep", emptied=answer)))
    assert [f.tier for f in office.facts("membership", organisation="acero")] == ["pleno", tier]  # type: ignore[attr-defined]


def test_a_tax_id_that_fits_no_rule_is_shown_and_recorded(office: Office) -> None:
    rows = [("Empresa", "RUC", "Alta", "País"), ("Cacaotera Aroma", "1793211000001", date(2025, 3, 1), "EC")]
    plan = office.plan(xlsx({"Miembros": rows}), KEEP)
    assert plan.mistakes == []
    assert summarize(plan).doubtful == (
        "Miembros!B2: la identificación fiscal «1793211000001» se registra como está escrita, "
        "pero su dígito verificador no corresponde al de un RUC (EC); revísela",
    )
    workbooks.record(office.context, plan)
    assert [f.tax_id for f in office.facts("organisation", id="cacaotera-aroma")] == ["1793211000001"]  # type: ignore[attr-defined]


def test_a_value_that_looks_like_a_mistake_is_asked_about(office: Office) -> None:
    rows = [
        ("Factura", "Organización", "Fecha", "Vencimiento", "Importe", "Moneda"),
        ("f-1", "acero", date(2025, 3, 1), date(2025, 2, 1), 90, "EUR"),
    ]
    plan = office.plan(xlsx({"Facturas": rows}))
    assert plan.open_questions(Answers())
    assert summarize(plan).odd == (
        "Facturas!D2: Vence: la factura vence el 2025-02-01, antes de su propia fecha, el 2025-03-01",
    )
    with pytest.raises(Mistakes, match="--odd keep"):
        workbooks.record(office.context, plan)
    workbooks.record(office.context, office.plan(xlsx({"Facturas": rows}), Answers(odd="keep")))
    assert len(office.facts("invoice", id="f-1")) == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_is_the_same_however_its_accents_are_encoded(office: Office, form: Any) -> None:
    fields = {"id": "camara", "name": unicodedata.normalize("NFD", "Cámara de León"), "from": "2024-01-01"}
    registry.record(office.context, [Submission("organisation", fields, "a line")])
    rows = [
        (unicodedata.normalize(form, text) for text in ("Organización", "Tamaño", "Alta")),
        (unicodedata.normalize(form, "Cámara de León"), unicodedata.normalize(form, "pequeña"), None),
    ]
    plan = office.plan(xlsx({unicodedata.normalize(form, "Miembros"): rows}), KEEP)
    assert [str(w.mistake) for w in plan.mistakes] == []
    assert [f.name for f in office.facts("organisation", id="camara")] == ["Cámara de León"]  # type: ignore[attr-defined]
    assert not [c for c in plan.changes if c.new.type == "organisation" and c.became == "new"]


def test_rows_are_in_the_order_of_a_dictionary(office: Office) -> None:
    for name in ("zeta Zeta", "nandu Ñandú", "acido Ácido", "nube Nube", "abeja abeja"):
        organisation, label = name.split()
        office.record(
            f"organisation id={organisation} name={label} from=2024-01-01",
            f"membership initiative=one organisation={organisation} from=2024-02-01",
        )
    page = office.book()["Miembros"]
    names = [page.cell(n, 1).value for n in range(FIRST, page.max_row + 1)]
    shown = [name for name in names if name in {"Zeta", "Ñandú", "Ácido", "Nube", "abeja"}]
    assert shown == ["abeja", "Ácido", "Nube", "Ñandú", "Zeta"]
