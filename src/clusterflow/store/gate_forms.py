"""Records which flow run shows the form of an open gate review; only one run does at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.terms import ReviewStatus
from clusterflow.store import tables


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An open gate review and the run that shows its form; ``answers`` counts how often the form was answered."""

    initiative: str
    review: str
    stage: str
    run: str | None
    answers: int


def inbox_items(connection: Connection, initiative: str | None = None) -> list[InboxItem]:
    """Return every open review, with the run that shows its form, if there is one."""
    if initiative is not None:
        return inbox_items_of(connection, [initiative])
    return [InboxItem(i, r, stage, run, answers or 0) for i, r, stage, run, answers in connection.execute(_OPEN)]


def inbox_items_of(connection: Connection, initiatives: Sequence[str]) -> list[InboxItem]:
    """Return the open reviews of some initiatives, as ``inbox_items``."""
    rows = connection.execute(_OPEN_OF, {"initiatives": initiatives})
    return [InboxItem(i, r, stage, run, answers or 0) for i, r, stage, run, answers in rows]


_REVIEW, _INBOX = tables.gate_review.c, tables.inbox.c
_OPEN = (
    select(_REVIEW.initiative, _REVIEW.id, _REVIEW.stage, _INBOX.run, _INBOX.asked)
    .join(tables.inbox, (_INBOX.initiative == _REVIEW.initiative) & (_INBOX.review == _REVIEW.id), isouter=True)
    .where(_REVIEW.status == ReviewStatus.OPEN.value)
    .order_by(_REVIEW.initiative, _REVIEW.opened_on, _REVIEW.id)
)
_OPEN_OF = _OPEN.where(_REVIEW.initiative.in_(bindparam("initiatives", expanding=True)))


def claim(connection: Connection, initiative: str, review: str, run: str, at: datetime) -> bool:
    """Assign the form to the run; return False if another run has it already."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(tables.inbox).values(initiative=initiative, review=review, run=run, asked=0, claimed_at=at)
            )
    except IntegrityError:
        return False
    return True


def count_answer(connection: Connection, initiative: str, review: str) -> None:
    """Count an answer, so that the next form of this review gets a new key."""
    table = tables.inbox
    connection.execute(
        update(table).where(table.c.initiative == initiative, table.c.review == review).values(asked=table.c.asked + 1)
    )


def release(connection: Connection, initiative: str, review: str, run: str) -> None:
    """Remove the assignment of the form to this run."""
    table = tables.inbox
    connection.execute(
        delete(table).where(table.c.initiative == initiative, table.c.review == review, table.c.run == run)
    )


def holding_run(connection: Connection, initiative: str, review: str) -> str | None:
    """Return the run to which the form of a review is assigned."""
    table = tables.inbox
    return connection.execute(
        select(table.c.run).where(table.c.initiative == initiative, table.c.review == review)
    ).scalar_one_or_none()
