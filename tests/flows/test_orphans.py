"""A run whose worker died goes back to the queue, on whatever machine that was; one that somebody works at does not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelling, Pending, Running
from support.office import Office, until, working

from clusterflow.prefect import orphans, runs
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.orphans import (
    HOST,
    ORPHAN_AFTER,
    PROCESS,
    START,
    WORKER_LABEL,
    is_orphan,
    start_of,
    take_back_orphans,
    worker_name,
)
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.worker import serve
from clusterflow.services import gate_forms

PID = os.getpid()
OLD = ORPHAN_AFTER + timedelta(seconds=5)
GONE = f"{HOST}:{2**22 + 1}:gone"
ALIVE = {"plain", worker_name("alive-host"), worker_name(HOST)}


def run_of(process: str | None, worker: str | None, state: State[None], age: timedelta) -> FlowRun:
    since = state.model_copy(update={"timestamp": datetime.now(UTC) - age})
    labels = {WORKER_LABEL: worker} if worker else {}
    return FlowRun(flow_id=uuid4(), state=since, infrastructure_pid=process, labels=labels)


@pytest.mark.parametrize(
    ("process", "worker", "state", "age", "expected"),
    [
        (f"{HOST}:{PID}:another", None, Running(), OLD, True),
        (PROCESS, None, Running(), OLD, True),
        (GONE, None, Running(), OLD, True),
        (f"{HOST}:{os.getppid()}:earlier", None, Running(), OLD, True),
        (f"{HOST}:{os.getppid()}:{start_of(os.getppid())}", worker_name(HOST), Running(), OLD, False),
        (GONE, worker_name(HOST), Cancelling(), OLD, True),
        (GONE, None, Running(), timedelta(0), False),
        ("dead-host:4711:1", None, Running(), OLD, True),
        ("alive-host:4711:1", None, Running(), OLD, False),
        ("4711", "plain", Running(), OLD, False),
        ("4711", "silent", Running(), OLD, True),
        ("4711", "silent", Cancelling(), OLD, True),
        (None, "silent", Pending(), OLD, True),
        (None, "plain", Pending(), OLD, False),
        (GONE, "plain", Pending(), OLD, False),
        ("4711", None, Running(), OLD, False),
        (None, None, Pending(), OLD, True),
        (None, None, Running(), OLD, False),
    ],
    ids=[
        "container-restarted-with-the-same-number",
        "taken-and-lost-by-this-process",
        "process-gone",
        "number-of-another-process",
        "process-alive",
        "cancelled-and-gone",
        "just-begun",
        "other-machine-silent",
        "other-machine-alive",
        "plain-worker-alive",
        "plain-worker-silent",
        "plain-worker-silent-and-cancelled",
        "plain-worker-died-before-it-began",
        "plain-worker-about-to-begin",
        "resumed-by-a-plain-worker",
        "outside-of-workers",
        "never-begun",
        "unknown",
    ],
)
def test_an_orphan_is_recognised_by_its_process_and_by_the_heartbeats_of_its_worker(
    process: str | None, worker: str | None, state: State[None], age: timedelta, expected: bool
) -> None:
    run = run_of(process, worker, state, age)
    assert is_orphan(run, ALIVE.__contains__, (), datetime.now(UTC)) is expected


def test_a_run_that_this_process_executes_is_none() -> None:
    run = run_of(PROCESS, worker_name(HOST), Running(), OLD)
    assert not is_orphan(run, lambda _: False, {run.id}, datetime.now(UTC))
    assert START in PROCESS


async def leave_behind(run: UUID, worker: str, process: str | None = None) -> None:
    """A worker took the run, and has been silent since."""
    async with prefect_client() as client:
        await client.set_flow_run_state(run, Running(), force=True)
        await client.update_flow_run_labels(run, {WORKER_LABEL: worker})
        if process is not None:
            await client.update_flow_run(run, infrastructure_pid=process)


async def kind(run: UUID) -> str:
    return (await runs.state_of([run]))[run].kind


async def reached(run: UUID, *kinds: str) -> None:
    async def look() -> bool | None:
        return True if await kind(run) in kinds else None

    await until(look, f"{kinds}")


@contextmanager
def at_once() -> Iterator[None]:
    """A run counts as left behind at once. No worker must run meanwhile: it would take a run back from itself."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(orphans, "ORPHAN_AFTER", timedelta(0))
        yield


async def test_the_run_of_a_silent_worker_is_run_by_the_next_one_and_that_of_a_living_one_left_alone(
    prefect: PrefectServer, small_flows: Path
) -> None:
    dead, alive = [await runs.start("sleeper/small", {"seconds": 0}) for _ in range(2)]
    await leave_behind(dead, f"ProcessWorker {uuid4()}", "4711")
    await leave_behind(alive, "heard", "4712")
    async with prefect_client() as client:
        await client.send_worker_heartbeat(POOL, "heard", heartbeat_interval_seconds=30)
    with at_once():
        assert {r.id for r in await take_back_orphans()} & {dead, alive} == {dead}
    assert (await runs.state_of([dead]))[dead].name == "AwaitingRetry"
    assert await kind(alive) == "RUNNING"
    worker = asyncio.create_task(serve(small_flows, query_seconds=0.1, grace_seconds=0.2))
    await reached(dead, "COMPLETED")
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    async with prefect_client() as client:
        await client.delete_flow_run(alive)


async def test_a_cancellation_that_its_dead_worker_never_heard_of_ends(
    prefect: PrefectServer, small_flows: Path
) -> None:
    run = await runs.start("sleeper/small", {"seconds": 600})
    await leave_behind(run, f"ProcessWorker {uuid4()}", "4711")
    assert await runs.cancel(run, "enough")
    assert await kind(run) == "CANCELLING"
    with at_once():
        await take_back_orphans()
    assert (await kind(run), (await runs.state_of([run]))[run].message) == ("CANCELLED", "enough")


async def test_reconcile_counts_no_form_whose_worker_died_and_another_worker_shows_it(
    prefect: PrefectServer, deployed: None, begin: Callable[..., Office]
) -> None:
    office = begin()
    office.state_figure("launch", initiative=office.initiative)
    await office.publish()
    ((run, item),) = [
        (UUID(i.run), i) for i in gate_forms.open_gates(office.context, office.initiative) if i.run is not None
    ]
    await leave_behind(run, f"ProcessWorker {uuid4()}", "4711")
    with at_once():
        done = await reconcile(office.context)
    assert (len(done.queued), done.opened, done.sound, done.coming) == (1, (), 0, 1)
    assert "wait for a worker to show their form" in str(done)
    async with working():
        form = await office.asking(item.stage)
    assert form.run_id == run
    again = await reconcile(office.context)
    assert (again.queued, again.sound, again.coming) == ((), 1, 0)


async def test_our_worker_leaves_its_name_with_each_run(prefect: PrefectServer, small_flows: Path) -> None:
    worker = asyncio.create_task(serve(small_flows, query_seconds=0.1, grace_seconds=0.2))
    run = await runs.start("sleeper/small", {"seconds": 0})
    await reached(run, "COMPLETED")

    async def label() -> str | None:
        async with prefect_client() as client:
            found = (await client.read_flow_run(run)).labels.get(WORKER_LABEL)
        return None if found is None else str(found)

    found = await until(label, "the label")
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert found == worker_name(HOST)
