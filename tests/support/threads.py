"""Threads that act at the same moment and are interrupted often."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")

OFTEN_SECONDS = 1e-6


def at_once(do: Callable[[], T], threads: int = 8) -> list[T]:
    """Return the result of each thread. If one raised, raise its exception."""
    start = Barrier(threads)

    def go() -> T:
        start.wait()
        return do()

    with _restless(), ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(go) for _ in range(threads)]]


@contextmanager
def _restless() -> Iterator[None]:
    """Let the interpreter switch threads as often as possible."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(OFTEN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
