"""A wake-up signal from code that starts runs to the worker of the same process, so that it polls at once.

A worker of another process gets no signal, and finds the run when it polls.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_subscribers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}


def notify_workers() -> None:
    """Signal, from any thread, that a run is due."""
    with _lock:
        for event, loop in _subscribers.items():
            loop.call_soon_threadsafe(event.set)


@contextmanager
def subscribed() -> Iterator[asyncio.Event]:
    """Inside the block, the event is set at every signal; the subscriber clears it."""
    event = asyncio.Event()
    with _lock:
        _subscribers[event] = asyncio.get_running_loop()
    try:
        yield event
    finally:
        with _lock:
            del _subscribers[event]
