"""The names that we use in Prefect: of runs, tags, deployments, artifacts and events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
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
    """Return the id of an event. It follows from the hash, as a number may stand for another entry after a restore."""
    return uuid5(NAMESPACE, entry_hash)


def refusal_id(refusal: Refusal) -> UUID:
    """Return the id of the event about a refusal. It follows from what was sent and when, as numbers may come again."""
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
    """Return the name of a review, with its day; Prefect calls this inside the run."""
    context = Context.open()
    return f"{word('portfolio', context.language)} · {flow_run.parameters.get('as_of') or context.clock().date()}"


def intake_run_name() -> str:
    """Return the name of an intake run: of events or of files."""
    language = Context.open().language
    kind = _FILES if flow_run.parameters.get("source") == "files" else _EVENTS
    return f"{_INTAKE.to(language)} · {kind.to(language)}"


def report_run_name() -> str:
    """Return the name of a report run, with its initiative, if there is one, and its day."""
    context, given = Context.open(), flow_run.parameters
    whose = f" · {given['initiative']}" if given.get("initiative") else ""
    return f"{_REPORT.to(context.language)}{whose} · {given.get('as_of') or context.clock().date()}"


def shard_run_name(kind: str, number: int, parts: int, day: date, language: Language) -> str:
    """«Portafolio · 2024-01-10 · parte 3 de 20»."""
    title = _REPORT.to(language) if kind == DOSSIERS else word("portfolio", language)
    return f"{title} · {day} · {_PART.to(language).format(number=number, parts=parts)}"


REVIEW, DOSSIERS = "review", "dossiers"
"""The kinds of work that a large portfolio is cut into parts for."""

_PART = Text(es="parte {number} de {parts}", en="part {number} of {parts}")
_REPORT = Text(es="Informes", en="Reports")
_INTAKE, _FILES = Text(es="Recepción", en="Intake"), Text(es="archivos", en="files")
_EVENTS = Text(es="eventos", en="events")

GATE_OPEN = "gate-open"
"""The tag of the runs that wait for a decision, and of no others."""


def tags(status: InitiativeStatus, stage: StageLine | None = None) -> list[str]:
    """Return the tags of a run: initiative and model; for an open gate, also its stage and review."""
    found = [initiative_tag(status.initiative), f"model:{status.model}"]
    if stage is None:
        return found
    return [GATE_OPEN, f"stage:{stage.stage}", *found, review_tag(status.initiative, str(stage.review))]


def initiative_tag(initiative: str) -> str:
    return f"initiative:{initiative}"


def without_question(tags: Iterable[str]) -> list[str]:
    """Return the tags without those of an open gate."""
    return [t for t in tags if t != GATE_OPEN and not t.startswith("review:")]


def question_key(item: InboxItem) -> str:
    """Return the key under which a run is suspended; it differs each time the form is shown."""
    return f"{item.review}-{item.answers}"


def answer_key(run: str, question: str) -> str:
    """Return the idempotency key of a form's answer, by which a rerun of the flow finds the first result."""
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
RULEBOOKS_KEY = "rulebooks"


def tagged_runs(tag: str) -> str:
    """Return the relative address of the runs with a tag."""
    return f"{RUNS}?{urlencode({'tags': tag})}"


def page(key: str) -> str:
    """Return the relative address of an artifact."""
    return f"{PAGES}/{key}"
