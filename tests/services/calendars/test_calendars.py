"""The entries in the calendars of initiatives and people, through a life: days, changes, and whom they concern."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fsspec.core import url_to_fs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.appointment import AppointmentKind
from clusterflow.domain.terms import DecisionKind
from clusterflow.errors import ClusterflowError, UnknownName
from clusterflow.services import gates, ledger, review
from clusterflow.services.calendars import Calendars, attachment_for, attachment_of, calendar_texts

MESSAGES = CONFIGS / "messages"
EN, ES, PT = (calendar_texts(MESSAGES, language) for language in ("en", "es", "pt"))
FIRST = stage("first", (), stated("first", keep=">= 1/2"))


class Shown(NamedTuple):
    """What a calendar program shows of an event."""

    day: str
    sequence: int
    status: str


class CalendarEntry(NamedTuple):
    uid: str
    begins: Any
    sequence: int
    status: str
    place: str
    stamp: Any


def read(content: bytes) -> dict[str, CalendarEntry]:
    """The events of a feed by their summary."""
    events = Calendar.from_ical(content).walk("VEVENT")
    assert len({e["UID"] for e in events}) == len(events)
    return {
        str(e["SUMMARY"]): CalendarEntry(
            str(e["UID"]), e["DTSTART"].dt, int(e["SEQUENCE"]), str(e["STATUS"]), str(e.get("LOCATION", "")),
            e["DTSTAMP"].dt,
        )
        for e in events
    }  # fmt: skip


def calendars(w: World) -> Calendars:
    return Calendars(w.context.database, w.now, MESSAGES)


def mine(w: World, initiative: str = "one") -> dict[str, Shown]:
    """The initiative's feed, without its name."""
    found = read(calendars(w).initiative(initiative))
    return {
        name.removesuffix(f" · Initiative-{initiative}"): Shown(str(e.begins), e.sequence, e.status)
        for name, e in found.items()
    }


def of(w: World, person: str) -> set[str]:
    return set(read(calendars(w).person(person)))


@pytest.fixture
def world(database_url: str) -> World:
    w = World(database_url, model(FIRST, stage("second", ("first",))))
    w.enrol()
    return w


def test_a_gate_is_reviewed_within_two_weeks_and_what_is_passed_is_done(world: World) -> None:
    assert mine(world) == {"Vence la etapa: first": Shown("2024-04-19", 0, "CONFIRMED")}
    world.at("2024-02-01").state_figure("first")
    world.evaluate()
    assert mine(world)["Decidir en la puerta: gate of first"] == Shown("2024-02-15", 0, "CONFIRMED")
    world.at("2024-02-12").decide("first")
    assert mine(world) == {
        "✓ Vence la etapa: first": Shown("2024-02-12", 1, "CONFIRMED"),
        "✓ Decidir en la puerta: gate of first": Shown("2024-02-12", 1, "CONFIRMED"),
        "Vence la etapa: second": Shown("2024-05-22", 0, "CONFIRMED"),
    }


def test_a_review_falls_on_a_working_day_and_not_beyond_the_day_of_its_stage(world: World) -> None:
    world.at("2024-03-15").state_figure("first")
    world.evaluate()
    assert mine(world)["Decidir en la puerta: gate of first"].day == "2024-04-01", "the 29th is Good Friday"
    world.enrol("two")
    world.at("2024-06-20").state_figure("first", initiative="two")
    world.evaluate("two")
    assert mine(world, "two")["Vence la etapa: first"].day == "2024-06-23"
    assert mine(world, "two")["Decidir en la puerta: gate of first"].day == "2024-06-24", "the 23rd is a Sunday"


