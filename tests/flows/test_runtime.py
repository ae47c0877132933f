"""What the rest of clusterflow may rely on when it speaks to Prefect."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prefect.flow_runs import suspend_flow_run
from prefect.settings import PREFECT_API_URL, temporary_settings
from support.patience import PATIENCE_SECONDS

from clusterflow.errors import NotPossible, PrefectUnreachable, UnknownName
from clusterflow.prefect import events, plugin, runs
from clusterflow.prefect.api import connected, prefect_client
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.pool import POOL, ensure_pool
from clusterflow.prefect.runs import RunState, Verdict
from clusterflow.prefect.server import Answer, PrefectServer, ServerFailed, ask, is_up
from clusterflow.prefect.worker import is_busy, serve

GO = {"answer": "go", "reason": "ready", "until": "2031-02-03"}


@asynccontextmanager
async def working(root: Path, query_seconds: float = 0.1) -> AsyncIterator[asyncio.Task[None]]:
    """A worker, as long as it is needed."""
    task = asyncio.create_task(serve(root, query_seconds=query_seconds, grace_seconds=0.2))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(run_id: UUID, reached: Callable[[RunState], bool]) -> RunState:
    """Wait for the state; a run that never gets there fails the test with the state it has."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached(state := (await runs.state_of([run_id]))[run_id]):
        assert time.monotonic() < deadline, state
        await asyncio.sleep(0.05)
    return state


def kind(*kinds: str) -> Callable[[RunState], bool]:
    return lambda state: state.kind in kinds


