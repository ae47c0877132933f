"""Reports each command that this process runs: its name, outcome and time. Without observers, nothing is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple

from clusterflow.errors import ClusterflowError, Conflict
from clusterflow.telemetry.work import working_on

Outcome = Literal["done", "repeated", "refused", "conflict", "failed"]
"""``repeated``: the command was done before under its idempotency key. ``conflict``: others changed the same chain at
every attempt. ``failed``: an error that nobody foresaw, or a database that does not answer."""


class EndAsIntended(Exception):
    """Ends a command that is always undone: it is no failure."""


class CommandReport(NamedTuple):
    """A command that has ended. It says nothing about who gave it, nor what was written."""

    name: str
    outcome: Outcome
    seconds: float
    attempts: int
    initiatives: Sequence[str]
    """Those that it read or wrote."""


@dataclass(slots=True)
class CommandWatch:
    """What is known about a command while it runs."""

    outcome: Outcome = "done"
    attempts: int = 0
    initiatives: Callable[[], Sequence[str]] = tuple
    """Gives those that it has read or written so far."""


Observer = Callable[[CommandReport], None]

_observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """Report every command to an observer from now on; the same observer is added once."""
    if observer not in _observers:
        _observers.append(observer)


def stop_observing(observer: Observer) -> None:
    """Report no command to an observer any more."""
    if observer in _observers:
        _observers.remove(observer)


def is_observed() -> bool:
    """Whether anybody observes commands."""
    return bool(_observers)


@contextmanager
def watched(name: str) -> Iterator[CommandWatch]:
    """Report the command of the block to every observer, however it ends."""
    watch = CommandWatch()
    began = time.perf_counter()
    try:
        with working_on(command=name):
            yield watch
    except BaseException as problem:
        watch.outcome = _outcome_of(problem)
        raise
    finally:
        seconds = time.perf_counter() - began
        report = CommandReport(name, watch.outcome, seconds, watch.attempts, watch.initiatives())
        for observer in tuple(_observers):
            observer(report)


def _outcome_of(problem: BaseException) -> Outcome:
    if isinstance(problem, EndAsIntended):
        return "done"
    if isinstance(problem, Conflict):
        return "conflict"
    return "refused" if isinstance(problem, ClusterflowError) else "failed"
