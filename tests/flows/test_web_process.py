"""The web pages as a process beside the relay: it ends with its owner, and starts again when it fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest
from support.patience import PATIENCE_SECONDS
from support.ports import free_port

from clusterflow.prefect import web_process
from clusterflow.prefect.web_process import web_pages
from clusterflow.settings import Settings


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    values = {"HOME": str(tmp_path), "DATABASE": sqlite_url, "WEB_PORT": str(free_port())}
    for name, value in values.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{name}", value)
    return Settings()


def pages_of(home: Path) -> list[psutil.Process]:
    found = psutil.process_iter(["environ", "cmdline"])
    return [p for p in found if (p.info["environ"] or {}).get("CLUSTERFLOW_HOME") == str(home) and "web" in p.cmdline()]


async def test_the_pages_end_with_their_owner_even_at_once_and_start_again_when_they_fail(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_process, "RESTART_SECONDS", 0.1)
    async with web_pages(office):
        # No await here: the task that keeps the process up has not had a turn yet.
        (first,) = pages_of(office.home)
    assert pages_of(office.home) == []
    async with web_pages(office):
        (second,) = pages_of(office.home)
        second.kill()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not {p.pid for p in pages_of(office.home)} - {second.pid}:
                await asyncio.sleep(0.05)
    assert first.pid != second.pid
    assert pages_of(office.home) == []
