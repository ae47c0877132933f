"""The names under which Prefect knows us: runs, tags, deployments, artifacts, events."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID, uuid5

from prefect.runtime import flow_run

from clusterflow.domain.refused_submission import Refusal
from clusterflow.domain.text import Language, Text
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import PAGES, RUNS, artifact_id
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.services.context import Context
from clusterflow.services.notifications.pages import review_tag as review_tag
from clusterflow.store.gate_forms import InboxItem

# Ids of events and runs follow from the ledger, so that a repeat is recognised wherever it comes from.
NAMESPACE = UUID("6f3a1a52-7d0e-5b1c-9f7a-0c1a5e1f2b3d")


def event_id(entry_hash: str) -> UUID:
    """By the entry's hash and not by its number: a ledger that was restored from a copy tells of other things."""
    return uuid5(NAMESPACE, entry_hash)


def refusal_id(refusal: Refusal) -> UUID:
    """Of the event that tells of a refusal: by what was sent and when; a number may come again in a restored copy."""
    return uuid5(NAMESPACE, f"refused {refusal.source} {refusal.received_at.isoformat()}")


def resource(initiative: str) -> str:
    return f"clusterflow.initiative.{initiative}"


def related(chain: str, role: str, name: str, title: str | None = None) -> dict[str, str]:
    """An organisation, body, stage or criterion that an event is about; ``title`` is how people read it."""
    within = "clusterflow" if role == "organisation" else resource(chain)
    labels = {"prefect.resource.id": f"{within}.{role}.{name}", "prefect.resource.role": role}
    return labels if title is None else labels | {"prefect.resource.name": title}


def pass_deployment(model: str) -> str:
    return f"lifecycle/{model}"


def gate_run_name(status: InitiativeStatus, stage: StageLine, language: Language) -> str:
    """«Clúster Automotriz de Nuevo León · gate 3: institutionalization»."""
    return f"{status.name} · {word('gate_word', language)} {stage.number}: {stage.title}"


def pass_run_name(status: InitiativeStatus) -> str:
    return f"{status.name} · {status.as_of}"


def portfolio_run_name() -> str:
    """Of a review, by the day it is about; Prefect asks for it inside the run."""
    context = Context.open()
    return f"{word('portfolio', context.language)} · {flow_run.parameters.get('as_of') or context.clock().date()}"


def intake_run_name() -> str:
    """Of a round of intake, by what it takes in."""
    language = Context.open().language
    kind = _FILES if flow_run.parameters.get("source") == "files" else _EVENTS
    return f"{_INTAKE.to(language)} · {kind.to(language)}"


def report_run_name() -> str:
    """Of a round of reports, by the initiative, where there is one, and by the day it is about."""
    context, given = Context.open(), flow_run.parameters
    whose = f" · {given['initiative']}" if given.get("initiative") else ""
    return f"{_REPORT.to(context.language)}{whose} · {given.get('as_of') or context.clock().date()}"


_REPORT = Text(es="Informes", en="Reports")
_INTAKE, _FILES = Text(es="Recepción", en="Intake"), Text(es="archivos", en="files")
_EVENTS = Text(es="eventos", en="events")

GATE_OPEN = "gate-open"
"""The tag of the runs that wait for a decision, and of no others."""


def tags(status: InitiativeStatus, stage: StageLine | None = None) -> list[str]:
    """Where a decision is waited for, the stage and its review; initiative and model."""
    found = [initiative_tag(status.initiative), f"model:{status.model}"]
    if stage is None:
        return found
    return [GATE_OPEN, f"stage:{stage.stage}", *found, review_tag(status.initiative, str(stage.review))]


def initiative_tag(initiative: str) -> str:
    return f"initiative:{initiative}"


def without_question(tags: Iterable[str]) -> list[str]:
    """The tags of a run that waits for no decision any more."""
    return [t for t in tags if t != GATE_OPEN and not t.startswith("review:")]


def question_key(item: InboxItem) -> str:
    """The key under which a run is suspended: each time a form is put it is another one."""
    return f"{item.review}-{item.answers}"


def answer_key(run: str, question: str) -> str:
    """The idempotency key of a form's answer: a rerun of the flow finds what the first run made of it."""
    return f"form:{run}:{question}"


def initiative_key(initiative: str) -> str:
    return f"initiative-{artifact_id(initiative)}"


def gate_key(initiative: str, stage: str) -> str:
    return f"gate-{artifact_id(initiative)}-{stage}"


def progress_key(initiative: str) -> str:
    return f"progress-{artifact_id(initiative)}"


def dossier_key(initiative: str) -> str:
    return f"dossier-{artifact_id(initiative)}"


PORTFOLIO_KEY = "portfolio"


def tagged_runs(tag: str) -> str:
    """Where Prefect shows the runs that carry a tag, of all times."""
    return f"{RUNS}?{urlencode({'tags': tag})}"


def page(key: str) -> str:
    """Where Prefect shows an artifact."""
    return f"{PAGES}/{key}"
