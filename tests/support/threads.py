"""Threads that do something at the same moment and are interrupted often."""

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
    """What came of it in each thread; where one raised, this raises."""
    start = Barrier(threads)

    def go() -> T:
        start.wait()
        return do()

    with _restless(), ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(go) for _ in range(threads)]]


@contextmanager
def _restless() -> Iterator[None]:
    """The interpreter turns to another thread as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(OFTEN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
