"""The work pool that all our deployments belong to."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

from clusterflow.prefect.api import prefect_client

POOL = "clusterflow"


async def ensure_pool(name: str = POOL) -> bool:
    """Make sure the pool exists and takes our job variables; return whether it had to be made.

    Its type is Prefect's ``process``, so that our worker and a plain ``prefect worker start`` both serve it. A pool
    that Prefect made anew for a worker, after somebody deleted it, lacks variables that our deployments set.
    """
    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(
        name=name,
        type=ProcessWorker.type,
        description="Runs the flows of clusterflow on the machine of its worker.",
        base_job_template=template,
    )
    async with prefect_client() as client:
        try:
            await client.create_work_pool(pool)
        except ObjectAlreadyExists:
            present = (await client.read_work_pool(name)).base_job_template
            if not _variables(template) <= _variables(present):
                await client.update_work_pool(name, WorkPoolUpdate(base_job_template=template))
            return False
    return True


def _variables(template: dict[str, Any]) -> set[str]:
    return set(template.get("variables", {}).get("properties", {}))
