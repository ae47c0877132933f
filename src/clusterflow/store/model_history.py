"""Reads from the ledger which models an initiative was pinned to."""

from __future__ import annotations

from sqlalchemy import Connection

from clusterflow.domain.events import InitiativeEnrolled, InitiativeMigrated
from clusterflow.domain.model_history import ModelHistory
from clusterflow.store import ledger
from clusterflow.store.pinned_models import load_model


def model_history(connection: Connection, initiative: str) -> ModelHistory:
    """Return the models that an enrolled initiative was and is pinned to."""
    entries = ledger.read_entries(connection, initiative, kinds=("initiative.enrolled", "initiative.migrated"))
    return ModelHistory(
        tuple(
            (entry.version, load_model(connection, entry.event.model_hash))
            for entry in entries
            if isinstance(entry.event, InitiativeEnrolled | InitiativeMigrated)
        )
    )
