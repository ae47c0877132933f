"""Publishes the artifacts of an initiative: its page, its progress, and a table for each gate."""

from __future__ import annotations

import asyncio

from prefect.artifacts import acreate_markdown_artifact, acreate_progress_artifact
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey

from clusterflow.domain.text import Language
from clusterflow.prefect import names
from clusterflow.prefect.api import prefect_client
from clusterflow.reports.diagram import mermaid
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import GateLinks, Who, gate_page, initiative_page, of_resource
from clusterflow.reports.status import InitiativeStatus
from clusterflow.services import explanation, standing
from clusterflow.services import gates as gates_service
from clusterflow.services.context import Context


async def publish_initiative(context: Context, status: InitiativeStatus) -> None:
    """Publish the initiative's page, the tables of its gates under way, and its progress, as of the pass."""
    language = context.language
    model = standing.pinned_model(context, status.initiative)
    gates = explanation.explain(context, status.initiative, with_evidence=False)
    links = await _links(status, language)
    diagram = mermaid(model, language, {s.stage: s.status for s in status.stages})
    share = round(100 * status.milestones_in_force / max(status.milestones_required, 1))
    await asyncio.gather(
        acreate_markdown_artifact(
            initiative_page(
                status,
                gates,
                language,
                diagram,
                links,
                {gate.stage: _gate_links(status, gate.stage) for gate in gates},
            ),
            key=names.initiative_key(status.initiative),
            description=f"{status.name} · {status.as_of}",
        ),
        acreate_progress_artifact(
            progress=float(share),
            key=names.progress_key(status.initiative),
            description=f"{status.name}: {share} % {word('progress', language)}",
        ),
        *(
            acreate_markdown_artifact(
                gate_page(
                    gate,
                    language,
                    _who(context, status.initiative, gate.stage),
                    names.page(names.initiative_key(status.initiative)),
                ),
                key=names.gate_key(status.initiative, gate.stage),
                description=f"{status.name} · {word('gate_word', language)} {gate.number}: {gate.title}",
            )
            for gate in gates
        ),
    )


async def _links(status: InitiativeStatus, language: Language) -> list[tuple[str, str]]:
    """Return the links to its dossier, if there is one, to its passes, and to the events of this week."""
    key = names.dossier_key(status.initiative)
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key]))
    async with prefect_client() as client:
        filed = await client.read_latest_artifacts(artifact_filter=wanted, limit=1)
    return [
        *([(word("dossier", language), names.page(key))] if filed else []),
        (word("passes", language), names.tagged_runs(names.initiative_tag(status.initiative))),
        (word("happened", language), of_resource(names.resource(status.initiative))),
    ]


def _gate_links(status: InitiativeStatus, stage: str) -> GateLinks:
    review = next(s.review for s in status.stages if s.stage == stage)
    asking = names.tagged_runs(names.review_tag(status.initiative, review)) if review else None
    return GateLinks(page=names.page(names.gate_key(status.initiative, stage)), asking=asking)


def _who(context: Context, initiative: str, stage: str) -> Who:
    """Return who is named in an artifact: nobody, unless the setting says so, because everybody in Prefect reads it."""
    return eligible(context, initiative, stage) if context.settings.personal_data == "names" else ()


def eligible(context: Context, initiative: str, stage: str) -> Who:
    """Return who may vote at a gate, by id and roles: for the form, in which the decider is chosen."""
    return [(d.person, d.roles, d.speaks_for) for d in gates_service.eligible_deciders(context, initiative, stage)]
