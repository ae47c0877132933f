"""The artifact of a dossier. A room of its own: no other flow waits for what draws plots to be imported."""

from __future__ import annotations

from prefect.artifacts import acreate_markdown_artifact

from clusterflow.prefect import names
from clusterflow.reports.dossier.artifact import dossier_page
from clusterflow.reports.dossier.compose import Dossier
from clusterflow.services.reports.dossier import WrittenDossier


async def publish_dossier(filed: WrittenDossier, made: Dossier) -> None:
    """A dossier's plots with their numbers, and where the file lies; its history is kept under its key."""
    page = dossier_page(made, filed.address, names.page(names.initiative_key(filed.initiative)))
    await acreate_markdown_artifact(
        page, key=names.dossier_key(filed.initiative), description=f"{made.name} · {made.as_of}"
    )
