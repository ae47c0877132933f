"""The names under which Prefect knows us: runs, tags, deployments, artifacts, events."""

from __future__ import annotations

from uuid import UUID, uuid5

from clusterflow.model.text import Language
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import artifact_id
from clusterflow.reports.status import InitiativeStatus, StageLine

# Ids of events and runs follow from the ledger, so that a repeat is recognised wherever it comes from.
NAMESPACE = UUID("6f3a1a52-7d0e-5b1c-9f7a-0c1a5e1f2b3d")


def event_id(chain: str, version: int) -> UUID:
    return uuid5(NAMESPACE, f"{chain}:{version}")


def resource(initiative: str) -> str:
    return f"clusterflow.initiative.{initiative}"


def pass_deployment(model: str) -> str:
    return f"lifecycle/{model}"


def gate_run_name(status: InitiativeStatus, stage: StageLine, language: Language) -> str:
    """«Clúster Automotriz de Nuevo León · gate 3: institutionalization»."""
    return f"{status.name} · {word('gate_word', language)} {stage.number}: {stage.title}"


def pass_run_name(status: InitiativeStatus) -> str:
    return f"{status.name} · {status.as_of}"


def tags(status: InitiativeStatus, stage: StageLine | None = None) -> list[str]:
    """Model, initiative, and where a decision is waited for, the stage and its review."""
    found = [f"model:{status.model}", f"initiative:{status.initiative}"]
    if stage is not None:
        found += [f"stage:{stage.stage}", f"review:{status.initiative}/{stage.review}", "gate-open"]
    return found


def initiative_key(initiative: str) -> str:
    return f"initiative-{artifact_id(initiative)}"


def gate_key(initiative: str, stage: str) -> str:
    return f"gate-{artifact_id(initiative)}-{stage}"


def progress_key(initiative: str) -> str:
    return f"progress-{artifact_id(initiative)}"


PORTFOLIO_KEY = "portfolio"
