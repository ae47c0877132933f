"""The stored state of an initiative: loaded whole, saved as what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from clusterflow.model.state import (
    Condition,
    InitiativeState,
    Milestone,
    Review,
    StandingAnswer,
    Visit,
    Vote,
)
from clusterflow.model.text import Frozen
from clusterflow.store import tables
from clusterflow.store.columns import to_row
from clusterflow.store.ledger import Head

T = TypeVar("T", bound=Frozen)

COLLECTIONS: dict[str, tuple[Table, type[Frozen]]] = {
    "visits": (tables.stage_visit, Visit),
    "reviews": (tables.gate_review, Review),
    "votes": (tables.vote, Vote),
    "milestones": (tables.milestone, Milestone),
    "conditions": (tables.condition, Condition),
    "answers": (tables.standing_answer, StandingAnswer),
}


def load_state(connection: Connection, head: Head) -> InitiativeState | None:
    """The state of the initiative whose chain has this head; None where it is not enrolled."""
    initiative = head.chain
    row = connection.execute(
        select(tables.initiative_state).where(tables.initiative_state.c.initiative == initiative)
    ).one_or_none()
    if row is None or head.at is None:
        return None
    parts: dict[str, Any] = {
        name: tuple(
            cls.model_validate({k: v for k, v in r._mapping.items() if k != "initiative"})
            for r in connection.execute(select(table).where(table.c.initiative == initiative))
        )
        for name, (table, cls) in COLLECTIONS.items()
    }
    state = InitiativeState.model_validate({**row._mapping, "last_at": head.at, "version": head.version})
    return in_order(state.model_copy(update=parts))


def in_order(state: InitiativeState) -> InitiativeState:
    """The same state with its rows in a fixed order, so that two states are equal when they say the same."""
    by: dict[str, Any] = {
        "visits": lambda v: (v.entered_on, v.stage, v.round),
        "reviews": lambda r: (r.opened_on, r.stage, len(r.id), r.id),
        "votes": lambda v: (v.at, v.review, v.decider),
        "milestones": lambda m: (m.achieved_on, m.stage, m.round),
        "conditions": lambda c: (c.review, c.criterion),
        "answers": lambda a: (a.stage, a.criterion),
    }
    return state.model_copy(update={name: tuple(sorted(getattr(state, name), key=key)) for name, key in by.items()})


def save_state(connection: Connection, before: InitiativeState | None, after: InitiativeState) -> None:
    """Write the rows in which the two states differ."""
    if before is None:
        connection.execute(
            insert(tables.initiative_state).values(
                initiative=after.initiative, model=after.model, model_hash=after.model_hash,
                enrolled_on=after.enrolled_on, standing=after.standing.value,
            )
        )  # fmt: skip
    elif before.standing is not after.standing:
        connection.execute(
            update(tables.initiative_state)
            .where(tables.initiative_state.c.initiative == after.initiative)
            .values(standing=after.standing.value)
        )
    for name, (table, _) in COLLECTIONS.items():
        _save_rows(connection, table, after.initiative, getattr(before, name, ()), getattr(after, name))


def _save_rows(
    connection: Connection, table: Table, initiative: str, before: Iterable[Frozen], after: Iterable[Frozen]
) -> None:
    if before is after:
        return
    key = tuple(c.name for c in table.primary_key if c.name != "initiative")
    known = {tuple(getattr(row, k) for k in key): row for row in before}
    new = []
    for row in after:
        old = known.get(tuple(getattr(row, k) for k in key))
        if old is None:
            new.append({"initiative": initiative, **to_row(row)})
        elif old != row:
            values = to_row(row)
            here = [table.c[k] == values.pop(k) for k in key]
            connection.execute(update(table).where(table.c.initiative == initiative, *here).values(**values))
    if new:
        connection.execute(insert(table), new)
