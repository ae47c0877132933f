"""Sends what Prefect would send later from background threads, before this process or its server ends."""

from __future__ import annotations

import inspect
import logging

from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

DRAIN_SECONDS = 5.0
"""How long the shutdown waits for what is still to be sent."""


async def send_what_is_left() -> None:
    """Logs and task states that Prefect sends from the background, while the server is still there to take them."""
    for background in (EventsWorker, APILogWorker):
        # It would warn of whatever is left, though all that is left is waited for.
        logging.getLogger(f"prefect.{background.__name__}").setLevel(logging.ERROR)
        sending = background.drain_all(timeout=DRAIN_SECONDS, at_exit=False)
        if inspect.isawaitable(sending):
            await sending
