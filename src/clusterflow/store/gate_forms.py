"""Records which flow run shows the form of an open gate review; only one run does at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
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
    review, inbox = tables.gate_review, tables.inbox
    query = (
        select(review.c.initiative, review.c.id, review.c.stage, inbox.c.run, inbox.c.asked)
        .join(inbox, (inbox.c.initiative == review.c.initiative) & (inbox.c.review == review.c.id), isouter=True)
        .where(review.c.status == ReviewStatus.OPEN.value)
        .order_by(review.c.initiative, review.c.opened_on, review.c.id)
    )
    if initiative is not None:
        query = query.where(review.c.initiative == initiative)
    return [InboxItem(i, r, stage, run, answers or 0) for i, r, stage, run, answers in connection.execute(query)]


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
