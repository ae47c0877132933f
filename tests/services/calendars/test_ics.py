"""What is written is what is read back, whatever people called things."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event
from support.world import CONFIGS

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.text import NOTICE_LANGUAGES, Text
from clusterflow.reports.ics import ATTENDED, CalendarTexts, feed, single, summary
from clusterflow.services.calendars import calendar_texts

ZONES = ["Europe/Madrid", "America/Monterrey", "America/Guayaquil", "Asia/Kathmandu", "UTC"]
TRICKY = st.text(
    st.one_of(st.sampled_from("\r\n,;:\\\"'^nN \tñ\x00\x0b\x85\u2028\u202e🦙"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=120,
)
NAMES = st.one_of(TRICKY, st.just("END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:theirs"), st.just("C:\\New, a\\nb; c"))


def line(text: str) -> str:
    """What of a text a calendar may hold."""
    text = re.sub("\r\n|[\r\x85\u2028\u2029]", "\n", text)
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)


APPOINTMENTS = st.builds(
    Appointment,
    chain=st.sampled_from(["one", "two", "registry"]),
    kind=st.sampled_from(AppointmentKind),
    subject=NAMES,
    what=st.builds(Text, es=NAMES, en=NAMES),
    of=NAMES,
    day=st.dates(date(2020, 1, 1), date(2037, 12, 31)),
    time=st.one_of(st.none(), st.times().map(lambda t: f"{t:%H:%M}")),
    lasts_minutes=st.one_of(st.none(), st.integers(5, 2000)),
    zone=st.sampled_from(ZONES),
    place=st.one_of(st.none(), NAMES),
    sequence=st.integers(0, 99),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
    cancelled=st.booleans(),
)
VOICES = {language: calendar_texts(CONFIGS / "messages", language) for language in NOTICE_LANGUAGES}
LANGUAGES = st.sampled_from(sorted(VOICES.values(), key=lambda v: v.language))


def events(content: bytes) -> list[Event]:
    return [e for e in Calendar.from_ical(content).walk("VEVENT") if isinstance(e, Event)]


@given(name=NAMES, chosen=st.lists(APPOINTMENTS, max_size=5, unique_by=lambda a: a.uid), voice=LANGUAGES)
def test_a_feed_is_read_back_as_it_was_meant(name: str, chosen: list[Appointment], voice: CalendarTexts) -> None:
    content = feed(name, chosen, voice, "America/Bogota")
    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(one) <= 75 for one in lines), "folded by octets"
    assert content == feed(name, chosen[::-1], voice, "America/Bogota"), "the same makes the same"

    calendar = Calendar.from_ical(content)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    raw = str(calendar["NAME"])  # icalendar returns it as it is written in the file
    assert re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], raw) == line(name)
    described = {str(z["TZID"]) for z in calendar.walk("VTIMEZONE")}
    assert described == {a.zone for a in chosen} - {"UTC"} | {"America/Bogota"}

    found = events(content)
    assert len({e["UID"] for e in found}) == len(found) == len(chosen)
    by_uid = {str(e["UID"]): e for e in found}
    for a in chosen:
        agrees(by_uid[a.uid], a, voice)


def agrees(event: Event, a: Appointment, voice: CalendarTexts) -> None:
    assert str(event["SUMMARY"]) == line(f"{voice.headings[a.kind]}: {voice.what(a)} · {a.of}")
    assert str(event.get("LOCATION", "")) == line(a.place or "")
    assert (event["SEQUENCE"], event["DTSTAMP"].dt) == (a.sequence, a.at)
    begins = event["DTSTART"].dt
    if a.time is None:
        assert begins == a.day
        assert not isinstance(begins, datetime)
    else:
        assert begins.replace(tzinfo=None).isoformat() == f"{a.day}T{a.time}:00"
        assert begins.utcoffset() == begins.replace(tzinfo=ZoneInfo(a.zone)).utcoffset()
        assert event["DTSTART"].params.get("TZID", "UTC") == a.zone
        assert event["DURATION"].dt == timedelta(minutes=a.lasts_minutes or 60)
    alarms = event.walk("VALARM")
    assert event["STATUS"] == ("CANCELLED" if a.cancelled else "CONFIRMED")
    assert [alarm["TRIGGER"].dt for alarm in alarms] == ([] if a.cancelled else [timedelta(days=-7)])
    assert event["TRANSP"] == ("OPAQUE" if a.kind in ATTENDED else "TRANSPARENT")


@given(appointment=APPOINTMENTS, voice=LANGUAGES)
def test_one_that_is_sent_says_whether_it_is_kept_or_taken_back(appointment: Appointment, voice: CalendarTexts) -> None:
    content, method = single(appointment, voice)
    calendar = Calendar.from_ical(content)
    assert calendar["METHOD"] == method == ("CANCEL" if appointment.cancelled else "PUBLISH")
    (event,) = events(content)
    agrees(event, appointment, voice)


@given(appointment=APPOINTMENTS)
def test_a_name_lasts_whatever_is_changed(appointment: Appointment) -> None:
    moved = appointment.model_copy(update={"day": date(2030, 1, 1), "sequence": 7, "of": "another", "cancelled": True})
    assert moved.uid == appointment.uid
    assert appointment.model_copy(update={"chain": "elsewhere"}).uid != appointment.uid


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 1), ("2026-03-29", 2), ("2026-10-24", 2), ("2026-10-25", 1)])
def test_a_time_is_that_of_the_clock_on_the_day(day: str, hours: int) -> None:
    meeting = Appointment(
        chain="one", kind=AppointmentKind.MEETING, subject="m", what=Text(es="Junta", en="Board"), of="One",
        day=date.fromisoformat(day), time="09:30", zone="Europe/Madrid", at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    (event,) = events(feed("x", [meeting], VOICES["es"]))
    assert event["DTSTART"].dt.isoformat() == f"{day}T09:30:00+0{hours}:00"
    assert {language: summary(meeting, voice) for language, voice in VOICES.items()} == {
        "es": "Reunión: Junta · One",
        "en": "Meeting: Board · One",
        "ca": "Reunió: Junta · One",
        "eu": "Bilera: Junta · One",
        "pt": "Reunião: Junta · One",
    }
