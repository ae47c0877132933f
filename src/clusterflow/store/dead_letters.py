"""Lists dead letters, the notices that no channel delivered, and requeues them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, select, update

from clusterflow.domain.terms import ReviewStatus
from clusterflow.domain.text import Frozen
from clusterflow.domain.vote_grant import GRANTS
from clusterflow.store import tables

_NOTICE = tables.notice
_DEAD = and_(_NOTICE.c.sent_at.is_(None), _NOTICE.c.dead_at.is_not(None), ~_NOTICE.c.withdrawn)


class DeadLetter(Frozen):
    """A notice that no channel delivered, with the last channel tried and its answer."""

    number: int
    key: str
    rule: str
    initiative: str
    recipient: str
    subject: str
    channel: str
    answer: str
    attempts: int
    at: datetime
    stale: bool = False
    """Whether it contains a code for a gate that is no longer open, so that sending it would be useless."""


def dead_letters(connection: Connection, limit: int | None = 100) -> list[DeadLetter]:
    """Return the dead letters, the newest first; ``limit`` None returns all of them."""
    last = tables.delivery
    other = last.alias()
    newest = select(func.max(other.c.attempt)).where(other.c.notice == _NOTICE.c.id).correlate(_NOTICE)
    query: Select[tuple[object, ...]] = (
        select(_NOTICE, last.c.channel, last.c.answer)
        .select_from(_NOTICE)
        .outerjoin(last, and_(last.c.notice == _NOTICE.c.id, last.c.attempt == newest.scalar_subquery()))
        .where(_DEAD)
        .order_by(_NOTICE.c.dead_at.desc(), _NOTICE.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    review = tables.gate_review
    waiting = select(review.c.initiative, review.c.id).where(review.c.status == ReviewStatus.OPEN.value)
    open_ = {(r.initiative, r.id) for r in connection.execute(waiting)} if rows else set()
    return [
        DeadLetter(
            number=r.id, key=r.key, rule=r.rule, initiative=r.initiative, recipient=r.recipient, subject=r.subject,
            channel=r.channel or "", answer=r.answer or "", attempts=r.attempts, at=r.dead_at,
            stale=any((g.initiative, g.review) not in open_ for g in GRANTS.validate_json(r.grants)),
        )
        for r in rows
    ]  # fmt: skip


def delivery_status(connection: Connection, number: int) -> str | None:
    """Return the delivery status of a notice as the end of a sentence; None if there is no such notice."""
    row = connection.execute(select(_NOTICE).where(_NOTICE.c.id == number)).one_or_none()
    if row is None:
        return None
    if row.withdrawn:
        return "was withdrawn: its reason no longer holds"
    if row.dead_at is not None:
        return "was given up"
    return "was sent" if row.sent_at is not None else "is on its way"


def requeue(connection: Connection, numbers: Sequence[int], by: str, at: datetime) -> set[int]:
    """Requeue dead letters with a full number of retries; return the numbers of those that were dead."""
    these = update(_NOTICE).where(_NOTICE.c.id.in_(numbers), _DEAD)
    values = {
        "dead_at": None,
        "due_at": at,
        "parts": 0,
        "forgiven": _NOTICE.c.attempts,
        "revived_by": by,
        "revived_at": at,
    }
    return set(connection.execute(these.values(values).returning(_NOTICE.c.id)).scalars())
