"""Publishes the artifact of a dossier. A module of its own, so that other flows need not import the plots."""

from __future__ import annotations

from prefect.artifacts import acreate_markdown_artifact

from clusterflow.prefect import names
from clusterflow.reports.dossier.artifact import dossier_page
from clusterflow.reports.dossier.compose import Dossier
from clusterflow.services.reports.dossier import WrittenDossier


async def publish_dossier(filed: WrittenDossier, made: Dossier) -> None:
    """Publish a dossier's plots with their numbers and the address of its file; older versions stay under the key."""
    page = dossier_page(made, filed.address, names.page(names.initiative_key(filed.initiative)))
    await acreate_markdown_artifact(
        page, key=names.dossier_key(filed.initiative), description=f"{made.name} · {made.as_of}"
    )
