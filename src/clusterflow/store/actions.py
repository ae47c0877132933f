"""Reads the actions of people: tasks with an owner and a due date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from clusterflow.domain.records.strategy import Action
from clusterflow.domain.terms import ActionState
from clusterflow.store.query_scope import Scope


class OverdueAction(NamedTuple):
    """An action that is not done, and was due before today."""

    initiative: str
    entry: int
    title: str
    due: date


def overdue_actions(connection: Connection, owner: str, initiatives: Sequence[str], on: date) -> list[OverdueAction]:
    """Return the overdue actions of a person in some initiatives, the longest overdue first."""
    rows = connection.execute(_overdue(), {"owner": owner, "initiatives": list(initiatives), "as_of": on})
    return [OverdueAction(*row) for row in rows]


@cache
def _overdue() -> Select[Any]:
    scope = Scope()
    action = scope.current(Action)
    return (
        select(action.c.initiative, action.c.entry, action.c.title, action.c.due)
        .where(
            action.c.owner == bindparam("owner"),
            action.c.state == ActionState.OPEN.value,
            action.c.due < scope.as_of,
        )
        .order_by(action.c.due, action.c.initiative, action.c.entry)
    )
