"""The work pool that all our deployments belong to."""

from __future__ import annotations

from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

from clusterflow.prefect.api import prefect_client

POOL = "clusterflow"


async def ensure_pool(name: str = POOL) -> bool:
    """Make sure the pool exists; whether it had to be made.

    Its type is Prefect's ``process``, so that our worker and a plain ``prefect worker start`` both serve it.
    """
    pool = WorkPoolCreate(
        name=name,
        type=ProcessWorker.type,
        description="Runs the flows of clusterflow on the machine of its worker.",
        base_job_template=ProcessWorker.get_default_base_job_template(),
    )
    async with prefect_client() as client:
        try:
            await client.create_work_pool(pool)
        except ObjectAlreadyExists:
            return False
    return True
