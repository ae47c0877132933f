"""The way out: the ledger is what goes out, in order, and each chain knows how far it has gone on each way.

So a command writes nothing but its entries. A relay takes a chain for a while, carries what is new and moves the
chain's mark; one that died is followed by another, which carries the same entries again under the same ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.events import NOTIFIED_EVENTS, RecordEvent
from clusterflow.domain.records.base import REGISTRY
from clusterflow.store import tables

Topic = Literal["event", "notice"]

_CHAIN, _OUT, _LEDGER = tables.chain, tables.outbox, tables.ledger
_MARK = {"event": _CHAIN.c.published, "notice": _CHAIN.c.told}
_TOLD_KINDS = [cls.model_fields["kind"].default for cls in NOTIFIED_EVENTS]
_FACT_KINDS = [cls.model_fields["kind"].default for cls in get_args(RecordEvent)]


@dataclass(frozen=True, slots=True)
class Span:
    """The entries of one chain that have not gone out yet: those after ``after``, up to ``version``."""

    topic: Topic
    chain: str
    after: int
    version: int


def pending(connection: Connection, topic: Topic, now: datetime, limit: int = 500) -> Sequence[Span]:
    """What is to go out and is neither carried by another relay nor put off after a failure."""
    mark = _MARK[topic]
    query = (
        select(_CHAIN.c.id, mark, _CHAIN.c.version)
        .join(_OUT, (_OUT.c.topic == topic) & (_OUT.c.chain == _CHAIN.c.id), isouter=True)
        .where(_CHAIN.c.version > mark, or_(_OUT.c.until.is_(None), _OUT.c.until <= now))
        .order_by(_CHAIN.c.at, _CHAIN.c.id)
        .limit(limit)
    )
    return [Span(topic, *row) for row in connection.execute(query)]


def claim(connection: Connection, topic: Topic, chain: str, now: datetime, until: datetime) -> Span | None:
    """Let the caller alone carry the chain until a moment; None where another does, or did meanwhile."""
    mine = (_OUT.c.topic == topic) & (_OUT.c.chain == chain)
    taken = connection.execute(update(_OUT).where(mine, _OUT.c.until <= now).values(until=until))
    if taken.rowcount == 0:
        try:
            with connection.begin_nested():
                connection.execute(insert(_OUT).values(topic=topic, chain=chain, until=until, attempts=0))
        except IntegrityError:
            return None
    mark = _MARK[topic]
    row = connection.execute(select(mark, _CHAIN.c.version).where(_CHAIN.c.id == chain)).one()
    if row[0] < row[1]:
        return Span(topic, chain, *row)
    connection.execute(delete(_OUT).where(mine))
    return None


def mark_done(connection: Connection, span: Span) -> bool:
    """The span went out; whatever came since waits for the next round. False where another relay was faster."""
    mark = _MARK[span.topic]
    moved = connection.execute(
        update(_CHAIN).where(_CHAIN.c.id == span.chain, mark == span.after).values({mark: span.version})
    )
    connection.execute(delete(_OUT).where(_OUT.c.topic == span.topic, _OUT.c.chain == span.chain))
    return moved.rowcount == 1


def mark_failed(connection: Connection, span: Span, error: str, again_at: datetime) -> None:
    """Leave the span waiting until a later moment, with the reason for a person to read."""
    connection.execute(
        update(_OUT)
        .where(_OUT.c.topic == span.topic, _OUT.c.chain == span.chain)
        .values(attempts=_OUT.c.attempts + 1, error=error, until=again_at)
    )


def release(connection: Connection, span: Span) -> None:
    """Carry nothing of it now: it waits for the next round."""
    connection.execute(delete(_OUT).where(_OUT.c.topic == span.topic, _OUT.c.chain == span.chain))


def unevaluated(connection: Connection, chain: str | None = None) -> dict[str, int]:
    """Where there are unpublished facts that no evaluation has seen, of those that are evaluated; the last of each."""
    seen, enrolled = tables.evaluation, tables.initiative_state
    query = (
        select(_CHAIN.c.id, func.max(_LEDGER.c.version))
        .join(_LEDGER, (_LEDGER.c.chain == _CHAIN.c.id) & (_LEDGER.c.version > _CHAIN.c.published))
        .join(seen, seen.c.initiative == _CHAIN.c.id, isouter=True)
        .where(_CHAIN.c.version > _CHAIN.c.published, _LEDGER.c.kind.in_(_FACT_KINDS))
        .where(or_(seen.c.version.is_(None), seen.c.version < _LEDGER.c.version))
        .where(or_(_CHAIN.c.id == REGISTRY, _CHAIN.c.id.in_(select(enrolled.c.initiative))))
        .group_by(_CHAIN.c.id)
    )
    if chain is not None:
        query = query.where(_CHAIN.c.id == chain)
    return {row[0]: row[1] for row in connection.execute(query)}


def last_error(connection: Connection) -> str | None:
    """Why something still waits, the latest reason."""
    query = select(_OUT.c.error).where(_OUT.c.error.is_not(None)).order_by(_OUT.c.until.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def backlog(connection: Connection) -> dict[Topic, int]:
    """How many entries wait to be published, and how many of which people are yet to be told."""
    published, told = _CHAIN.c.published, _CHAIN.c.told
    events = select(func.coalesce(func.sum(_CHAIN.c.version - published), 0)).where(_CHAIN.c.version > published)
    notices = (
        select(func.count())
        .select_from(_CHAIN.join(_LEDGER, (_LEDGER.c.chain == _CHAIN.c.id) & (_LEDGER.c.version > told)))
        .where(_CHAIN.c.version > told, _LEDGER.c.kind.in_(_TOLD_KINDS))
    )
    return {
        "event": int(connection.execute(events).scalar_one()),
        "notice": connection.execute(notices).scalar_one(),
    }


def oldest_pending(connection: Connection, topic: Topic) -> datetime | None:
    """When the entry that waits longest was written; of those that people are told of, where they are meant."""
    mark = _MARK[topic]
    query = (
        select(func.min(_LEDGER.c.at))
        .select_from(_CHAIN.join(_LEDGER, (_LEDGER.c.chain == _CHAIN.c.id) & (_LEDGER.c.version > mark)))
        .where(_CHAIN.c.version > mark)
    )
    if topic == "notice":
        query = query.where(_LEDGER.c.kind.in_(_TOLD_KINDS))
    found: datetime | None = connection.execute(query).scalar_one()
    return found
