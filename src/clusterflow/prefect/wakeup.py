"""A nudge from those who start runs to the worker of the same process, which need not wait for its next look.

It is a convenience: a worker of another process hears nothing, and finds the run when it looks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_listening: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}


def ring() -> None:
    """Say, from any thread, that a run is due."""
    with _lock:
        for heard, loop in _listening.items():
            loop.call_soon_threadsafe(heard.set)


@contextmanager
def listening() -> Iterator[asyncio.Event]:
    """Inside, the event is set whenever somebody rings; who hears it clears it."""
    heard = asyncio.Event()
    with _lock:
        _listening[heard] = asyncio.get_running_loop()
    try:
        yield heard
    finally:
        with _lock:
            del _listening[heard]
