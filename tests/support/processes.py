"""Real processes, forked from a warm one, that race against each other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

PATIENCE_SECONDS = 120

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["clusterflow.services.notifications.dispatch", "clusterflow.prefect.publish", "apprise", "psycopg"]
)

Runner = Callable[[Context, int], Any]
"""What a racer does in a round, with its own context."""


class Raised:
    """The result of a racer that raised: the exception's name and text."""

    def __init__(self, problem: BaseException) -> None:
        self.name, self.text = type(problem).__name__, str(problem)

    def __repr__(self) -> str:
        return f"{self.name}: {self.text}"


def context_on(settings: Settings, now: datetime) -> Context:
    return Context(settings, open_database(settings.database_url), lambda: now)


def _racer(settings: Settings, now: datetime, rounds: int, run: Runner, start: Any, end: Connection) -> None:
    context = context_on(settings, now)
    outcomes: list[Any] = []
    try:
        for number in range(rounds):
            start.wait(PATIENCE_SECONDS)
            try:
                outcomes.append(run(context, number))
            except Exception as problem:
                outcomes.append(Raised(problem))
    finally:
        end.send(outcomes)
        context.database.dispose()


def race(settings: Settings, now: datetime, rounds: int, *runners: Runner) -> list[tuple[Any, ...]]:
    """Let processes act at the same moment, repeatedly. Return the results by round and by racer."""
    start = CONTEXT.Barrier(len(runners))
    racers: list[tuple[ForkServerProcess, Connection]] = []
    for run in runners:
        here, there = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_racer, args=(settings, now, rounds, run, start, there))
        process.start()
        there.close()
        racers.append((process, here))
    outcomes: list[Sequence[Any]] = []
    for process, here in racers:
        assert here.poll(PATIENCE_SECONDS), "a racer did not end"
        outcomes.append(here.recv())
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == 0
    return list(zip(*outcomes, strict=True))
