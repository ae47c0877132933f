"""Stores what will soon turn if nothing more is recorded. It follows from the facts: each review finds it anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from clusterflow.store import tables

_TURN = tables.coming_turn
_CHUNK = 400


class ComingTurn(NamedTuple):
    """One thing that will turn."""

    initiative: str
    day: date
    occasion: str
    """The occasion of its notice (``domain/reminder_occasion.py``)."""
    subject: str
    details: str
    """What turns, as JSON: the event of the ledger, or the texts about a rulebook."""


# Each day asks this, and SQLAlchemy takes longer to build it than to run it.
_LATER = (
    select(*(_TURN.c[name] for name in ComingTurn._fields))
    .where(_TURN.c.day > bindparam("after"))
    .order_by(_TURN.c.initiative, _TURN.c.day, _TURN.c.id)
)


def read_turns(connection: Connection, after: date) -> list[ComingTurn]:
    """Return what turns after a day."""
    return [ComingTurn(**row._mapping) for row in connection.execute(_LATER, {"after": after})]


def delete_turns(connection: Connection, initiative: str) -> None:
    """Delete what was found for an initiative."""
    connection.execute(delete(_TURN).where(_TURN.c.initiative == initiative))


def replace_turns(connection: Connection, initiatives: Collection[str], turns: Iterable[ComingTurn]) -> None:
    """Store what turns in some initiatives instead of what was stored of them. What is the same is left as it is."""
    wanted, known = set(turns), set[ComingTurn]()
    gone: list[int] = []
    names = sorted(initiatives)
    for start in range(0, len(names), _CHUNK):
        portion = names[start : start + _CHUNK]
        for row in connection.execute(select(_TURN).where(_TURN.c.initiative.in_(portion))):
            turn = ComingTurn(**{name: row._mapping[name] for name in ComingTurn._fields})
            if turn not in wanted:
                gone.append(row.id)
            known.add(turn)
    for start in range(0, len(gone), _CHUNK):
        connection.execute(delete(_TURN).where(_TURN.c.id.in_(gone[start : start + _CHUNK])))
    new = sorted(wanted - known, key=lambda turn: (turn.initiative, turn.day, turn.occasion, turn.subject))
    if new:
        connection.execute(insert(_TURN), [turn._asdict() for turn in new])