class TestServer:
    def test_knows_its_own_from_strangers(self, prefect_server: PrefectServer) -> None:
        assert is_up(prefect_server.api_url, prefect_server.auth)
        assert ask(prefect_server.api_url, "office:wrong") is Answer.REFUSED
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            assert ask(f"http://127.0.0.1:{nobody.getsockname()[1]}/api") is Answer.NOTHING

    def test_does_not_start_where_one_is_running(self, prefect_server: PrefectServer, tmp_path: Path) -> None:
        with pytest.raises(ServerFailed, match="already running"):
            replace(prefect_server, home=tmp_path).start()

    def test_does_not_start_on_a_stranger_s_port(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as stranger:
            threading.Thread(target=lambda: stranger.accept()[0].close(), daemon=True).start()
            with pytest.raises(ServerFailed, match="not Prefect"):
                PrefectServer(tmp_path, stranger.getsockname()[1]).start()


class TestGate:
    async def test_waits_for_an_answer_that_fits_its_form_and_goes_on_once(
        self, prefect: PrefectServer, small_flows: Path
    ) -> None:
        tag, key = f"initiative:{uuid4()}", str(uuid4())
        async with working(small_flows):
            run = await runs.start("gate/small", {"keys": ["one", "two"]}, idempotency_key=key, tags=[tag])
            assert await runs.start("gate/small", {"keys": ["one", "two"]}, idempotency_key=key) == run
            await until(run, kind("PAUSED"))

        # No worker is there while it is answered, so nothing but the answers changes what the server says.
        [item] = await runs.waiting(tag)
        assert (item.run_id, item.name, item.key) == (run, "waiting at one", "one")
        assert {tag, "small"} <= set(item.tags)
        for wrong in ({**GO, "answer": "perhaps"}, {"answer": "go"}, {**GO, "more": 1}, None):
            refusal = await runs.resume(run, wrong)
            assert refusal.verdict is Verdict.REJECTED
            assert refusal.reason
        assert await runs.resume(run, GO)
        assert (await runs.resume(run, GO)).verdict is Verdict.TOO_LATE
        assert await runs.waiting(tag) == []

        async with working(small_flows):
            await until(run, kind("PAUSED"))
            assert [waiting.key for waiting in await runs.waiting(tag)] == ["two"]
            assert await runs.resume(run, {"answer": "hold", "reason": "not yet"})
            end = await until(run, kind("COMPLETED", "FAILED", "CRASHED"))
        assert (end.name, end.message) == ("Achieved", "go ready 2031-02-03; hold not yet None")
        assert (await runs.resume(run, GO)).verdict is Verdict.TOO_LATE

    async def test_that_nobody_needs_any_more_is_closed_for_good(
        self, prefect: PrefectServer, small_flows: Path
    ) -> None:
        async with working(small_flows):
            run = await runs.start("gate/small", {"keys": ["one"]})
            await until(run, kind("PAUSED"))
            assert await runs.close(run, "decided on the command line")
            state = (await runs.state_of([run]))[run]
            assert (state.kind, state.name, state.message) == ("COMPLETED", "Decided", "decided on the command line")
            assert (await runs.resume(run, GO)).verdict is Verdict.TOO_LATE
            assert not await runs.close(run, "again")
            assert not await runs.cancel(run, "again")


class TestWorker:
    async def test_outlives_its_flows_and_cancels_them(self, prefect: PrefectServer, small_flows: Path) -> None:
        async with working(small_flows) as worker:
            exits = await runs.start("exits/small")
            sleeper = await runs.start("sleeper/small", {"seconds": 600})
            short = await runs.start("sleeper/small", {"seconds": 0})
            await until(exits, kind("CRASHED"))
            await until(sleeper, kind("RUNNING"))
            assert await runs.cancel(sleeper, "no longer wanted")
            assert (await until(sleeper, kind("CANCELLED", "CRASHED"))).message == "no longer wanted"
            await until(short, kind("COMPLETED"))
            assert not worker.done()

    async def test_names_the_run_for_the_log(self, prefect: PrefectServer, small_flows: Path) -> None:
        async with working(small_flows):
            run = await runs.start("sleeper/small", {"seconds": 0})
            done = await until(run, kind("COMPLETED", "FAILED"))
        assert (done.kind, done.message) == ("COMPLETED", str(run))

    async def test_stops_a_run_that_somebody_suspends(self, prefect: PrefectServer, small_flows: Path) -> None:
        async with working(small_flows):
            run = await runs.start("steps/small", {"number": 3000})
            await until(run, kind("RUNNING"))
            await suspend_flow_run(flow_run_id=run, timeout=600)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while is_busy():
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            assert (await runs.state_of([run]))[run].kind == "PAUSED"
            assert await runs.cancel(run, "enough")

    async def test_hands_back_no_run_that_waits_for_an_answer(self, prefect: PrefectServer, small_flows: Path) -> None:
        async with working(small_flows):
            run = await runs.start("sleeper/small", {"seconds": 600})
            await until(run, kind("RUNNING"))
            await suspend_flow_run(flow_run_id=run, timeout=600)
        assert (await runs.state_of([run]))[run].kind == "PAUSED"
        assert await runs.cancel(run, "enough")

    async def test_hands_its_runs_to_the_next_one(self, prefect: PrefectServer, small_flows: Path) -> None:
        async with working(small_flows):
            run = await runs.start("sleeper/small", {"seconds": 600})
            await until(run, kind("RUNNING"))
        assert (await runs.state_of([run]))[run].name == "AwaitingRetry"
        async with working(small_flows):
            await until(run, kind("RUNNING"))
            await runs.cancel(run, "enough")
            await until(run, kind("CANCELLED"))

    async def test_it_starts_what_its_process_schedules_before_it_polls_again(
        self, prefect: PrefectServer, small_flows: Path
    ) -> None:
        async with working(small_flows, query_seconds=600):
            more_than_there_is_room_for = [await runs.start("sleeper/small", {"seconds": 0.5}) for _ in range(5)]
            for run in more_than_there_is_room_for:
                await until(run, kind("COMPLETED"))
            gate = await runs.start("gate/small", {"keys": ["a", "b"]})
            for _ in ("a", "b"):
                await until(gate, kind("PAUSED"))
                while not await runs.resume(gate, GO):  # paused a moment before its form is there
                    await asyncio.sleep(0.05)
            await until(gate, kind("COMPLETED"))

    async def test_cancels_what_has_not_begun_at_once(self, prefect: PrefectServer, small_flows: Path) -> None:
        run = await runs.start("sleeper/small", {"seconds": 600})
        assert await runs.cancel(run, "not needed")
        assert (await runs.state_of([run]))[run].message == "not needed"


class TestDeploy:
    async def test_says_what_prefect_does_not_accept(self, prefect: PrefectServer, small_flows: Path) -> None:
        (small_flows / "wrong.yaml").write_text("deployments: [{name: x, schedules: 7}]", encoding="utf-8")
        with pytest.raises(NotPossible, match="x: schedules"):
            await deploy(small_flows, prefect.api_url, prefect.auth, file=Path("wrong.yaml"))

    async def test_finds_the_pool_made(self, prefect: PrefectServer, small_flows: Path) -> None:
        assert not await ensure_pool()
        async with prefect_client() as client:
            assert (await client.read_work_pool(POOL)).type == "process"

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["/usr/bin/prefect", "--no-prompt", "deploy", "--all"], True),
            (["-m", "deploy"], True),
            (["prefect", "deployment", "ls"], False),
            (["clusterflow", "deploy"], False),
        ],
    )
    def test_makes_the_pool_for_prefect_deploy_only(self, arguments: list[str], expected: bool) -> None:
        assert plugin._is_deploy(arguments) is expected


