"""Processes send heartbeats. One that does not fit the others says so, and must not work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from support.world import World

from clusterflow.domain.text import Text
from clusterflow.errors import NotPossible
from clusterflow.rules.process_conflicts import Difference
from clusterflow.services import processes
from clusterflow.services.context import Context
from clusterflow.services.diagnostics import processes as room
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.services.processes import Presence, present


@pytest.fixture
def world(database_url: str) -> World:
    world = World(database_url)
    world.context.settings = world.context.settings.model_copy(update={"secret": SecretStr("s" * 32)})
    return world


def another(world: World, secret: str) -> Context:
    settings = world.context.settings.model_copy(update={"secret": SecretStr(secret)})
    return Context(settings, world.context.database, world.context.clock)


def findings(world: World) -> list[tuple[Outcome, str]]:
    class Here(Surroundings):
        @property
        def database(self):  # type: ignore[no-untyped-def]
            return world.context.database

    return [(r.outcome, r.found.en) for r in room.look(Here(world.context.settings))]


def test_processes_that_are_alike_say_nothing(world: World) -> None:
    reported: list[str] = []
    with present(world.context, "relay", reported.append), present(world.context, "web", reported.append) as second:
        assert second.is_fit
        ((outcome, found),) = findings(world)
    assert reported == []
    assert outcome is Outcome.OK
    assert found.startswith("running: relay ")
    assert findings(world)[-1] == (Outcome.OK, "none was heard in the last minute and a half")


def test_another_version_is_reported_and_may_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[str] = []
    with present(world.context, "relay", reported.append):
        monkeypatch.setattr(processes, "__version__", "9.0")
        with present(world.context, "worker", reported.append) as newer:
            assert newer.is_fit
            assert findings(world)[0][0] is Outcome.WARNING
    (text,) = reported
    assert text.startswith("this process is clusterflow 9.0; there also run: relay ")


def test_another_secret_is_refused_and_neither_is_shown(world: World) -> None:
    reported: list[str] = []
    with present(world.context, "relay", reported.append) as first:
        with (
            pytest.raises(NotPossible, match="the secret of this process is not that of relay") as refused,
            present(another(world, "t" * 32), "worker", reported.append),
        ):
            pass
        first.beat()
        assert first.is_fit, "the one that runs longer goes on"
        stranger = Presence(another(world, "t" * 32), "worker")
        stranger.beat()
        assert [f[0] for f in findings(world)] == [Outcome.WARNING, Outcome.OK]
        assert first.me.secret != stranger.me.secret
        assert not {"s" * 4, "t" * 4} & {refused.value.args[0][n : n + 4] for n in range(500)}
    assert reported == []


def test_an_office_whose_every_process_has_the_new_secret_works_again(world: World) -> None:
    with present(world.context, "relay", print):
        pass
    with present(another(world, "t" * 32), "relay", print) as changed:
        assert changed.is_fit


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_ten_minutes_off_is_refused(
    world: World, database_url: str, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    if not database_url.startswith("postgresql"):
        with present(world.context, "worker", print, clock) as here:
            assert here.is_fit, "SQLite has no clock of its own: its file is on this machine"
        return
    with (
        pytest.raises(NotPossible, match=r"differs from that of the database by (599|600|601) seconds"),
        present(world.context, "worker", print, clock),
    ):
        pass
    off = Presence(world.context, "worker", clock)
    off.beat()
    assert off.found == (Difference.CLOCK,)
    (warned, _) = findings(world)
    assert warned[0] is Outcome.WARNING


def test_a_process_that_stops_fitting_while_it_runs_does_not_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence = Presence(world.context, "relay")
    presence.beat()
    assert presence.is_fit
    monkeypatch.setattr(processes, "differences", lambda *_: [Difference.CLOCK])
    presence.beat()
    assert not presence.is_fit
    (text,) = presence.texts().values()
    assert isinstance(text, Text)
    assert text.es.startswith("el reloj de esta máquina")
