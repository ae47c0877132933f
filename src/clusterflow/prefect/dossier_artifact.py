"""Publishes the artifact of a dossier. A module of its own, so that other flows need not import the plots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from prefect.artifacts import acreate_markdown_artifact
from prefect.logging import get_run_logger

from clusterflow.prefect import names
from clusterflow.reports.dossier.artifact import dossier_page
from clusterflow.reports.dossier.compose import Dossier
from clusterflow.services.context import Context
from clusterflow.services.output_folder import Folder
from clusterflow.services.reports.dossier import WrittenDossier, write_dossiers
from clusterflow.services.shards import Shard, ShardResult


async def publish_dossier(filed: WrittenDossier, made: Dossier) -> None:
    """Publish a dossier's plots with their numbers and the address of its file; older versions stay under the key."""
    page = dossier_page(made, filed.address, names.page(names.initiative_key(filed.initiative)))
    await acreate_markdown_artifact(
        page, key=names.dossier_key(filed.initiative), description=f"{made.name} · {made.as_of}"
    )


async def publish_dossiers(context: Context, initiatives: Sequence[str], as_of: date | None) -> ShardResult:
    """Write and publish the dossiers of some initiatives; ``changed`` counts those that were written."""
    written, problems = 0, dict[str, str]()
    for filed, made in write_dossiers(context, Folder.of_reports(context.settings), initiatives, as_of):
        if made is None:
            problems[filed.initiative] = filed.problem
            continue
        await publish_dossier(filed, made)
        get_run_logger().info("%s: %s", filed.initiative, filed.address)
        written += 1
    return ShardResult(looked_at=len(initiatives), changed=written, problems=problems)


async def publish_part(context: Context, shard: Shard) -> ShardResult:
    """Write and publish the dossiers of a part of a large portfolio."""
    return await publish_dossiers(context, shard.initiatives, shard.as_of)