def test_a_gate_that_is_ready_no_longer_is_done_and_one_ready_after_its_day_gets_two_weeks(world: World) -> None:
    world.state_figure("first")
    world.evaluate()
    world.at("2024-01-20").state_figure("first", 0)
    world.evaluate()
    assert mine(world)["Decidir en la puerta: gate of first"] == Shown("2024-01-24", 1, "CANCELLED")
    world.at("2024-05-20").state_figure("first")
    world.evaluate()
    found = read(calendars(world).initiative("one"))
    reviews = [e for name, e in found.items() if name.startswith("Decidir")]
    assert [str(e.begins) for e in reviews] == ["2024-06-03"]


def test_a_hold_ends_unless_something_else_is_decided(world: World) -> None:
    world.state_figure("first")
    world.evaluate()
    world.decide("first", DecisionKind.HOLD, until=date(2024, 3, 1))
    assert mine(world)["Termina la espera: first"] == Shown("2024-03-01", 0, "CONFIRMED")
    review.process_deadlines(world.at("2024-03-04").context)
    assert mine(world)["Termina la espera: first"] == Shown("2024-03-01", 0, "CONFIRMED"), "it came to its end"
    world.evaluate()
    world.decide("first", DecisionKind.STOP)
    found = mine(world)
    assert found["Vence la etapa: first"].status == "CANCELLED", "the initiative stopped, and nothing is due"
    assert found["✓ Decidir en la puerta: gate of first"] == Shown("2024-03-04", 1, "CONFIRMED")


