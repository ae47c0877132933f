"""One flow run, on a thread and an event loop of its own inside this process."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
import types
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Executor
from typing import Any, TypeVar

from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.flows import Flow

T = TypeVar("T")


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

    def _run(self) -> State | None:
        try:
            outcome = run_flow(self._flow, flow_run=self._flow_run, return_type="state")
            if inspect.iscoroutine(outcome):
                outcome = asyncio.run(self._cancellable(outcome))
        except (Pause, Abort):
            return None  # suspended, or told by the server to stop: either way the server knows the state
        return outcome if isinstance(outcome, State) else None

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
