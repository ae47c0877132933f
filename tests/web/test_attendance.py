"""The attendance of a meeting as one sheet."""

from __future__ import annotations

import pytest
from support.web import Browser, WebWorld

from clusterflow.domain.records import RECORDS
from clusterflow.store.registry import Fact, facts_of

SHEET = "/initiatives/one/meetings/m-1/attendance"


@pytest.fixture
def sheet(site: WebWorld) -> WebWorld:
    site.world.record("meeting initiative=one id=m-1 body=board on=2024-01-09")
    return site


def at_sheet(site: WebWorld, person: str) -> Browser:
    browser = site.browser(person)
    browser.open(SHEET)
    return browser


def test_a_sheet_has_those_with_a_seat_and_records_every_answer_in_one_step(sheet: WebWorld) -> None:
    mona = at_sheet(sheet, "mona")
    assert all(name in mona.shown.text for name in ("Bruno", "Gala", "Mona", "0 of 3 present"))
    answer = mona.submit(SHEET, answer__mona="yes", answer__bruno="no")
    assert "Answers recorded: 2." in answer.text
    assert "1 of 3 present" in answer.text
    found = {a.person: (a.present, a.organisation) for a in sheet.facts("attendance")}
    assert found == {"mona": (True, "firm"), "bruno": (False, "firm")}
    mona.submit(SHEET, answer__mona="yes", answer__bruno="yes", answer__gala="invited")
    assert {a.person: a.present for a in sheet.facts("attendance")} == {"mona": True, "bruno": True, "gala": None}


def test_two_people_who_take_the_same_sheet_see_each_others_answers(sheet: WebWorld) -> None:
    mona, olga = at_sheet(sheet, "mona"), at_sheet(sheet, "olga")
    mona.submit(SHEET, answer__bruno="no")
    answer = olga.submit(SHEET, answer__bruno="yes", answer__gala="yes")
    assert answer.status_code == 409
    assert "Registrado: No vino" in answer.text
    assert [(a.person, a.present) for a in sheet.facts("attendance")] == [("bruno", False)]
    assert olga.submit(SHEET, answer__bruno="yes", answer__gala="yes").status_code == 200
    assert {a.person: a.present for a in sheet.facts("attendance")} == {"bruno": True, "gala": True}


def test_who_came_for_no_organisation_is_a_mistake_at_the_name(sheet: WebWorld) -> None:
    sheet.world.record("seat initiative=one body=board person=nobody from=2024-01-01")
    mona = at_sheet(sheet, "mona")
    answer = mona.submit(SHEET, answer__nobody="yes", answer__mona="yes")
    assert answer.status_code == 422
    assert "This person represents no organisation on that day." in answer.text
    assert not sheet.facts("attendance")


def test_nobody_takes_the_attendance_of_another_initiative(sheet: WebWorld) -> None:
    assert sheet.browser("carla").get(SHEET).status_code == 404
    assert sheet.browser("mona").get(SHEET.replace("one", "two")).status_code == 404
    assert sheet.browser("mona").get(SHEET.replace("m-1", "m-2")).status_code == 404


def test_a_meeting_is_called_by_its_body_and_day_wherever_it_is_shown(sheet: WebWorld) -> None:
    sheet.world.record(
        "meeting initiative=one id=m-2 body=board on=2024-01-10",
        "attendance initiative=one meeting=m-1 person=gala organisation=firm on=2024-01-09 present=yes",
        "invoice initiative=one id=dues-1 organisation=firm amount=2000EUR on=2024-01-02 due=2024-03-01",
        "payment initiative=one id=p-1 invoice=dues-1 amount=500EUR on=2024-01-08",
    )
    mona = sheet.browser("mona")
    first = "Board · 2024-01-09"
    assert "m-1" not in mona.open("/initiatives/one/facts/meeting").text
    assert first in mona.open("/initiatives/one/facts/attendance").text
    (entry,) = {fact.entry for fact in facts_with_entries(sheet, "meeting") if fact.record.id == "m-1"}
    assert mona.open(f"/initiatives/one/facts/meeting/{entry}").headings[0] == (1, first)
    # A form offers the newest meeting first.
    options = mona.open("/initiatives/one/facts/attendance/new").text
    assert options.index("Board · 2024-01-10") < options.index(first)
    (entry,) = {fact.entry for fact in facts_with_entries(sheet, "payment")}
    assert mona.open(f"/initiatives/one/facts/payment/{entry}").headings[0] == (1, "dues-1 · 2024-01-08")


def facts_with_entries(sheet: WebWorld, record: str) -> list[Fact]:
    with sheet.world.context.reading() as connection:
        return list(facts_of(connection, RECORDS[record], "one"))
