"""The web pages as a process beside the relay: a flow that computes keeps no visitor waiting."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from clusterflow.errors import ClusterflowError
from clusterflow.settings import Settings

PATIENCE_SECONDS = 30.0
"""How long the pages may take to start; they take about a second."""

GRACE_SECONDS = 5.0
"""How long requests that are under way may take at the end."""

RESTART_SECONDS = 5.0
"""Between the end of a process that failed and the next one."""

LONGEST_LOG = 1_000
"""How many characters of the log an error repeats."""

_log = logging.getLogger("clusterflow.web")


@asynccontextmanager
async def web_pages(settings: Settings) -> AsyncIterator[None]:
    """Run ``clusterflow web`` in a process of its own, and start it again if it ends.

    Raises:
        ClusterflowError: the process ended at once, for example because its port is taken.
    """
    _refuse_taken_port(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    log = settings.home / "web.log"
    pages = _Pages(log)
    await pages.start()
    keeping: asyncio.Task[None] | None = None
    try:
        await _wait_until_up(pages.process, settings, log)
        keeping = asyncio.create_task(pages.keep_up())
        yield
    finally:
        if keeping is not None:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
        # Not in the task: one that is cancelled before its first step runs no «finally».
        await pages.stop()


def _refuse_taken_port(settings: Settings) -> None:
    """Look before the start: another program at the port might answer in the place of the pages."""
    with contextlib.suppress(OSError), socket.create_connection((_own_host(settings), settings.web_port), 1):
        raise ClusterflowError(
            f"port {settings.web_port} is taken by another program: end it, or set CLUSTERFLOW_WEB_PORT"
        )


def _own_host(settings: Settings) -> str:
    """Where this machine reaches the pages. Where they listen on every address, loopback is one of them."""
    return "127.0.0.1" if settings.web_host in ("0.0.0.0", "::") else settings.web_host  # noqa: S104 - compared


class _Pages:
    """The process of the pages, the current one."""

    process: Process

    def __init__(self, log: Path) -> None:
        self.log = log

    async def start(self) -> None:
        with self.log.open("wb") as output:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "from clusterflow.cli import main; main()", "web",
                stdin=DEVNULL, stdout=output, stderr=STDOUT, start_new_session=True,
            )  # fmt: skip

    async def keep_up(self) -> None:
        """Start the process again whenever it ends."""
        while True:
            await self.process.wait()
            _log.error("the web pages ended with %s and start again; see %s", self.process.returncode, self.log)
            await asyncio.sleep(RESTART_SECONDS)
            await self.start()

    async def stop(self) -> None:
        for end in (self.process.terminate, self.process.kill):
            if self.process.returncode is not None:
                return
            end()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), GRACE_SECONDS)


async def _wait_until_up(process: Process, settings: Settings, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    host = _own_host(settings)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}/health"
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 - plain HTTP; loading certificates takes time
        while process.returncode is None and time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(address)).text == "ok":
                    return
            await asyncio.sleep(0.05)
    why = log.read_text(encoding="utf-8", errors="replace")[-LONGEST_LOG:].strip()
    raise ClusterflowError(f"the web pages did not start; see {log}: {why}")
