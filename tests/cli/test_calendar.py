"""The command line writes calendars."""

from __future__ import annotations

from pathlib import Path

import pytest
from icalendar import Calendar

from .conftest import Run


def test_a_calendar_is_printed_or_put_into_a_file(office: Run, home: Path) -> None:
    result = office("calendar", "initiative", "one")
    assert result.code == 0
    printed = [str(e["SUMMARY"]) for e in Calendar.from_ical(result.out).walk("VEVENT")]
    assert printed == ["Vence la etapa: Masa crítica · One"]
    assert office("calendar", "initiative", "one", "--to", "one.ics").out == ""
    assert (home / "one.ics").read_bytes().decode() == result.out
    assert "Vence la etapa" in office("calendar", "person", "ofelia").out


def test_all_calendars_go_into_a_folder(office: Run, home: Path) -> None:
    assert office("calendar", "write", "feeds", "--json").json == {"new": 2, "changed": 0, "unchanged": 0, "removed": 0}
    assert sorted(p.name for p in (home / "feeds").rglob("*.ics")) == ["ofelia.ics", "one.ics"]
    assert office("calendar", "write", "feeds").out.strip() == "feeds: 2 unchanged"


def test_the_address_of_a_feed_is_printed_for_two_kinds_of_programs(
    office: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office("calendar", "address", "one").code == 3
    monkeypatch.setenv("CLUSTERFLOW_CALENDARS_URL", "https://office.example/feeds")
    web, webcal = office("calendar", "address", "one").out.split()
    assert web.startswith("https://office.example/feeds/initiatives/one.")
    assert webcal == web.replace("https", "webcal")


def test_what_is_not_there_is_reported(office: Run, home: Path) -> None:
    assert "no initiative is called «two»" in office("calendar", "initiative", "two").err
    assert "the nearest: ofelia" in office("calendar", "person", "ofeliia").err
    result = office("calendar", "initiative", "one", "--to", "nowhere/one.ics")
    assert (result.code, result.out) == (2, "")
    assert "cannot be written" in result.err
    wrong = office("record", "learning-series", "id=s", "title=S", "timezone=Mars", "from=2024-01-01")
    assert "no time zone is called «Mars»" in wrong.err
    office("record", "learning-series", "id=s", "title=S", "from=2024-01-01")
    session = ("learning-session", "id=p", "series=s", "number=1", "topic=T", "planned=2024-03-01", "from=2024-01-01")
    wrong = office("record", *session, "time=9h30")
    assert "time: «9h30» is not a time of day; accepted: HH:MM, as 09:30" in wrong.err
    unknown = [word.replace("series=s", "series=t") for word in session]
    assert "no learning-series is called «t»" in office("record", *unknown).err
