"""Stores the lifecycle models to which initiatives are pinned, by content hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert, select

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.store import tables


def save_model(connection: Connection, model: LifecycleModel, at: datetime) -> None:
    """Store the model, unless the same content is stored already."""
    table = tables.lifecycle_model
    if connection.execute(select(table.c.id).where(table.c.hash == model.hash)).first() is None:
        document = model.model_dump_json(by_alias=True)
        connection.execute(insert(table).values(hash=model.hash, id=model.id, document=document, first_seen=at))


def load_model(connection: Connection, content_hash: str) -> LifecycleModel:
    """Return the model with that content hash. The content never changes, so each process parses it once."""
    cached = _PARSED.get(content_hash)
    if cached is None:
        table = tables.lifecycle_model
        document = connection.execute(select(table.c.document).where(table.c.hash == content_hash)).scalar_one()
        cached = _PARSED[content_hash] = LifecycleModel.model_validate_json(document)
    return cached


def lead_days_in_use(connection: Connection, initiatives: Collection[str]) -> dict[str, int]:
    """Return, by initiative, the lead time of its model in days."""
    state = tables.initiative_state
    rows = connection.execute(select(state.c.initiative, state.c.model_hash)).all()
    wanted = frozenset(initiatives)
    return {row.initiative: load_model(connection, row.model_hash).lead for row in rows if row.initiative in wanted}


def problem_of(connection: Connection, content_hash: str) -> str | None:
    """Return what is wrong with a stored model, in words; None if its content has this hash."""
    table = tables.lifecycle_model
    row = connection.execute(select(table.c.id, table.c.document).where(table.c.hash == content_hash)).first()
    if row is None:
        return "is missing"
    if hashlib.sha256(row.document.encode()).hexdigest() != content_hash or json.loads(row.document)["model"] != row.id:
        return "was altered"
    return None


_PARSED: dict[str, LifecycleModel] = {}


def models_in_use(connection: Connection) -> dict[str, str]:
    """Return, by id, the content hash of each model that an enrolled initiative is pinned to: of the one seen last."""
    state, model = tables.initiative_state, tables.lifecycle_model
    query = (
        select(model.c.id, model.c.hash)
        .where(model.c.hash.in_(select(state.c.model_hash)))
        .order_by(model.c.first_seen, model.c.hash)
    )
    return {row.id: row.hash for row in connection.execute(query)}
