"""Lists the notices to a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from clusterflow.domain.text import Frozen
from clusterflow.store import tables


class SentNotice(Frozen):
    """A notice to a person: sent at ``sent_at`` by ``channel``, or not delivered."""

    number: int
    subject: str
    channel: str | None
    sent_at: datetime | None
    failed_at: datetime | None


def notices_to(connection: Connection, person: str, before: int | None, limit: int) -> list[SentNotice]:
    """Return the notices that were sent to a person or could not be delivered, the newest first.

    A notice that was sent in a batch or a digest is not listed beside it.

    Args:
        before: only notices with a smaller number.
    """
    notice, delivery = tables.notice, tables.delivery
    other = delivery.alias()
    newest = select(func.max(other.c.attempt)).where(other.c.notice == notice.c.id).correlate(notice).scalar_subquery()
    query = (
        select(notice.c.id, notice.c.subject, notice.c.sent_at, notice.c.dead_at, delivery.c.channel)
        .select_from(notice)
        .outerjoin(delivery, and_(delivery.c.notice == notice.c.id, delivery.c.attempt == newest))
        .where(notice.c.recipient == person, notice.c.gathered_into.is_(None), ~notice.c.withdrawn)
        .where(notice.c.sent_at.is_not(None) | notice.c.dead_at.is_not(None))
        .order_by(notice.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(notice.c.id < before)
    return [
        SentNotice(number=r.id, subject=r.subject, channel=r.channel, sent_at=r.sent_at, failed_at=r.dead_at)
        for r in connection.execute(query)
    ]
