"""A meeting begins at the same moment in every calendar program: three independent readers agree, by the file alone."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Calendar, Timezone
from support import javascript as node

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.text import Text
from clusterflow.reports.ics import feed
from clusterflow.reports.ics_timezone import timezone_component

from .test_ics import VOICES

ZONES = [
    "Europe/Madrid", "Europe/Lisbon", "Europe/Dublin", "America/Santiago", "America/Tijuana", "America/Monterrey",
    "America/Bogota", "America/Asuncion", "Africa/Casablanca", "Asia/Gaza",
]  # fmt: skip
WITH_A_RULE = ["Europe/Madrid", "Europe/Lisbon", "Europe/Dublin", "America/Santiago", "America/Tijuana"]
YEAR = 2027
MOMENTS = [(date(YEAR, month, day), time) for month in range(1, 13) for day, time in ((1, "00:30"), (28, "18:30"))]


def meetings(zone: str) -> dict[str, Appointment]:
    """Two meetings in each month of a year, by their titles."""
    return {
        f"{day} {time}": Appointment(
            chain="one", kind=AppointmentKind.MEETING, subject=f"{day}", what=Text(es=f"{day} {time}", en="x"),
            of="One", day=day, time=time, zone=zone, at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for day, time in MOMENTS
    }  # fmt: skip


def expected(zone: str) -> list[datetime]:
    starts = (datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone)) for day, time in MOMENTS)
    return [start.astimezone(UTC) for start in starts]


def elsewhere(zone: str) -> bytes:
    """A feed whose zone has a name that no program knows, so that each must read its description."""
    text = feed("One", meetings(zone).values(), VOICES["es"])
    return text.replace(zone.encode(), b"Nowhere/Known")


def by_icalendar(content: bytes) -> list[datetime]:
    (zone,) = (part for part in Calendar.from_ical(content).walk("VTIMEZONE") if isinstance(part, Timezone))
    known = zone.to_tz(lookup_tzid=False)
    return [begin.replace(tzinfo=known).astimezone(UTC) for begin in local_times(content)]


def by_dateutil(content: bytes) -> list[datetime]:
    known = tzical(io.StringIO(content.decode().replace("\r\n", "\n"))).get("Nowhere/Known")
    return [begin.replace(tzinfo=known).astimezone(UTC) for begin in local_times(content)]


def local_times(content: bytes) -> list[datetime]:
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    starts = [line.rpartition(":")[2] for line in lines if line.startswith("DTSTART;TZID=")]
    return sorted(datetime.strptime(start, "%Y%m%dT%H%M%S") for start in starts)  # noqa: DTZ007 - a local time


@pytest.mark.parametrize("zone", ZONES)
def test_two_python_readers_agree_about_every_meeting(zone: str) -> None:
    content = elsewhere(zone)
    assert by_icalendar(content) == expected(zone)
    assert by_dateutil(content) == expected(zone)


@pytest.mark.parametrize("zone", ZONES)
def test_a_javascript_reader_agrees_about_every_meeting(zone: str, javascript: None) -> None:
    lines = node.run("calendar.mjs", given=elsewhere(zone).decode()).splitlines()
    found = sorted(datetime.fromisoformat(line.split("\t")[1].replace("Z", "+00:00")) for line in lines)
    assert found == expected(zone)


@pytest.mark.parametrize("zone", WITH_A_RULE)
def test_a_zone_with_a_rule_is_described_by_rules_alone(zone: str) -> None:
    text = timezone_component(zone, YEAR).to_ical().decode()
    assert text.count("RRULE:FREQ=YEARLY") == text.count("DTSTART") == 2
    assert "RDATE" not in text


@pytest.mark.parametrize("zone", ZONES)
def test_no_line_of_a_zone_holds_several_onsets(zone: str) -> None:
    text = timezone_component(zone, YEAR).to_ical().decode()
    assert "RDATE" not in text


@pytest.mark.parametrize("first_year", [1985, 2020, 2035])
@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_is_right_from_its_first_year_on_for_40_years(zone: str, first_year: int) -> None:
    known = timezone_component(zone, first_year).to_tz(lookup_tzid=False)
    for year in range(first_year, first_year + 38):
        for month in (1, 4, 7, 10, 12):
            local = datetime(year, month, 15, 12)  # noqa: DTZ001 - a local time
            assert local.replace(tzinfo=known).utcoffset() == local.replace(tzinfo=ZoneInfo(zone)).utcoffset(), local
