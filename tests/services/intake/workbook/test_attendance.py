"""An attendance sheet as people keep it: meetings by their dates, people without their organisations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from support.workbooks import xlsx
from support.world import World

from clusterflow.domain.records.governance import Attendance
from clusterflow.services.intake.workbook import workbooks
from clusterflow.services.intake.workbook.plan import Plan
from clusterflow.services.intake.workbook.registry_snapshot import read_snapshot

DAY = date(2025, 2, 3)


class Office(World):
    """An initiative with a board and a committee that met, and with people of two firms."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.at("2025-03-04").enrol("one", "cordoba")
        self.record(
            "organisation id=acero name=Aceros from=2024-01-01",
            "organisation id=textil name=Textiles from=2024-01-01",
            "person id=ana name=Ana-Rangel from=2024-01-01",
            "person id=beto name=Beto-Ruiz from=2024-01-01",
            "representation person=ana organisation=acero from=2024-01-01",
            "representation person=beto organisation=acero from=2024-01-01",
            "representation person=beto organisation=textil from=2024-01-01",
            "body initiative=one id=compras name=Compras kind=committee from=2024-01-01",
            "meeting initiative=one id=compras-1 body=compras on=2025-02-03",
            "meeting initiative=one id=compras-2 body=compras on=2025-02-10",
            "meeting initiative=one id=junta-2 body=board on=2025-02-10",
        )

    def plan(self, *rows: tuple[Any, ...], **sheets: Any) -> Plan:
        content = xlsx({**sheets, "Asistencia": rows})
        return workbooks.plan_changes(self.context, workbooks.open_workbook(self.context, "a.xlsx", content, "one"))

    def attended(self, plan: Plan) -> set[tuple[str, str, str]]:
        assert [str(w.mistake) for w in plan.mistakes] == []
        workbooks.record(self.context, plan)
        with self.context.database.connect() as connection:
            known = read_snapshot(connection, "one", "ES")
        return {(a.person, a.meeting, a.organisation) for a in known.latest_of(Attendance)}


@pytest.fixture
def office(sqlite_url: str) -> Office:
    return Office(sqlite_url)


HEADS = [
    DAY, datetime(2025, 2, 3, 9, 30), "2025-02-03", "3/2/2025", "3 de febrero de 2025", "Compras 03/02/2025",  # noqa: DTZ001
    "2025-02-03 · Compras", "compras-1",
]  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_a_meeting_is_named_by_its_date_or_its_id(office: Office, head: object) -> None:
    plan = office.plan(("Persona", head), ("Ana-Rangel", "sí"))
    assert office.attended(plan) == {("ana", "compras-1", "acero")}


def test_of_two_meetings_of_a_day_the_head_names_the_body_or_it_is_asked(office: Office) -> None:
    plan = office.plan(("Persona", "Compras 10/02/2025"), ("Ana-Rangel", "sí"))
    assert office.attended(plan) == {("ana", "compras-2", "acero")}
    (wrong,) = office.plan(("Persona", date(2025, 2, 10)), ("Ana-Rangel", "sí")).mistakes
    assert str(wrong.mistake) == (
        'Asistencia!B1: "2025-02-10" puede ser más de una reunión de ese día: "compras-2" o "junta-2"; escriba el Id'
    )


def test_a_meeting_of_the_same_workbook_is_named_by_its_date(office: Office) -> None:
    meetings = [("Órgano", "Fecha"), ("Compras", date(2025, 3, 3))]
    plan = office.plan(("Persona", "3/3/2025"), ("Ana-Rangel", "no"), Reuniones=meetings)
    assert office.attended(plan) == {("ana", "compras-2025-03-03", "acero")}


def test_a_date_without_a_meeting_is_a_mistake(office: Office) -> None:
    (wrong,) = office.plan(("Persona", date(2025, 2, 4)), ("Ana-Rangel", "sí")).mistakes
    assert 'Asistencia!B1: "2025-02-04" no es el Id ni la fecha de ninguna reunión' in str(wrong.mistake)


def test_who_represents_two_organisations_is_asked_for_which(office: Office) -> None:
    (wrong,) = office.plan(("Persona", "Por la organización", DAY), ("Beto-Ruiz", None, "sí")).mistakes
    assert str(wrong.mistake) == (
        'Asistencia!B2: "Beto-Ruiz" representa a más de una organización: "Aceros" o "Textiles"; '
        "escriba en «Por la organización» por cuál asistió"
    )
    plan = office.plan(("Persona", "Por la organización", DAY), ("Beto-Ruiz", "Textiles", "sí"))
    assert office.attended(plan) == {("beto", "compras-1", "textil")}


def test_a_seat_in_the_body_settles_for_whom_somebody_came(office: Office) -> None:
    office.record("seat initiative=one body=compras person=beto organisation=textil from=2024-01-01")
    plan = office.plan(("Persona", DAY), ("Beto-Ruiz", "sí"))
    assert office.attended(plan) == {("beto", "compras-1", "textil")}


def test_a_person_of_the_same_workbook_comes_for_the_organisation_of_their_row(office: Office) -> None:
    people = [("Nombre", "Organización", "Representa desde"), ("Carla Paz", "Textiles", date(2025, 1, 1))]
    plan = office.plan(("Persona", DAY), ("Carla Paz", "sí"), Personas=people)
    assert ("carla-paz", "compras-1", "textil") in office.attended(plan)


def test_a_person_who_represents_nobody_is_a_mistake(office: Office) -> None:
    office.record("person id=dora name=Dora from=2024-01-01")
    (wrong,) = office.plan(("Persona", DAY), ("Dora", "sí")).mistakes
    assert str(wrong.mistake) == (
        'Asistencia!2:2: "Dora" no representa a ninguna organización ese día; '
        "escríbala en «Por la organización» o en «Personas»"
    )
