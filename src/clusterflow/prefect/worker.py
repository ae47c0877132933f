"""A worker that runs flow runs in its own process: the interpreter, the flows and the database stay warm.

It serves the same work pool and the same deployments as ``prefect worker start --pool clusterflow``.
"""

from __future__ import annotations

import abc
import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import anyio.abc
import httpx
from prefect.client.schemas.objects import Flow as FlowRecord
from prefect.client.schemas.objects import FlowRun, State, WorkPool
from prefect.client.schemas.responses import DeploymentResponse, WorkerFlowRunResponse
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.logging import get_logger
from prefect.settings import PREFECT_WORKER_QUERY_SECONDS, temporary_settings
from prefect.states import Cancelled
from prefect.workers.base import BaseWorker, BaseWorkerResult
from prefect.workers.process import ProcessJobConfiguration, ProcessVariables

from clusterflow.errors import ClusterflowError
from clusterflow.prefect import wakeup
from clusterflow.prefect.execution import Execution
from clusterflow.prefect.orphans import AT_WORK, HOST, PROCESS, live_workers, run_again, take_back_orphans, worker_name
from clusterflow.prefect.pool import POOL, ensure_pool

WATCH_SECONDS = 2.0
"""How often a long run is looked up, to see whether somebody suspends or cancels it."""

RETRY_SECONDS = 2.0
"""How long to wait for a server that went away, before trying again."""

GRACE_SECONDS = 5.0
"""How long a stopping worker waits for its runs to end before it interrupts them."""

INTERRUPTION_SECONDS = 5.0
"""How long it then waits for them to let go; a run between two awaits may be busy in the database."""

Done = asyncio.Future[State | None]

_log = get_logger("clusterflow.worker")


def is_busy() -> bool:
    """Whether this process executes a run at this moment."""
    return bool(AT_WORK)


class InProcessResult(BaseWorkerResult):
    """How the run ended, as far as the process is concerned."""


class InProcessConfiguration(ProcessJobConfiguration):
    """What Prefect reads of a run before it begins; of all that, where its flow is."""

    entrypoint: str | None = None

    def prepare_for_flow_run(
        self,
        flow_run: FlowRun,
        deployment: DeploymentResponse | None = None,
        flow: FlowRecord | None = None,
        work_pool: WorkPool | None = None,
        worker_name: str | None = None,
        worker_id: UUID | None = None,
    ) -> None:
        """Keep what Prefect has read. No environment: to write all settings down for it takes 40 ms of each run."""
        self._related_objects = {"deployment": deployment, "flow": flow, "flow-run": flow_run}
        if deployment is not None:
            self.entrypoint = deployment.entrypoint


