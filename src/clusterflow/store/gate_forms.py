"""Which flow run holds the form of an open review: one at a time, and how often it has asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.terms import ReviewStatus
from clusterflow.store import tables


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An open gate's place in the inbox; ``asked`` numbers the times its form was put."""

    initiative: str
    review: str
    stage: str
    run: str | None
    asked: int


def inbox_items(connection: Connection, initiative: str | None = None) -> list[InboxItem]:
    """Every open review with the run that holds its form, if one does."""
    review, inbox = tables.gate_review, tables.inbox
    query = (
        select(review.c.initiative, review.c.id, review.c.stage, inbox.c.run, inbox.c.asked)
        .join(inbox, (inbox.c.initiative == review.c.initiative) & (inbox.c.review == review.c.id), isouter=True)
        .where(review.c.status == ReviewStatus.OPEN.value)
        .order_by(review.c.initiative, review.c.opened_on, review.c.id)
    )
    if initiative is not None:
        query = query.where(review.c.initiative == initiative)
    return [InboxItem(i, r, stage, run, asked or 0) for i, r, stage, run, asked in connection.execute(query)]


def claim(connection: Connection, initiative: str, review: str, run: str, at: datetime) -> bool:
    """Let the run hold the form; False where another already does."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(tables.inbox).values(initiative=initiative, review=review, run=run, asked=0, claimed_at=at)
            )
    except IntegrityError:
        return False
    return True


def count_answer(connection: Connection, initiative: str, review: str) -> None:
    """The form was answered; the next time it is put it is another one."""
    table = tables.inbox
    connection.execute(
        update(table).where(table.c.initiative == initiative, table.c.review == review).values(asked=table.c.asked + 1)
    )


def release(connection: Connection, initiative: str, review: str, run: str) -> None:
    """This run does not hold the form any more."""
    table = tables.inbox
    connection.execute(
        delete(table).where(table.c.initiative == initiative, table.c.review == review, table.c.run == run)
    )


def holding_run(connection: Connection, initiative: str, review: str) -> str | None:
    """The run that holds, or held, the form of a review."""
    table = tables.inbox
    return connection.execute(
        select(table.c.run).where(table.c.initiative == initiative, table.c.review == review)
    ).scalar_one_or_none()
