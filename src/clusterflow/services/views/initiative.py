"""The initiative page: where the initiative stands, what holds it back, and its history in words."""

from __future__ import annotations

from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.history import KINDS, HistoryLine, history
from clusterflow.reports.status import InitiativeStatus
from clusterflow.services import registry, standing
from clusterflow.services.context import Context
from clusterflow.store import ledger
from clusterflow.store.pinned_models import load_model

NEWEST = 100
"""The most lines of the history on the page."""


class InitiativePage(Frozen):
    """What the page of an initiative shows."""

    status: InitiativeStatus
    history: tuple[HistoryLine, ...]
    """The newest line first."""


def initiative_page(context: Context, initiative: str, language: Language) -> InitiativePage:
    """Gather the page of an initiative.

    Raises:
        UnknownName: no such initiative is enrolled.
    """
    status = standing.status(context, initiative, language=language)
    with context.reading() as connection:
        model = load_model(connection, status.model_hash)
        entries = list(ledger.read_entries(connection, initiative, kinds=sorted(KINDS)))
    lines = history(entries[-NEWEST:], model, language)
    return InitiativePage(status=status, history=lines[::-1])


def name_of(context: Context, initiative: str) -> str:
    """Return the name of an initiative today; its id if it has no record."""
    record = registry.initiative_record(context, initiative)
    return record.name if record else initiative
