"""A relay dies after it told Prefect and before it recorded that. The repeated events have the same ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.bus import Bus, connect_relay_to
from support.world import World, model, stage

from clusterflow.engine.evaluate import EvaluationResult
from clusterflow.prefect.publish import publish
from clusterflow.services import outbox, review
from clusterflow.services.context import Context
from clusterflow.store.outbox import Span


class RelayDied(BaseException):
    """The relay process has ended."""


async def test_new_facts_do_not_change_the_events_that_are_repeated(database_url: str, tmp_path: Path) -> None:
    w = World(database_url, model(stage("first")))
    w.enrol()
    bus = Bus(tmp_path / "received")
    with connect_relay_to(bus):
        await publish(w.context)
    before = len(bus.received().events)

    def die(what: str) -> None:
        if what == "after event":
            raise RelayDied

    line = "link initiative=one id={} direction=inside with_whom=x from=2024-01-01"
    w.record(line.format("a"))
    with connect_relay_to(Bus(bus.file, die)), pytest.raises(RelayDied):
        await publish(w.context)
    w.record(line.format("b"))  # the clock stands still, as on a day that is rehearsed
    assert outbox.waiting(w.context) == [], "another relay waits while the first may still be working"
    w.now += timedelta(minutes=2)
    with connect_relay_to(bus):
        await publish(w.context)
    repeated = bus.received().events[before:]
    assert sorted(Counter(e["id"] for e in repeated).values()) == [1, 2]
    assert {e["id"]: e["payload"]["records"] for e in repeated} == {e["id"]: {"link": 1} for e in repeated}
    assert outbox.backlog(w.context).events == 0


async def test_a_fact_recorded_during_a_round_is_evaluated_by_the_next(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = World(database_url, model(stage("first")))
    w.enrol()
    with connect_relay_to(Bus(tmp_path / "received")):
        await publish(w.context)
        w.record("link initiative=one id=a direction=inside with_whom=x from=2024-01-01")
        ask = outbox.waiting

        def outgoing(context: Context) -> Sequence[Span]:
            monkeypatch.undo()
            w.state_figure("first")
            return ask(context)

        monkeypatch.setattr(outbox, "waiting", outgoing)
        await publish(w.context)
        assert "gate.opened" not in w.kinds(), "the round had evaluated before"
        assert outbox.backlog(w.context).events > 0
        await publish(w.context)
    assert "gate.opened" in w.kinds()
    assert outbox.backlog(w.context).events == 0


async def test_an_initiative_that_cannot_be_evaluated_does_not_delay_others(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = World(database_url, model(stage("first")))
    for name in ("one", "two"):
        w.enrol(name)
    with connect_relay_to(Bus(tmp_path / "received")):
        await publish(w.context)
        for name in ("one", "two"):
            w.state_figure("first", initiative=name)
        evaluate = review.evaluate

        def trouble(context: Context, initiative: str, *options: Any, **named: Any) -> EvaluationResult:
            if initiative == "one":
                raise RuntimeError("nobody foresaw this")
            return evaluate(context, initiative, *options, **named)

        monkeypatch.setattr(review, "evaluate", trouble)
        done = await publish(w.context)
        assert done.problems == ("one: RuntimeError: nobody foresaw this",)
        assert ("gate.opened" in w.kinds("one"), "gate.opened" in w.kinds("two")) == (False, True)
        monkeypatch.undo()
        w.now += timedelta(minutes=1)
        await publish(w.context)
    assert "gate.opened" in w.kinds("one")
    assert outbox.backlog(w.context).events == 0
