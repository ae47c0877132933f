"""Measures a local Prefect server on PostgreSQL: flow runs, events and artifacts a second, and the bytes of each."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
from prefect import flow
from prefect.client.schemas.actions import ArtifactCreate

from benches.end_to_end import MEMBERS, _grow, _until_idle
from clusterflow.prefect import events, runs
from clusterflow.prefect.api import connected, prefect_client
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.serving import everything
from clusterflow.services import outbox, registry
from clusterflow.settings import Settings
from tests.support import postgres
from tests.support.ports import free_port

PLACES = 4
PATIENCE_SECONDS = 300
PROSE = (Path(__file__).resolve().parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
PAGE_LENGTH = 4000
"""As the page of an initiative. The database compresses texts, so each is another piece of prose."""

RUN_TABLES = ("flow_run", "flow_run_state", "task_run", "task_run_state", "log")
EVENT_TABLES = ("events", "event_resources")
ARTIFACT_TABLES = ("artifact", "artifact_collection")


def measure(times: int) -> dict[str, float] | None:
    """Start PostgreSQL and a Prefect server on it, and measure; None without PostgreSQL.

    Args:
        times: the number of flow runs; of events it is fifty times as many, of artifacts twice.
    """
    programs = postgres.binaries()
    if programs is None:
        return None
    with postgres.server(programs) as address, tempfile.TemporaryDirectory(prefix="clusterflow-bench-") as folder:
        postgres.execute(address, "CREATE DATABASE prefect")
        server = PrefectServer(
            Path(folder) / "prefect", free_port(), database_url=f"postgresql+asyncpg://postgres@{address}/prefect"
        )
        server.start()
        try:
            # The flows read the environment.
            os.environ |= {"CLUSTERFLOW_HOME": folder, "CLUSTERFLOW_PREFECT_API": server.api_url}
            return asyncio.run(_measure(Settings(), f"postgresql://postgres@{address}/prefect", times))
        finally:
            server.stop()


async def _measure(settings: Settings, database: str, times: int) -> dict[str, float]:
    measured = await _runs(settings, database, times)
    async with connected(settings.prefect_api_url):
        return {
            **measured,
            **await _bare_flows(times),
            **await _events(database, 50 * times),
            **await _artifacts(database, 2 * times),
        }


async def _runs(settings: Settings, database: str, times: int) -> dict[str, float]:
    """Measure passes over initiatives at whose gates nothing waits, with our worker."""
    async with everything(settings, lambda _: None, limit=PLACES) as running:
        for name in [name for name in logging.root.manager.loggerDict if name.startswith("prefect")]:
            logging.getLogger(name).setLevel(logging.ERROR)
        names = [f"one-{n}" for n in range(8)]
        for name in names:
            registry.record(running.context, _grow(running.context, name, MEMBERS - 2))
        while outbox.backlog(running.context).events:
            await asyncio.sleep(0.1)
        await _until_idle()
        before = _bytes(database, RUN_TABLES)
        start = time.perf_counter()
        for n in range(times):
            await runs.start("lifecycle/cordoba", {"initiative": names[n % len(names)]}, tags=[f"scale:{n}"])
        await _until_idle()
        seconds = time.perf_counter() - start
        await asyncio.sleep(3.0)  # task runs and logs are written from the background
        assert _one(database, "SELECT count(*) FROM flow_run WHERE state_type IN ('FAILED', 'CRASHED')") == 0
        return {"runs_rate": times / seconds, "run_bytes": (_bytes(database, RUN_TABLES) - before) / times}


async def _bare_flows(times: int) -> dict[str, float]:
    @flow(persist_result=False)
    async def nothing() -> None:
        """Does nothing: what Prefect's engine itself costs."""

    await nothing()
    start = time.perf_counter()
    for _ in range(times):
        await nothing()
    return {"bare_rate": times / (time.perf_counter() - start)}


async def _events(database: str, times: int) -> dict[str, float]:
    """Post events as the relay does, and wait until all are rows in Prefect's database."""
    resource = {"prefect.resource.id": "clusterflow.initiative.bench"}
    made = [
        OutgoingEvent(
            id=uuid4(), occurred=datetime.now(UTC), name="clusterflow.bench", resource=resource, payload={"n": n}
        )
        for n in range(times)
    ]
    before = _bytes(database, EVENT_TABLES)
    start = time.perf_counter()
    for portion in _portions(made, events.BATCH):
        await events.post(portion)
    end = start + PATIENCE_SECONDS
    while _stored(database) < times:
        if time.perf_counter() > end:
            raise TimeoutError(f"{_stored(database)} of {times} events were stored")
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - start
    return {"events_rate": times / seconds, "event_bytes": (_bytes(database, EVENT_TABLES) - before) / times}


def _portions(made: list[OutgoingEvent], size: int) -> Iterator[list[OutgoingEvent]]:
    for first in range(0, len(made), size):
        yield made[first : first + size]


async def _artifacts(database: str, times: int) -> dict[str, float]:
    before = _bytes(database, ARTIFACT_TABLES)
    async with prefect_client() as client:
        start = time.perf_counter()
        for n in range(times):
            await client.create_artifact(ArtifactCreate(key=f"bench-{n % 10}", type="markdown", data=_piece(n)))
        seconds = time.perf_counter() - start
    return {"artifacts_rate": times / seconds, "artifact_bytes": (_bytes(database, ARTIFACT_TABLES) - before) / times}


def _piece(number: int) -> str:
    start = 97 * number % (len(PROSE) - PAGE_LENGTH)
    return PROSE[start : start + PAGE_LENGTH]


def _bytes(database: str, names: tuple[str, ...]) -> int:
    with psycopg.connect(database) as connection:
        rows = [connection.execute("SELECT pg_total_relation_size(%s::regclass)", (name,)).fetchone() for name in names]
    return sum(int(row[0]) for row in rows if row is not None)


def _stored(database: str) -> int:
    return _one(database, "SELECT count(*) FROM events WHERE event = 'clusterflow.bench'")


def _one(database: str, query: LiteralString) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row is not None else 0