class InProcessWorker(BaseWorker[InProcessConfiguration, ProcessVariables, InProcessResult], abc.ABC):
    """Runs each flow run on a thread of this process. Flows are loaded once, from ``root``.

    Job variables (environment, working directory) do not apply here: everything shares one process.
    ``abc.ABC`` among the bases keeps Prefect from registering this class in place of its own process worker,
    whose pools it serves.
    """

    type = "process"
    job_configuration = InProcessConfiguration
    job_configuration_variables = ProcessVariables

    def __init__(
        self,
        root: Path,
        pool: str = POOL,
        *,
        limit: int = 3,
        name: str | None = None,
        grace_seconds: float = GRACE_SECONDS,
        is_fit: Callable[[], bool] = lambda: True,
    ) -> None:
        """
        Args:
            root: the folder that entrypoints by path, as ``flows/own.py:own``, are relative to.
            is_fit: whether this process may work beside the others, at this moment.
        """
        self._is_fit = is_fit
        # Fetching runs ahead of their time would let a sleeping one hold a place that a ready one could use.
        super().__init__(pool, name=name or worker_name(HOST), limit=limit, prefetch_seconds=0)
        self._root = root.resolve()
        self._grace_seconds = grace_seconds
        self._flows: dict[str, Flow[..., Any]] = {}
        self._loading = threading.Lock()
        self._threads = ThreadPoolExecutor(limit, thread_name_prefix="flow-run")
        self._looking = asyncio.Lock()
        self._passed_over = False
        self._alive_before: set[str] | None = None
        self._labelling: set[asyncio.Task[None]] = set()

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Look for runs that are due, and take them; one look after the other, so that none is taken twice."""
        async with self._looking:
            return await super().get_and_submit_flow_runs()

    async def _get_scheduled_flow_runs(self) -> list[WorkerFlowRunResponse]:
        due = await super()._get_scheduled_flow_runs() if self._is_fit() else []
        # A run that was suspended and resumed in the same moment still holds its place from before.
        takable = [d for d in due if d.flow_run.id not in AT_WORK]
        self._passed_over = len(takable) < len(due) or len(takable) > self.limiter.available_tokens
        return takable

    async def _look_when_rung(self) -> None:
        """Besides the looks of Prefect's own loop: as soon as this process starts a run, or has room for one again."""
        with wakeup.subscribed() as signal:
            while True:
                await signal.wait()
                signal.clear()
                try:
                    await self.get_and_submit_flow_runs()
                except Exception as error:
                    _log.warning("a look in between failed, the next one will do: %r", error)

    async def setup(self) -> None:
        """Begin to listen, once the server is known."""
        await super().setup()
        self._listening = asyncio.create_task(self._look_when_rung())

    async def sync_with_backend(self) -> None:
        """Send the heartbeat, and take back the runs that dead workers left behind, on whatever machine."""
        await super().sync_with_backend()
        try:
            alive, before = await live_workers(self._work_pool_name), self._alive_before
            self._alive_before = alive
            # A worker is gone if it is silent at two looks: after the server was away, everybody seems silent once.
            await take_back_orphans(
                self._work_pool_name,
                is_alive=lambda name: before is None or name == self.name or name in alive or name in before,
                at_work=AT_WORK,
            )
        except (httpx.HTTPError, ClusterflowError) as error:
            _log.warning("could not look for runs that a dead worker left behind: %s", error)

    async def teardown(self, *exc_info: Any) -> None:
        """Let go of the threads, once the runs are handed back."""
        self._listening.cancel()
        await super().teardown(*exc_info)
        self._threads.shutdown(wait=False)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: InProcessConfiguration,
        task_status: anyio.abc.TaskStatus[Any] | None = None,
    ) -> InProcessResult:
        """Run one flow run to its end, its suspension or its cancellation."""
        if configuration.entrypoint is None:
            raise ValueError("there is no telling where the flow of this run is: deploy it again")
        AT_WORK.add(flow_run.id)
        try:
            return await self._execute(flow_run, configuration.entrypoint, task_status)
        finally:
            AT_WORK.discard(flow_run.id)
            if self._passed_over:  # by then this run has given up its place
                wakeup.notify_workers()

    async def _give_worker_labels_to_flow_run(self, flow_run_id: UUID) -> None:
        """Name this worker as the owner of the run, without waiting for the server."""
        task = asyncio.create_task(self._label(flow_run_id))
        self._labelling.add(task)
        task.add_done_callback(self._labelling.discard)

    async def _label(self, flow_run_id: UUID) -> None:
        try:
            await super()._give_worker_labels_to_flow_run(flow_run_id)
        except (httpx.HTTPError, ObjectNotFound) as error:
            _log.warning("run %s could not be labelled with its worker: %s", flow_run_id, error)

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Say nothing between Pending and Running: there is no infrastructure to wait for."""

    async def _execute(
        self, flow_run: FlowRun, entrypoint: str, task_status: anyio.abc.TaskStatus[Any] | None
    ) -> InProcessResult:
        flow = await asyncio.to_thread(self._load, entrypoint)
        execution = Execution(flow, flow_run)
        if task_status is not None:
            task_status.started(PROCESS)
        done = execution.start(self._threads)
        try:
            cancelling = await self._watch(flow_run, execution, done)
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                await self._hand_back(flow_run, execution, done)
            raise
        if (error := done.exception()) is not None:  # not raised: even a flow's sys.exit() must not end the worker
            _log.error("run %s ended outside Prefect's engine: %r", flow_run.name, error)
            return InProcessResult(identifier=PROCESS, status_code=1)
        last = cancelling or done.result()
        if last is not None and last.is_cancelling():
            await self.client.set_flow_run_state(flow_run.id, Cancelled(message=last.message), force=True)
        return InProcessResult(identifier=PROCESS, status_code=0)

    def _load(self, entrypoint: str) -> Flow[..., Any]:
        with self._loading:  # loading a file changes the import path of the whole process
            if entrypoint not in self._flows:
                where = str(self._root / entrypoint) if ":" in entrypoint else entrypoint
                self._flows[entrypoint] = load_flow_from_entrypoint(where, use_placeholder_flow=False)
            return self._flows[entrypoint]

    async def _watch(self, flow_run: FlowRun, execution: Execution, done: Done) -> State | None:
        """Wait for the end of the run; stop it when somebody suspends or cancels it. The state that says «cancel»."""
        cancelling: State | None = None
        while not (await asyncio.wait({done}, timeout=WATCH_SECONDS))[0]:
            state = None if cancelling else await self._state_of(flow_run)
            if state is None:
                continue
            if state.is_cancelling():
                cancelling = state
                execution.interrupt()
            elif state.is_paused():
                execution.suspend(state)
        return cancelling

    async def _state_of(self, flow_run: FlowRun) -> State | None:
        try:
            return (await self.client.read_flow_run(flow_run.id)).state
        except (httpx.HTTPError, ObjectNotFound):
            return None  # a server that is away for a moment is no reason to stop the run

    async def _hand_back(self, flow_run: FlowRun, execution: Execution, done: Done) -> None:
        if (await asyncio.wait({done}, timeout=self._grace_seconds))[0]:
            return
        execution.interrupt()
        if not (await asyncio.wait({done}, timeout=INTERRUPTION_SECONDS))[0]:
            _log.warning("run %s could not be interrupted; it ends with this process", flow_run.name)
            return
        try:
            await run_again(flow_run.id, "The worker was stopped; the next one runs this again.")
        except (httpx.HTTPError, ClusterflowError) as error:
            _log.warning("run %s could not be handed back: %s", flow_run.name, error)


async def serve(
    root: Path,
    *,
    pool: str = POOL,
    limit: int = 3,
    query_seconds: float = 0.5,
    name: str | None = None,
    grace_seconds: float = GRACE_SECONDS,
    is_fit: Callable[[], bool] = lambda: True,
) -> None:
    """Serve the pool until cancelled; outlive the server's restarts.

    ``limit`` is the number of runs at a time. Cancel the task to stop: runs get ``grace_seconds`` to end, the rest
    go back to the queue. ``is_fit`` says whether this process may take runs at this moment.
    """
    with temporary_settings({PREFECT_WORKER_QUERY_SECONDS: query_seconds}):
        while True:
            try:
                await ensure_pool(pool)
                worker = InProcessWorker(root, pool, limit=limit, name=name, grace_seconds=grace_seconds, is_fit=is_fit)
                await worker.start(printer=_log.info)
            except* Exception as lost:
                # Prefect's own loop gives up when the server is away for long, or a proxy answers in its place; a
                # server update takes longer.
                _log.warning("the worker lost its server and tries again: %s", lost.exceptions[0])
            await asyncio.sleep(RETRY_SECONDS)
