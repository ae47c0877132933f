"""Deploys again what Prefect has lost: its database was made anew, or somebody deleted the work pool."""

from __future__ import annotations

from pathlib import Path

from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.database_owner import claim
from clusterflow.prefect.declarations import deployment_name
from clusterflow.prefect.deploy import declarations_of, deploy_declared
from clusterflow.prefect.health.deployments import deployed, find_deployment
from clusterflow.prefect.pool import ensure_pool
from clusterflow.services.context import Context


async def restore_deployments(context: Context, root: Path, auth: str | None) -> list[str]:
    """Make the pool and deploy everything, if the pool or one of the declared deployments is missing.

    Returns:
        The names of the deployments that were missing from the pool.

    Raises:
        NotPossible: Prefect now serves another database.
        PrefectUnreachable: no Prefect answers.
    """
    await ensure_pool()
    declared = declarations_of(context).declared
    there = await deployed()
    absent = [name for name in map(deployment_name, declared) if name not in there]
    missing = [name for name in absent if not await _is_served_elsewhere(name)]
    if missing:
        await claim(context.database.url)
        async with prefect_client() as client:
            api = str(client.api_url)
        await deploy_declared(root, api, auth, declared)
    return missing


async def _is_served_elsewhere(name: str) -> bool:
    """Return whether the office moved the deployment to another pool; that of a deleted pool has none."""
    there = await find_deployment(name)
    return there is not None and there.work_pool_name is not None
