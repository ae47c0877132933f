"""An office whose doctor is asked: a Prefect server of its own, everything deployed as declared, a worker heard of."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.office import ROOT, clear_runs
from support.ports import free_port

from clusterflow.configs.schedules import load_schedules
from clusterflow.prefect.api import prefect_client, settings_for
from clusterflow.prefect.declarations import Declaration, declare
from clusterflow.prefect.deploy import deploy, write_file
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.server import PrefectServer
from clusterflow.services.catalogue.models import models_in
from clusterflow.settings import Settings

AUTH = "office:let-me-in"


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office's folder, on schedules so rare that none is due while we look."""
    root = tmp_path_factory.mktemp("office")
    shutil.copytree(ROOT / "configs", root / "configs")
    text = (root / "configs" / "schedules.yaml").read_text(encoding="utf-8")
    rare = re.sub(r'cron: "[^"]+"', 'cron: "0 0 1 * *"', text)
    (root / "configs" / "schedules.yaml").write_text(rare, encoding="utf-8")
    (root / "deployments").mkdir()
    write_file(root / "deployments" / "prefect.yaml", declared_in(root))
    return root


def declared_in(root: Path) -> list[Declaration]:
    """What the configs of a folder declare."""
    return declare(models_in(root / "configs").values(), load_schedules(root / "configs" / "schedules.yaml"))


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server of its own: on the others' there are deployments of many tests."""
    home = tmp_path_factory.mktemp("healthy")
    with PrefectServer(home, free_port(), auth=AUTH, settings={"PREFECT_SERVER_UI_ENABLED": "false"}) as server:
        yield server


@pytest.fixture(scope="package")
def deployed(server: PrefectServer, root: Path) -> None:
    """Everything as the file declares it; a test that breaks some of it restores it."""
    assert "review/portfolio" in asyncio.run(deploy(root, server.api_url, AUTH))


@pytest.fixture
def office(server: PrefectServer, deployed: None, root: Path, tmp_path: Path, sqlite_url: str) -> Iterator[Settings]:
    """The settings of that office, and a worker that was heard just now.

    The runs, workers and secrets of a test are deleted after it: the next test finds nothing wrong.
    """
    with settings_for(server.api_url, AUTH):
        asyncio.run(_heartbeat())
        yield Settings(
            home=tmp_path,
            database=sqlite_url,
            configs=root / "configs",
            deployments=root / "deployments",
            prefect_api=server.api_url,
            prefect_auth=SecretStr(AUTH),
            secret=SecretStr("0123456789abcdef"),
        )
        asyncio.run(_clear())


async def _heartbeat() -> None:
    async with prefect_client() as client:
        await client.send_worker_heartbeat(POOL, "somebody", heartbeat_interval_seconds=30)


async def _clear() -> None:
    await clear_runs()
    async with prefect_client() as client:
        for worker in await client.read_workers_for_work_pool(POOL):
            await client.request("DELETE", f"/work_pools/{POOL}/workers/{worker.name}")
        for block in await client.read_block_documents_by_type("secret"):
            await client.delete_block_document(block.id)