def test_a_condition_is_due_until_it_is_met(database_url: str) -> None:
    w = World(database_url, model(stage("first", (), stated("first"), stated("other")), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.state_figure("other", 0)
    w.evaluate()
    gates.open_gate(w.context, "one", "first")
    done = w.decide("first", DecisionKind.CONDITIONAL_GO, due={"other": date(2024, 3, 1)})
    assert done.refused is None
    assert mine(w)["Vence la condición: other"] == Shown("2024-03-01", 0, "CONFIRMED")
    w.at("2024-02-01").state_figure("other")
    w.evaluate()
    assert mine(w)["✓ Vence la condición: other"] == Shown("2024-02-01", 1, "CONFIRMED")


def test_labels_and_strategies_end_and_a_renewal_moves_the_end(world: World) -> None:
    world.record(
        "label initiative=one name=Bronze level=bronze from=2023-01-01 to=2024-06-30",
        "strategy initiative=one id=s title=Plan horizon=2024-12-31 from=2022-01-01",
    )
    found = mine(world)
    assert found["Vence el sello: Bronze"] == Shown("2024-06-30", 0, "CONFIRMED")
    assert found["Termina la estrategia: Plan"] == Shown("2024-12-31", 0, "CONFIRMED")
    world.record("label initiative=one name=Bronze level=bronze from=2024-07-01 to=2026-06-30")
    assert mine(world)["Vence el sello: Bronze"] == Shown("2026-06-30", 1, "CONFIRMED")
    world.record("strategy initiative=one id=t title=Next horizon=2028-12-31 from=2024-01-01")
    found = mine(world)
    assert found["Termina la estrategia: Plan"].status == "CANCELLED", "another one follows it"
    assert found["Termina la estrategia: Plan"].sequence > 0
    world.record("strategy initiative=one id=t retract=true")
    assert mine(world)["Termina la estrategia: Plan"].status == "CONFIRMED"


def test_a_meeting_is_moved_and_done_under_one_name(world: World) -> None:
    world.record(
        "initiative id=one timezone=America/Monterrey",
        "meeting initiative=one id=m1 body=board on=2024-02-20 time=18:30 place=https://meet.example/x,y;z",
    )
    first = read(calendars(world).initiative("one"))["Reunión: Board · Initiative-one"]
    assert (first.begins.isoformat(), first.place) == ("2024-02-20T18:30:00-06:00", "https://meet.example/x,y;z")
    world.record("meeting initiative=one id=m1 body=board on=2024-02-27 time=18:30")
    moved = read(calendars(world).initiative("one"))["Reunión: Board · Initiative-one"]
    assert (moved.uid, moved.begins.date(), moved.status) == (first.uid, date(2024, 2, 27), "CONFIRMED")
    assert moved.sequence > first.sequence
    world.record("body initiative=one id=board name=Junta")
    renamed = read(calendars(world).initiative("one"))["Reunión: Junta · Initiative-one"]
    assert renamed.sequence > moved.sequence
    for day in ("2024-02-20", "2024-02-27"):
        world.record(f"meeting initiative=one id=m1 on={day} retract=true")
    off = read(calendars(world).initiative("one"))["Reunión: Junta · Initiative-one"]
    assert (off.uid, off.status) == (first.uid, "CANCELLED")
    assert off.sequence > renamed.sequence


def test_each_sees_what_concerns_them_by_role_in_their_language(world: World) -> None:
    world.record(
        "organisation id=agency name=Agency helix=government from=2020-01-01",
        "office id=agency organisation=agency name=Office from=2020-01-01",
        "person id=ofelia name=Ofelia language=en from=2020-01-01",
        "representation person=ofelia organisation=agency from=2020-01-01",
        "initiative id=one office=agency",
        "label initiative=one name=Bronze level=bronze from=2023-01-01 to=2024-06-30",
        "body initiative=one id=table kind=committee name=Table from=2024-01-01",
        "seat initiative=one body=table person=gala from=2024-01-01",
        "meeting initiative=one id=m1 body=table on=2024-02-20",
        "attendance initiative=one meeting=m1 person=nobody organisation=firm on=2024-02-20",
    )
    world.state_figure("first")
    world.evaluate()
    world.decide("first", DecisionKind.HOLD, until=date(2024, 3, 1))
    due, gate = "Stage due: first · Initiative-one", "✓ Decide at the gate: gate of first · Initiative-one"
    hold, label = "Hold ends: first · Initiative-one", "Label ends: Bronze · Initiative-one"
    assert of(world, "mona") == {due, gate, hold, label, "Meeting: Table · Initiative-one"}, "the manager sees all"
    assert of(world, "ofelia") == {due, gate}, "the office"
    assert of(world, "nobody") == {"Reunión: Table · Initiative-one"}, "who is invited"
    spanish = {"Reunión: Table · Initiative-one", "Vence el sello: Bronze · Initiative-one"}
    assert spanish < of(world, "gala"), "a member of the board, who sits at the table"
    with pytest.raises(UnknownName, match="gala"):
        calendars(world).person("gale")
    with pytest.raises(UnknownName, match="ome"):
        calendars(world).initiative("ome")


SERIES = (
    "learning-series id=practice title=Practice timezone=America/Bogota from=2024-01-01",
    "learning-session id=p1 series=practice number=1 topic=Trust planned=2024-03-01 time=10:00 from=2024-01-01",
    "learning-session id=p2 series=practice number=2 topic=Money planned=2024-04-01 from=2024-01-01",
)


def test_learning_sessions_are_for_those_who_enrolled(world: World) -> None:
    world.record(*SERIES)
    assert of(world, "mona") == {"Stage due: first · Initiative-one"}
    world.record("learning-enrolment initiative=one series=practice person=mona from=2024-02-01 to=2024-03-31")
    trust = "Learning session: 1 · Trust · Practice"
    assert of(world, "mona") == {"Stage due: first · Initiative-one", trust}, "not beyond the last day of enrolment"
    assert of(world, "bruno").isdisjoint({trust})
    before = read(calendars(world).person("mona"))[trust]
    assert before.begins.isoformat() == "2024-03-01T10:00:00-05:00"
    world.record("learning-session id=p1 planned=2024-03-08")
    after = read(calendars(world).person("mona"))[trust]
    assert (after.uid, str(after.begins.date())) == (before.uid, "2024-03-08")
    assert after.sequence > before.sequence
    world.record("learning-session id=p1 to=2024-02-20")
    assert read(calendars(world).person("mona"))[trust].status == "CANCELLED"
    assert read(calendars(world).initiative("one"))["Sesión de aprendizaje: 1 · Trust · Practice"].uid == before.uid


def test_a_session_of_two_initiatives_is_one_in_the_calendar_of_who_manages_both(world: World) -> None:
    world.enrol("two")
    world.record(
        *SERIES,
        *(f"learning-enrolment initiative={i} series=practice person=mona from=2024-01-01" for i in ("one", "two")),
    )
    sessions = [name for name in of(world, "mona") if name.startswith("Learning session")]
    assert len(sessions) == 2
    assert len(of(world, "mona")) == 4


def test_a_folder_holds_a_file_for_each_and_what_did_not_change_is_left_alone(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    world.record(*SERIES, "learning-enrolment initiative=one series=practice person=bruno from=2024-01-01")
    done = calendars(world).write(str(folder))
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert files == ["initiatives/one.ics", "people/bruno.ics", "people/gala.ics", "people/mona.ics"]
    assert (done.new, done.changed, done.unchanged, done.removed) == (4, 0, 0, 0)
    assert (folder / "people" / "mona.ics").read_bytes() == calendars(world).person("mona")
    inodes = {p: p.stat().st_ino for p in folder.rglob("*.ics")}

    assert calendars(world.at("2024-01-12")).write(str(folder)).unchanged == 4
    assert {p: p.stat().st_ino for p in folder.rglob("*.ics")} == inodes

    world.record("learning-session id=p2 planned=2024-04-02")
    done = calendars(world).write(str(folder))
    assert (done.changed, done.unchanged) == (2, 2)
    assert {p for p in inodes if p.stat().st_ino != inodes[p]} == {
        folder / "initiatives" / "one.ics", folder / "people" / "bruno.ics",
    }  # fmt: skip

    world.record("seat initiative=one body=board person=bruno retract=true")
    world.record("learning-enrolment initiative=one series=practice person=bruno retract=true")
    calendars(world).write(str(folder))
    assert b"VEVENT" not in (folder / "people" / "bruno.ics").read_bytes(), "subscribed, and nothing is left"
    world.record("person id=bruno retract=true")
    assert calendars(world).write(str(folder)).removed == 1
    assert not (folder / "people" / "bruno.ics").exists()


def test_a_folder_that_cannot_be_written_is_reported(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(ClusterflowError, match=r"the folder of calendars .*/file does not "):
        calendars(world).write(str(tmp_path / "file"))


def test_a_notice_of_a_gate_brings_its_event_and_that_of_a_decision_says_that_it_is_done(world: World) -> None:
    world.state_figure("first")
    world.evaluate()
    world.decide("first")
    opened, decided = (
        next(e for e in ledger.entries(world.context, "one") if e.event.kind == kind)
        for kind in ("gate.opened", "gate.decided")
    )
    with world.context.database.connect() as connection:
        done = attachment_for(connection, "one", decided.event, world.now, EN)
        assert attachment_for(connection, "one", opened.event, world.now, EN) == done, "as it is now"
        due = attachment_of(connection, "one", AppointmentKind.STAGE_DUE, "second/1", world.now, PT)
        assert attachment_of(connection, "one", AppointmentKind.MEETING, "none", world.now, ES) is None
        entered = next(e for e in ledger.entries(world.context, "one") if e.event.kind == "stage.entered")
        assert attachment_for(connection, "one", entered.event, world.now, EN) is None
    assert done is not None
    assert due is not None
    assert done.mime == "text/calendar; charset=utf-8; method=PUBLISH"
    assert due.mime.endswith("method=PUBLISH")
    assert due.name.startswith("stage-due-")
    assert due.name.endswith(".ics")
    assert set(read(done.content)) == {"✓ Decide at the gate: gate of first · Initiative-one"}
    assert set(read(due.content)) == {"Vence a etapa: second · Initiative-one"}, "who reads Portuguese gets it so"


def test_the_same_files_are_written_to_any_address_that_fsspec_knows(world: World, tmp_path: Path) -> None:
    address = f"memory://{tmp_path.name}/calendars"
    done = calendars(world).write(address)
    assert (done.new, done.summary("en")) == (4, "4 new")
    assert calendars(world).write(address).unchanged == 4
    calendars(world).write(str(tmp_path))
    system, root = url_to_fs(address)
    names = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.ics")}
    assert {name: (tmp_path / name).read_bytes() for name in names} == {
        name: system.cat_file(f"{root}/{name}") for name in names
    }
    system.pipe_file(f"{root}/people/gone.ics", b"")
    world.record("meeting initiative=one id=m body=board on=2024-02-10")
    done = calendars(world.at("2024-01-12")).write(address)
    assert (done.changed, done.removed) == (4, 1)


def test_an_address_that_cannot_be_written_is_reported_without_its_password(world: World) -> None:
    with pytest.raises(
        ClusterflowError, match=r"^the folder of calendars none://\*\*\*@host/calendars is not an address"
    ) as caught:
        calendars(world).write("none://office:hunter2@host/calendars?key=hunter2")
    assert "hunter2" not in str(caught.value)


DAYS = st.sampled_from(["2024-01-01", "2024-01-09", "2024-01-20", "2024-02-20", "2024-06-01"])
CHANGES = st.one_of(
    st.builds("meeting initiative=one id={} body=board on={}".format, st.sampled_from(["m", "n"]), DAYS),
    st.builds("meeting initiative=one id={} body=board on={} retract=true".format, st.sampled_from(["m", "n"]), DAYS),
    st.builds("meeting initiative=one id={} body=board place={}".format, st.sampled_from(["m"]), st.sampled_from("ab")),
    st.builds("label initiative=one name=Bronze level=bronze from={} to=2024-12-0{}".format, DAYS, st.integers(1, 9)),
    st.builds("label initiative=one name=Bronze level=bronze from={} retract=true".format, DAYS),
    st.builds("strategy initiative=one id={} title=S{} horizon=202{}-12-31 from={}".format,
              st.sampled_from("st"), st.integers(0, 3), st.integers(5, 7), DAYS),
    st.builds("strategy initiative=one id={} retract=true".format, st.sampled_from("st")),
    st.builds("body initiative=one id=board kind=board name=Board{} from={}".format, st.integers(0, 3), DAYS),
    st.builds("initiative id=one name=One{} country=ES timezone={} from={}".format, st.integers(0, 3),
              st.sampled_from(["UTC", "Europe/Madrid"]), DAYS),
    st.builds("learning-session id=p1 planned={}".format, DAYS),
    st.builds("learning-session id=p1 topic={} from={} series=practice number=1 planned=2024-05-01".format,
              st.sampled_from("ab"), DAYS),
    st.builds("learning-session id=p1 retract=true".format),
    st.builds("learning-series id=practice title=P{} from={}".format, st.integers(0, 3), DAYS),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(CHANGES, st.integers(0, 20)), min_size=6, max_size=15))
def test_what_a_calendar_shows_changes_only_with_a_greater_sequence(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, steps: Iterable[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("sequence") / "clusterflow.db"
    shutil.copy(sqlite_template, path)
    w = World(f"sqlite:///{path}", model(FIRST))
    w.enrol()
    w.record(*SERIES, "learning-enrolment initiative=one series=practice person=mona from=2024-01-01")
    shown: dict[str, tuple[Any, ...]] = {}
    for change, days in steps:
        try:
            w.record(change)
        except ClusterflowError:  # there is nothing to retract or to correct
            continue
        w.now += timedelta(days=days, minutes=1)
        for summary, e in read(calendars(w).initiative("one")).items():
            look = (summary, str(e.begins), e.place, e.status)
            before = shown.get(e.uid)
            assert before is None or e.sequence >= before[0]
            assert before is None or look == before[1:] or e.sequence > before[0], (change, before, look)
            shown[e.uid] = (e.sequence, *look)
    w.context.database.dispose()
