"""Pages of the JSON API: lists that are read on from the last key, however much is added meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

from clusterflow.domain.access import Right, rights_of
from clusterflow.domain.events import Entry
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.status import InitiativeStatus, status_in
from clusterflow.services import access, explanation, standing
from clusterflow.services.context import Context
from clusterflow.services.facts.listing import facts_query
from clusterflow.services.reports.evidence_names import EvidenceNames
from clusterflow.store import ledger
from clusterflow.store.fact_lists import facts_after
from clusterflow.store.pinned_models import load_model
from clusterflow.store.portfolio import snapshots


class StatusPage(Frozen):
    """Initiatives in the order of their ids; ``next`` is the id after which the next page begins."""

    items: tuple[InitiativeStatus, ...]
    next: str | None


class RecordPage(Frozen):
    """Records in the order of their ledger entries; ``next`` is the entry after which the next page begins."""

    items: tuple[dict[str, Any], ...]
    next: int | None


class LedgerPage(Frozen):
    """Ledger entries in order; ``next`` is the version after which the next page begins."""

    items: tuple[Entry, ...]
    next: int | None


def initiatives_page(context: Context, person: str, language: Language, after: str | None, limit: int) -> StatusPage:
    """The status of the initiatives that a person may see."""
    found = access.capacities_of(context, person)
    ids = sorted(i for i, held in found.items() if Right.SEE in rights_of(held) and i > (after or ""))
    listed = ids[:limit]
    with context.reading() as connection:
        lives = {s.state.initiative: s for s in snapshots(connection, context.clock(), None, listed)}
    return StatusPage(
        items=tuple(status_in(lives[i], language) for i in listed), next=listed[-1] if len(ids) > limit else None
    )


def records_page(context: Context, person: str, initiative: str, record: str, after: int, limit: int) -> RecordPage:
    """The records of a type, as a person may see them in an initiative."""
    query = facts_query(context, person, initiative, record)
    with context.reading() as connection:
        found = facts_after(connection, query, after, limit + 1)
    about = {"record": record} if query.chain == REGISTRY else {"record": record, "initiative": initiative}
    items = tuple({**about, **f.record.to_json()} for f in found[:limit])
    return RecordPage(items=items, next=found[limit - 1].entry if len(found) > limit else None)


def ledger_page(context: Context, initiative: str, after: int, limit: int) -> LedgerPage:
    """The ledger of an initiative."""
    with context.reading() as connection:
        found = tuple(ledger.read_entries(connection, initiative, after, after + limit + 1))
    return LedgerPage(items=found[:limit], next=found[limit - 1].version if len(found) > limit else None)


def explained(
    context: Context, initiative: str, stage: str | None, as_of: date | None, known_on: date | None, language: Language
) -> tuple[GateExplanation, ...]:
    """The findings of gates, with names in the evidence as the settings allow."""
    found = explanation.explain(context, initiative, stage, as_of, language=language, known_on=known_on)
    by_name = context.settings.personal_data == "names"
    with context.reading() as connection:
        model = load_model(connection, standing.load(connection, initiative).model_hash)
        return tuple(
            EvidenceNames(connection, initiative, model, g.as_of, language, by_name=by_name).explained(g) for g in found
        )
