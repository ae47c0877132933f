"""People subscribe to their calendars by the web, and nobody can guess an address."""

from __future__ import annotations

from pathlib import Path

import pytest
from icalendar import Calendar
from support.world import CONFIGS, World, model, stage

from clusterflow.errors import ClusterflowError, UnknownName
from clusterflow.services.calendars import Calendars, Subscription

MESSAGES = CONFIGS / "messages"


def test_people_subscribe_to_an_address_that_nobody_guesses(sqlite_url: str, tmp_path: Path) -> None:
    world = World(sqlite_url, model(stage("first")))
    world.enrol()
    place = Subscription("https://office.example/calendars/", b"secret of the office")
    feeds = Calendars(world.context.database, world.now, MESSAGES, place)
    feeds.write(str(tmp_path))
    files = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*.ics")}
    for address in (feeds.address("one"), feeds.address("mona", of_person=True)):
        name = address.removeprefix("https://office.example/calendars/")
        calendar = Calendar.from_ical(files[name])
        assert str(calendar["SOURCE"]) == str(calendar["URL"]) == address
        assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
        assert len(name.split(".")[1]) == 32
    other = Calendars(world.context.database, world.now, MESSAGES, Subscription(place.url, b"another"))
    assert other.address("one") != feeds.address("one")
    with pytest.raises(UnknownName, match="mona"):
        feeds.address("monna", of_person=True)
    with pytest.raises(ClusterflowError, match="set CLUSTERFLOW_CALENDARS_URL"):
        Calendars(world.context.database, world.now, MESSAGES).address("one")
