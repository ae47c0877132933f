"""A relay that dies between telling Prefect and noting it: what is told again bears the same ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from support.bus import Bus, speaking_to
from support.world import World, model, stage

from clusterflow.engine.evaluate import EvaluationResult
from clusterflow.prefect.publish import publish
from clusterflow.services import outbox, review
from clusterflow.services.context import Context
from clusterflow.store.outbox import Span


class Died(BaseException):
    """The relay is no more."""


async def test_facts_that_come_in_meanwhile_change_nothing_in_what_is_told_again(
    database_url: str, tmp_path: Path
) -> None:
    w = World(database_url, model(stage("first")))
    w.enrol()
    bus = Bus(tmp_path / "heard")
    with speaking_to(bus):
        await publish(w.context)
    before = len(bus.heard().events)

    def die(what: str) -> None:
        if what == "after event":
            raise Died

    line = "link initiative=one id={} direction=inside with_whom=x from=2024-01-01"
    w.record(line.format("a"))
    with speaking_to(Bus(bus.file, die)), pytest.raises(Died):
        await publish(w.context)
    w.record(line.format("b"))  # by the same clock, which stands still here: as on a day that is rehearsed
    assert outbox.waiting(w.context) == [], "another relay waits for as long as the first may be at work"
    w.now += timedelta(minutes=2)
    with speaking_to(bus):
        await publish(w.context)
    told = bus.heard().events[before:]
    assert sorted(Counter(e["id"] for e in told).values()) == [1, 2]
    assert {e["id"]: e["payload"]["records"] for e in told} == {e["id"]: {"link": 1} for e in told}
    assert outbox.backlog(w.context).events == 0


async def test_a_fact_that_comes_in_while_a_round_goes_on_is_evaluated_by_the_next(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = World(database_url, model(stage("first")))
    w.enrol()
    with speaking_to(Bus(tmp_path / "heard")):
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


async def test_who_cannot_be_evaluated_waits_alone(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = World(database_url, model(stage("first")))
    for name in ("one", "two"):
        w.enrol(name)
    with speaking_to(Bus(tmp_path / "heard")):
        await publish(w.context)
        for name in ("one", "two"):
            w.state_figure("first", initiative=name)
        evaluate = review.evaluate

        def trouble(context: Context, initiative: str, actor: str | None = None) -> EvaluationResult:
            if initiative == "one":
                raise RuntimeError("nobody foresaw this")
            return evaluate(context, initiative, actor)

        monkeypatch.setattr(review, "evaluate", trouble)
        done = await publish(w.context)
        assert done.problems == ("one: nobody foresaw this",)
        assert ("gate.opened" in w.kinds("one"), "gate.opened" in w.kinds("two")) == (False, True)
        monkeypatch.undo()
        w.now += timedelta(minutes=1)
        await publish(w.context)
    assert "gate.opened" in w.kinds("one")
    assert outbox.backlog(w.context).events == 0
