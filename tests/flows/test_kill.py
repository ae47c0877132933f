"""The Prefect server dies in the middle of a burst: nothing waits for ever, each gate is asked and told about once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import SecretStr
from support.mailbox import Mailbox, mail_server
from support.office import ROOT, is_fact, until, working
from support.ports import free_port
from support.world import World, model, stage, stated

from clusterflow.prefect import events, names, runs
from clusterflow.prefect.api import settings_for
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.serving import keep_relaying
from clusterflow.services import gate_forms, ledger, outbox
from clusterflow.services.context import Context, system_clock
from clusterflow.services.outbox import Backlog

DEPLOYMENT = """
pull: []
deployments:
  - {name: tiny, entrypoint: "flows.lifecycle.lifecycle", tags: [lifecycle], work_pool: {name: clusterflow}}
"""
INITIATIVES = [f"i{n}" for n in range(12)]
GATES = INITIATIVES[::3]
DECIDERS = ("mona", "bruno", "gala")
FACTS = 3 * len(INITIATIVES)
KILLED_AFTER, BACK_AFTER = (12, 24), (18, FACTS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrefectServer]:
    server = PrefectServer(tmp_path / "server", free_port(), settings={"PREFECT_SERVER_UI_ENABLED": "false"})
    with server, settings_for(server.api_url):
        yield server


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as found:
        yield found


@pytest.fixture
def w(database_url: str, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", database_url)
    world = World(
        database_url, model(stage("first", (), stated("first"), stated("more", "< 3")), stage("second", ("first",)))
    )
    world.now = system_clock()
    world.context.clock = system_clock
    world.context.settings = world.context.settings.model_copy(update={"mail": SecretStr(mailbox[1])})
    for initiative in INITIATIVES:
        world.enrol(initiative)
    yield world
    world.context.database.dispose()


def facts(w: World) -> Iterable[str]:
    """Three facts of each initiative, of which every third one's open its gate."""
    today = w.now.date()
    for number in range(FACTS):
        initiative = INITIATIVES[number % len(INITIATIVES)]
        if number < len(INITIATIVES):
            yield f"observation initiative={initiative} metric=more numerator=1 denominator=1 on={today}"
        elif number < 2 * len(INITIATIVES):
            value = int(initiative in GATES)
            yield f"observation initiative={initiative} metric=first numerator={value} denominator=1 on={today}"
        else:
            yield f"link initiative={initiative} id=a direction=inside with_whom=x from={today}"


@contextlib.asynccontextmanager
async def relaying(context: Context) -> AsyncIterator[None]:
    task = asyncio.create_task(keep_relaying(context))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def kill(server: PrefectServer) -> None:
    assert server._process is not None
    os.killpg(server._process.pid, signal.SIGKILL)
    await asyncio.to_thread(server._process.wait)
    assert not server.is_running()


async def test_a_server_killed_twice_in_a_burst_delays_and_loses_nothing(
    w: World, server: PrefectServer, mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text(DEPLOYMENT, encoding="utf-8")
    await deploy(ROOT, server.api_url, file=file)
    taken: set[str] = set()
    post = events.post

    async def count_events(outgoing: Iterable[OutgoingEvent]) -> None:
        batch = list(outgoing)
        await post(batch)
        taken.update(str(e.id) for e in batch)

    with patch.object(events, "post", count_events):
        async with relaying(w.context):
            for number, fact in enumerate(facts(w), start=1):
                await asyncio.to_thread(w.record, fact)
                if number in KILLED_AFTER:
                    await until_true(partial(more_than, len(taken), taken), "an event that the server takes")
                    await kill(server)
                if number in BACK_AFTER:
                    assert outbox.backlog(w.context).events > 0
                    await asyncio.to_thread(server.stop)
                    await asyncio.to_thread(server.start)
            await until_true(lambda: is_empty(outbox.backlog(w.context)), "nothing that waits")
    happened = [e for i in INITIATIVES for e in ledger.entries(w.context, i) if not is_fact(e)]
    assert {str(names.event_id(e.hash)) for e in happened} <= taken
    assert all(ledger.first_break(w.context, i) is None for i in INITIATIVES)

    async with working():

        async def forms() -> dict[str, str] | None:
            # First that nothing is at work any more: a run that is suspended between two looks would be missed.
            if await runs.at_work("lifecycle"):
                return None
            waiting = await runs.waiting(names.GATE_OPEN)
            asks = {
                t.removeprefix("initiative:"): str(w.run_id) for w in waiting for t in w.tags if t[:11] == "initiative:"
            }
            assert len(asks) == len(waiting), "one form for each gate"
            return asks

        asks = await until(forms, "the end of the passes")
    assert asks == {i.initiative: i.run for i in gate_forms.open_gates(w.context)}
    assert sorted(asks) == sorted(GATES)
    assert {i: w.kinds(i).count("gate.opened") for i in INITIATIVES} == {i: int(i in GATES) for i in INITIATIVES}
    opened = {i: e.version for i in GATES for e in ledger.entries(w.context, i) if e.event.kind == "gate.opened"}
    keys = mailbox[0].keys()
    sent_keys = [key for key in keys if key.startswith("gate-ready:")]
    assert sorted(sent_keys) == sorted(f"gate-ready:{i}:{v}:{p}" for i, v in opened.items() for p in DECIDERS)


def more_than(number: int, things: Collection[str]) -> bool:
    return len(things) > number


def is_empty(waiting: Backlog) -> bool:
    return waiting.events == waiting.notices == 0


async def until_true(look: Callable[[], bool], what: str) -> None:
    async def found() -> bool | None:
        return look() or None

    await until(found, what)
