"""Finds the runs that a worker left behind when it died, and puts them back into the queue.

Prefect leaves such a run Pending, Running or Cancelling for ever. Workers send heartbeats; a run belongs to the worker
that its labels name, and on this machine to the process that its infrastructure id names.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType, Worker
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from clusterflow.prefect.api import all_pages, prefect_client
from clusterflow.prefect.pool import POOL

ORPHAN_AFTER = timedelta(seconds=30)
"""A run must have been in its state for so long before it counts as left behind."""

MISSED_BEATS = 3
"""A worker that has missed so many heartbeats is gone; Prefect counts the same way."""

USUAL_BEAT = timedelta(seconds=30)

WORKER_LABEL = "prefect.worker.name"
"""The label under which a run names the worker that took it last."""


def worker_name(host: str) -> str:
    """Return the name of the worker that ``clusterflow up`` runs on a host."""
    return f"clusterflow {host}"


def start_of(pid: int) -> str | None:
    """Return the tick at which a process began, which tells it from a later one of the same number; Linux only."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return status.rpartition(")")[2].split()[19]


HOST = socket.gethostname()
START = start_of(os.getpid()) or uuid4().hex[:8]
PROCESS = f"{HOST}:{os.getpid()}:{START}"
"""The infrastructure id of the runs that this process executes."""


AT_WORK: set[UUID] = set()
"""The runs that this process executes at this moment."""


def last_beat(worker: Worker) -> datetime:
    """Return when a worker was heard of last."""
    return worker.last_heartbeat_time or datetime.min.replace(tzinfo=UTC)


def sends_heartbeats(worker: Worker, now: datetime) -> bool:
    """Return whether a worker still sends heartbeats."""
    seconds = worker.heartbeat_interval_seconds
    beat = timedelta(seconds=seconds) if seconds else USUAL_BEAT
    return now - last_beat(worker) <= MISSED_BEATS * beat


async def live_workers(pool: str = POOL) -> set[str]:
    """Return the names of the workers of the pool that still send heartbeats."""
    now = datetime.now(UTC)
    async with prefect_client() as client:
        try:
            known = await all_pages(client.read_workers_for_work_pool, work_pool_name=pool)
        except ObjectNotFound:
            return set()
    return {w.name for w in known if sends_heartbeats(w, now)}


async def take_back_orphans(
    pool: str = POOL, *, is_alive: Callable[[str], bool] | None = None, at_work: Collection[UUID] = ()
) -> list[FlowRun]:
    """Put the runs that dead workers left behind back into the queue, and return them.

    Args:
        is_alive: whether a worker counts as alive, by its name; by default if it still sends heartbeats.
        at_work: the runs that this process executes.
    """
    living = is_alive or (await live_workers(pool)).__contains__
    begun = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    async with prefect_client() as client:
        runs: Iterable[FlowRun] = await all_pages(
            client.read_flow_runs,
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=begun)),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
        )
    now = datetime.now(UTC)
    message = "The worker of this run is gone; the next one runs it again."
    return [run for run in runs if is_orphan(run, living, at_work, now) and await run_again(run.id, message)]


def is_orphan(flow_run: FlowRun, is_alive: Callable[[str], bool], at_work: Collection[UUID], now: datetime) -> bool:
    """Return whether a run that has begun belongs to a worker that is no more.

    Args:
        is_alive: whether a worker counts as alive, by its name.
        at_work: the runs that this process executes.
    """
    if flow_run.id in at_work or flow_run.state is None or now - flow_run.state.timestamp < ORPHAN_AFTER:
        return False  # it may have a new owner that is not written down yet
    host, _, rest = (flow_run.infrastructure_pid or "").partition(":")
    pid, _, start = rest.partition(":")
    ours = pid.isdigit()  # Prefect's own worker writes a bare number
    worker = flow_run.labels.get(WORKER_LABEL) or (worker_name(host) if ours else None)
    if worker is None:
        # Its worker died before it recorded its name, or the run was started outside of workers.
        return flow_run.state.is_pending() and not flow_run.infrastructure_pid
    if ours and host == HOST and worker == worker_name(host):
        # On this machine the process itself is looked for: a worker of the same name may have been started again.
        return not _is_running(int(pid), start)
    return not is_alive(str(worker))


def _is_running(pid: int, start: str) -> bool:
    if pid == os.getpid():
        # A restarted container gives the same number to its next process. And a worker that lost its server between
        # taking a resumed run and beginning it left that run to nobody, though the run still names this process.
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    begun = start_of(pid)
    return not (start and begun) or begun == start


async def run_again(run_id: UUID, message: str) -> bool:
    """Put a run back into the queue; end it if somebody asked for its cancellation.

    Returns:
        False if it is suspended or has ended meanwhile; then nothing is changed.
    """
    async with prefect_client() as client:
        try:
            state = (await client.read_flow_run(run_id)).state
            if state is None or not (state.is_pending() or state.is_running() or state.is_cancelling()):
                return False  # an open form must stay open
            again: State[Any] = Scheduled(name="AwaitingRetry", message=message)
            if state.is_cancelling():
                again = Cancelled(message=state.message)
            await client.set_flow_run_state(run_id, again, force=True)
        except ObjectNotFound:
            return False
    return True
