"""One flow run, on a thread and an event loop of its own inside this process."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import types
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect._flow_run_suspension import (
    FlowRunSuspensionRequest,
    mark_flow_run_suspension_requested,
    register_flow_run_suspension_request,
)
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import AsyncFlowRunEngine, run_flow
from prefect.flows import Flow
from prefect.utilities.callables import get_call_parameters

from clusterflow.telemetry.work import working_on

T = TypeVar("T")


class _Engine(AsyncFlowRunEngine[Any, Any]):
    """Prefect's, without the thread and the websocket that it opens for each run to hear of a suspension from outside.

    They cost a run 0.2 s and the server more; ``suspend`` says the same, and the worker checks its runs anyway.
    The heartbeats of each run cost another thread. The worker sends its own, and those who miss them take the run back.
    """

    @property
    def heartbeat_seconds(self) -> int | None:
        """Return how often the run sends a heartbeat: never."""
        return None

    @contextmanager
    def setup_flow_run_suspension_request(self) -> Generator[FlowRunSuspensionRequest, None, None]:
        """Where ``suspend`` leaves its word, and the engine looks between two steps."""
        if self.flow_run is None:
            raise ValueError("a run is needed, to be suspended")
        request = self._get_flow_run_suspension_request()
        with register_flow_run_suspension_request(self.flow_run.id, request):
            yield request


class Execution:
    """Runs ``flow`` for ``flow_run``.

    It has its own thread because Prefect's engine and the flows' database work block, and must not hold up the
    worker's polling nor the other runs.
    """

    def __init__(self, flow: Flow[..., Any], flow_run: FlowRun) -> None:
        self._flow = flow
        self._flow_run = flow_run
        self._lock = threading.Lock()
        self._interrupted = False
        self._cancel: Callable[[], object] = lambda: None

    def start(self, threads: Executor) -> asyncio.Future[State | None]:
        """Begin on one of ``threads``; the future gives the last state, None where the run was suspended or stopped.

        It raises only what the engine did not handle.
        """
        context = contextvars.copy_context()  # carries the settings: the API address above all
        return asyncio.get_running_loop().run_in_executor(threads, context.run, self._run)

    def interrupt(self) -> None:
        """Stop an ``async`` flow at its next ``await``, and leave its state to the caller.

        A plain ``def`` flow cannot be stopped from outside; it runs to its end.
        """
        with self._lock:
            self._interrupted = True
            self._cancel()

    def suspend(self, state: State) -> None:
        """Somebody else suspended the run: its engine stops at the next step, and it may be resumed later."""
        mark_flow_run_suspension_requested(self._flow_run.id, state)

    def _run(self) -> State | None:
        with working_on(run=str(self._flow_run.id)):
            return self._run_to_end()

    def _run_to_end(self) -> State | None:
        try:
            if self._flow.isasync and not self._flow.isgenerator:
                return asyncio.run(self._cancellable(self._engine()))
            outcome = run_flow(self._flow, flow_run=self._flow_run, return_type="state")
        except (Pause, Abort):
            return None  # suspended, or stopped by the server: either way the server knows the state
        return outcome if isinstance(outcome, State) else None

    async def _engine(self) -> State | None:
        """As ``prefect.flow_engine.run_flow_async`` does it, but with an engine that leaves the looking out to us."""
        parameters = get_call_parameters(self._flow.fn, (), self._flow_run.parameters)
        engine = _Engine(flow=self._flow, flow_run=self._flow_run, parameters=parameters)
        async with engine.start():
            while engine.is_running():
                async with engine.run_context():
                    await engine.call_flow_fn()  # type: ignore[unused-coroutine] # Prefect's annotation says it twice
        return engine.state

    async def _cancellable(self, engine: Coroutine[Any, Any, T]) -> T:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        with self._lock:
            if task is not None:
                self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
            if self._interrupted:
                self._cancel()
        try:
            return await _abortable(engine, lambda: self._interrupted)
        finally:
            with self._lock:
                self._cancel = lambda: None


@types.coroutine
def _abortable(engine: Coroutine[Any, Any, T], interrupted: Callable[[], bool]) -> Generator[Any, Any, T]:
    """Drive ``engine``, and let a cancellation of ours reach it as Prefect's ``Abort``.

    A plain cancellation makes the engine report Crashed, which rings the alarms set on crashes; ``Abort`` makes it
    leave the state as it is. Cancellations that are not ours (the flow's own time limit) pass unchanged.
    """
    try:
        step = engine.send(None)
        while True:
            try:
                answer = yield step
            except asyncio.CancelledError as cancelled:
                step = engine.throw(Abort("interrupted by the worker") if interrupted() else cancelled)
            else:
                step = engine.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result