class TestEvents:
    async def test_are_known_by_our_ids(self, prefect: PrefectServer) -> None:
        event = events.OutgoingEvent(
            id=uuid4(),
            occurred=datetime.now(UTC),
            name="clusterflow.stage.achieved",
            resource={"prefect.resource.id": f"clusterflow.initiative.{uuid4()}"},
            related=[{"prefect.resource.id": "clusterflow.model.basque", "prefect.resource.role": "model"}],
            payload={"stage": "launch"},
        )
        await events.post([event])
        await events.post([event])
        [stored] = await stored_events(event.resource["prefect.resource.id"])
        assert (stored["id"], stored["event"], stored["payload"]) == (str(event.id), event.name, event.payload)

    async def test_that_prefect_does_not_understand_are_named(self, prefect: PrefectServer) -> None:
        nameless = events.OutgoingEvent(id=uuid4(), occurred=datetime.now(UTC), name="x", resource={})
        with pytest.raises(NotPossible, match=r"prefect\.resource\.id"):
            await events.post([nameless])


async def stored_events(resource: str) -> list[dict[str, object]]:
    wanted = {"filter": {"resource": {"id": [resource]}}, "limit": 10}
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with prefect_client() as client:
        while True:
            found: list[dict[str, object]] = (await client.request("POST", "/events/filter", json=wanted)).json()[
                "events"
            ]
            if found:
                return found
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)


class TestWithoutPrefect:
    async def test_one_sentence_says_so(self, prefect: PrefectServer) -> None:
        with pytest.raises(PrefectUnreachable, match="no Prefect server answers"):
            async with connected("http://127.0.0.1:1/api"):
                await runs.waiting()
        with pytest.raises(PrefectUnreachable, match="refuses the password"):
            async with connected(prefect.api_url, "office:wrong"):
                await runs.waiting()
        with temporary_settings({PREFECT_API_URL: None}), pytest.raises(PrefectUnreachable, match="PREFECT_API_URL"):
            await runs.waiting()

    async def test_unknown_names_are_reported(self, prefect: PrefectServer, small_flows: Path) -> None:
        with pytest.raises(UnknownName, match="gate/other"):
            await runs.start("gate/other")
        with pytest.raises(UnknownName):
            await runs.resume(uuid4())
        with pytest.raises(NotPossible, match="seconds"):
            await runs.start("sleeper/small", {"seconds": "long"})
        assert await runs.state_of([uuid4()]) == {}
