"""A relay that dies between telling Prefect and noting it: what is told again bears the same ids."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from support.bus import Bus, speaking_to
from support.world import World, model, stage

from clusterflow.prefect.publish import publish


class Died(BaseException):
    """The relay is no more."""


async def test_facts_that_come_in_meanwhile_change_nothing_in_what_is_told_again(
    database_url: str, tmp_path: Path
) -> None:
    w = World(database_url, model(stage("first")))
    w.enrol()
    bus = Bus(tmp_path / "heard")
    with speaking_to(bus):
        await publish(w.app)
    before = len(bus.heard().events)

    def die(what: str) -> None:
        if what == "after event":
            raise Died

    line = "link initiative=one id={} direction=inside with_whom=x from=2024-01-01"
    w.record(line.format("a"))
    with speaking_to(Bus(bus.file, die)), pytest.raises(Died):
        await publish(w.app)
    w.record(line.format("b"))  # by the same clock, which stands still here: as on a day that is rehearsed
    assert w.app.outgoing() == [], "another relay waits for as long as the first may be at work"
    w.now += timedelta(minutes=2)
    with speaking_to(bus):
        await publish(w.app)
    told = bus.heard().events[before:]
    assert sorted(Counter(e["id"] for e in told).values()) == [1, 2]
    assert {e["id"]: e["payload"]["records"] for e in told} == {e["id"]: {"link": 1} for e in told}
    assert w.app.backlog().events == 0
