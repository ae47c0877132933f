"""A Prefect server that `clusterflow up` started is started again when it ends, also where its database was lost."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from pathlib import Path

import pytest
from support.patience import PATIENCE_SECONDS
from support.ports import free_port

from clusterflow.prefect import server_start
from clusterflow.prefect.server import PrefectServer, is_up
from clusterflow.prefect.server_start import keep_up


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_start, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(server_start, "RESTART_SECONDS", 0.1)


def kill(server: PrefectServer) -> int:
    """Kill a server and what it has started, and return the number of its process."""
    assert server._process is not None
    os.killpg(server._process.pid, signal.SIGKILL)
    server._process.wait()
    return server._process.pid


async def another(server: PrefectServer, than: int) -> int:
    """Wait until the server runs in another process, and return the number of that."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while server._process is None or server._process.pid == than:
            await asyncio.sleep(0.05)
        return server._process.pid


async def test_a_server_that_is_killed_and_whose_database_is_lost_is_there_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, started_again = PrefectServer(tmp_path / "prefect", free_port()), threading.Event()
    async with server:
        begin = server.start
        monkeypatch.setattr(server, "start", lambda: (begin(), started_again.set()))
        keeping = asyncio.create_task(keep_up(server))
        kill(server)
        for file in server.home.glob("prefect.db*"):
            file.unlink()
        # It answers a moment before its start has ended, and a start that is cancelled stops it.
        assert await asyncio.to_thread(started_again.wait, PATIENCE_SECONDS)
        assert await asyncio.to_thread(is_up, server.api_url)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert server.is_running(), "it is stopped by whom it belongs to"
    assert [r.message.partition(";")[0] for r in caplog.records if r.levelno == logging.ERROR] == [
        "the Prefect server ended and starts again"
    ]


async def test_a_server_that_is_just_starting_again_is_stopped_with_its_owner(tmp_path: Path) -> None:
    server = PrefectServer(tmp_path / "prefect", free_port())
    async with server:
        keeping = asyncio.create_task(keep_up(server))
        second = await another(server, kill(server))
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert not server.is_running()
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


async def test_a_start_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = PrefectServer(tmp_path / "prefect", free_port())
    starts = 0

    def fail() -> None:
        nonlocal starts
        starts += 1
        raise server_start.ServerFailed("its port is taken")

    server.home.mkdir()
    server.log.write_text("bye", encoding="utf-8")
    monkeypatch.setattr(server, "start", fail)
    keeping = asyncio.create_task(keep_up(server))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while starts < 2:
            await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
