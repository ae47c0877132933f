"""The advice of the doctor is followed: the trouble is gone, and nothing else with it. What Prefect lost heals."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.exceptions import ObjectNotFound
from support.command import run_here
from support.findings import given, gone
from support.office import ROOT, until

from clusterflow.prefect import runs
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health import deployments, workers
from clusterflow.prefect.health.deployments import deployed as deployments_there
from clusterflow.prefect.pool import POOL, ensure_pool
from clusterflow.prefect.restore import restore_deployments
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.worker import serve
from clusterflow.services.context import Context
from clusterflow.services.diagnostics.finding import CheckResult, Outcome, Surroundings
from clusterflow.settings import Settings

AUTH = "office:let-me-in"
Look = Callable[[Surroundings], Awaitable[Iterable[CheckResult]]]


COMMAND = re.compile(r"(?:clusterflow [a-z]+|prefect [a-z-]+ [a-z]+)(?: (?:--)?(?:dry-run|yes|clusterflow))?")


def follow(advice: str, office: Settings, tmp_path: Path) -> None:
    """Type the command of an advice into a shell of the office."""
    own = {
        "HOME": tmp_path, "DATABASE": office.database, "CONFIGS": office.configs, "DEPLOYMENTS": office.deployments,
        "PREFECT_API": office.prefect_api, "PREFECT_AUTH": AUTH,
    }  # fmt: skip
    shell = {f"CLUSTERFLOW_{name}": str(value) for name, value in own.items()}
    shell |= {"PREFECT_API_URL": str(office.prefect_api), "PREFECT_API_AUTH_STRING": AUTH}
    program, *rest = shlex.split(advice)
    with patch.dict(os.environ, shell), chdir(tmp_path):
        if program == "clusterflow":
            # On a thread of its own, which has no event loop yet and none of Prefect's settings.
            with ThreadPoolExecutor(1) as thread:
                done = thread.submit(run_here, advice).result()
        else:
            command = [str(Path(sys.executable).parent / program), *rest]
            done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


async def troubles(look: Look, office: Settings) -> list[CheckResult]:
    return [s for s in await look(Surroundings(office)) if s.outcome is not Outcome.OK]


async def delete_deployment(name: str) -> None:
    async with prefect_client() as client:
        await client.delete_deployment((await client.read_deployment_by_name(name)).id)


async def delete_pool() -> None:
    async with prefect_client() as client:
        await client.delete_work_pool(POOL)


async def pause_pool() -> None:
    async with prefect_client() as client:
        await client.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))


async def make_obsolete() -> None:
    async with prefect_client() as client:
        there = await client.read_deployment_by_name("lifecycle/basque")
        for name, tags in (("old-school", ["clusterflow"]), ("payroll", [])):
            await client.create_deployment(
                there.flow_id, name, work_pool_name=POOL, entrypoint=there.entrypoint, tags=tags
            )


@pytest.mark.parametrize(
    ("harm", "look", "advice", "removed"),
    [
        (lambda: delete_deployment("review/portfolio"), deployments.look, "deploy", set()),
        (delete_pool, workers.look, "deploy", set()),
        (pause_pool, workers.look, "resume-pool", set()),
        (make_obsolete, deployments.look, "remove-obsolete", {"lifecycle/old-school"}),
    ],
    ids=["deployment-deleted", "pool-deleted", "pool-paused", "obsolete"],
)
async def test_the_advice_mends_what_it_is_given_for_and_destroys_nothing(
    office: Settings, tmp_path: Path, harm: Callable[[], Awaitable[None]], look: Look, advice: str, removed: set[str]
) -> None:
    before = set(await deployments_there())
    await harm()
    before |= set(await deployments_there())
    (result,) = await troubles(look, office)
    for command in COMMAND.findall(given([result], advice).cure.en):
        assert command in result.cure.es
        follow(command, office, tmp_path)
    async with prefect_client() as client:  # a pool that was made anew has had no worker yet
        await client.send_worker_heartbeat(POOL, "somebody", heartbeat_interval_seconds=30)
    gone(await look(Surroundings(office)), advice)
    assert await troubles(look, office) == []
    assert before - set(await deployments_there()) == removed
    if removed:
        await delete_deployment("lifecycle/payroll")


async def test_up_heals_a_pool_and_deployments_that_prefect_lost_and_its_worker_goes_on(
    server: PrefectServer, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", office.database or "")
    context = Context.open(office)
    worker = asyncio.create_task(serve(ROOT, query_seconds=0.1, grace_seconds=0.2))
    before = set(await deployments_there())
    await delete_deployment("dues/daily")
    await delete_pool()
    with pytest.raises(ObjectNotFound):
        async with prefect_client() as client:
            await client.read_work_pool(POOL)
    missing = await restore_deployments(context, ROOT, AUTH)
    assert set(missing) == before, "without their pool nobody serves them"
    assert set(await deployments_there()) == before
    assert await restore_deployments(context, ROOT, AUTH) == []

    run = await runs.start("dues/daily")

    async def ended() -> bool | None:
        return True if (await runs.state_of([run]))[run].kind == "COMPLETED" else None

    await until(ended, "the end of a run")
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_a_pool_that_prefect_made_anew_gets_our_template_back(office: Settings) -> None:
    async with prefect_client() as client:
        whole = (await client.read_work_pool(POOL)).base_job_template
        empty = {"job_configuration": {"command": "{{ command }}"}, "variables": {"properties": {"command": {}}}}
        await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=empty))
        assert not await ensure_pool()
        assert (await client.read_work_pool(POOL)).base_job_template == whole


async def test_a_deployment_that_the_office_moved_to_another_pool_is_left_there(office: Settings) -> None:
    await ensure_pool("elsewhere")
    async with prefect_client() as client:
        there = await client.read_deployment_by_name("calendars/hourly")
        await client.request("PATCH", f"/deployments/{there.id}", json={"work_pool_name": "elsewhere"})
        assert await restore_deployments(Context.open(office), ROOT, AUTH) == []
        await client.request("PATCH", f"/deployments/{there.id}", json={"work_pool_name": POOL})
        await client.delete_work_pool("elsewhere")
    assert isinstance(there.id, UUID)
