"""The outbox: tracks for each chain and topic up to which entry the ledger has been published.

The ledger itself is the queue, so a command writes only its entries. A relay claims a chain for a limited time,
publishes the new entries and moves the position of the chain. If a relay dies, another one publishes the same entries
again with the same ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Integer, ScalarSelect, Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.records.base import REGISTRY
from clusterflow.store import tables

Topic = Literal["event", "notice"]

_CHAIN, _OUT, _LEDGER = tables.chain, tables.outbox, tables.ledger
_POSITION = {"event": _CHAIN.c.published, "notice": _CHAIN.c.told}
_WAITS = or_(_CHAIN.c.version > _CHAIN.c.published, _CHAIN.c.version > _CHAIN.c.told)
"""The condition of ``ix_chain_waiting``; a statement without it would read all chains."""


# Start-up time: the backlog counts positions, so «status» needs none of the kinds of events.


def _fact_kinds() -> Sequence[str]:
    from clusterflow.store.ledger import FACT_KINDS  # noqa: PLC0415

    return FACT_KINDS


def _notice_kinds() -> Sequence[str]:
    from clusterflow.store.ledger import NOTICE_KINDS  # noqa: PLC0415

    return sorted(NOTICE_KINDS)


class Span(NamedTuple):
    """The unpublished entries of one chain: those after ``after``, up to ``version``."""

    topic: Topic
    chain: str
    after: int
    version: int


def pending(connection: Connection, topic: Topic, now: datetime, limit: int = 500) -> Sequence[Span]:
    """Return the spans to publish that no other relay has claimed and that wait for no retry."""
    rows = connection.execute(_PENDING[topic], {"now": now, "most": limit})
    return [Span(topic, *row) for row in rows]


def _pending(topic: Topic) -> Select[Any]:
    position = _POSITION[topic]
    return (
        select(_CHAIN.c.id, position, _CHAIN.c.version)
        .join(_OUT, (_OUT.c.topic == topic) & (_OUT.c.chain == _CHAIN.c.id), isouter=True)
        .where(_WAITS, _CHAIN.c.version > position, or_(_OUT.c.until.is_(None), _OUT.c.until <= bindparam("now")))
        .order_by(_CHAIN.c.at, _CHAIN.c.id)
        .limit(bindparam("most", type_=Integer))
    )


# Each round of a relay asks these, and SQLAlchemy takes longer to build them than to run them.
_PENDING: dict[Topic, Select[Any]] = {"event": _pending("event"), "notice": _pending("notice")}


def claim(connection: Connection, topic: Topic, chain: str, now: datetime, until: datetime) -> Span | None:
    """Claim a chain until a moment; return None if another relay has it or there is nothing left to publish."""
    mine = (_OUT.c.topic == topic) & (_OUT.c.chain == chain)
    claimed = connection.execute(update(_OUT).where(mine, _OUT.c.until <= now).values(until=until))
    if claimed.rowcount == 0:
        try:
            with connection.begin_nested():
                connection.execute(insert(_OUT).values(topic=topic, chain=chain, until=until, attempts=0))
        except IntegrityError:
            return None
    position = _POSITION[topic]
    row = connection.execute(select(position, _CHAIN.c.version).where(_CHAIN.c.id == chain)).one()
    if row[0] < row[1]:
        return Span(topic, chain, *row)
    connection.execute(delete(_OUT).where(mine))
    return None


def mark_done(connection: Connection, span: Span) -> bool:
    """Record that a span was published; return False if another relay did so first.

    Entries that were appended meanwhile wait for the next round.
    """
    position = _POSITION[span.topic]
    new: dict[Any, Any] = {position: span.version}
    if span.topic == "notice":
        new[_CHAIN.c.notifiable] = count_notifiable(span.version)
    moved = connection.execute(update(_CHAIN).where(_CHAIN.c.id == span.chain, position == span.after).values(new))
    connection.execute(delete(_OUT).where(_OUT.c.topic == span.topic, _OUT.c.chain == span.chain))
    return moved.rowcount == 1


def mark_failed(connection: Connection, span: Span, error: str, again_at: datetime) -> None:
    """Record an error and delay the retry of a span until ``again_at``."""
    connection.execute(
        update(_OUT)
        .where(_OUT.c.topic == span.topic, _OUT.c.chain == span.chain)
        .values(attempts=_OUT.c.attempts + 1, error=error, until=again_at)
    )


def release(connection: Connection, span: Span) -> None:
    """Release the claim on a span without publishing it."""
    connection.execute(delete(_OUT).where(_OUT.c.topic == span.topic, _OUT.c.chain == span.chain))


def unevaluated(connection: Connection, chain: str | None = None) -> dict[str, int]:
    """Return the last unpublished fact that no evaluation has included yet, for each chain that is evaluated."""
    evaluation, enrolled = tables.evaluation, tables.initiative_state
    query = (
        select(_CHAIN.c.id, func.max(_LEDGER.c.version))
        .join(_LEDGER, (_LEDGER.c.chain == _CHAIN.c.id) & (_LEDGER.c.version > _CHAIN.c.published))
        .join(evaluation, evaluation.c.initiative == _CHAIN.c.id, isouter=True)
        .where(_WAITS, _CHAIN.c.version > _CHAIN.c.published, _LEDGER.c.kind.in_(_fact_kinds()))
        .where(or_(evaluation.c.version.is_(None), evaluation.c.version < _LEDGER.c.version))
        .where(or_(_CHAIN.c.id == REGISTRY, _CHAIN.c.id.in_(select(enrolled.c.initiative))))
        .group_by(_CHAIN.c.id)
    )
    if chain is not None:
        query = query.where(_CHAIN.c.id == chain)
    return {row[0]: row[1] for row in connection.execute(query)}


def published(connection: Connection, chain: str) -> int:
    """Return the version up to which a chain was published; 0 if nothing was recorded on it."""
    return connection.execute(select(_CHAIN.c.published).where(_CHAIN.c.id == chain)).scalar() or 0


def last_error(connection: Connection) -> str | None:
    """Return the latest error of a span that still waits."""
    query = select(_OUT.c.error).where(_OUT.c.error.is_not(None)).order_by(_OUT.c.until.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def count_notifiable(version: int) -> ScalarSelect[int]:
    """Return the expression for the number of entries of a chain after one that notices can be made of."""
    of_chain = (_LEDGER.c.chain == _CHAIN.c.id, _LEDGER.c.version > version, _LEDGER.c.kind.in_(_notice_kinds()))
    return select(func.count()).where(*of_chain).correlate(_CHAIN).scalar_subquery()


def backlog(connection: Connection) -> dict[Topic, int]:
    """Return the number of entries that wait for publication, and of those that wait for notices to be made."""
    row = connection.execute(_BACKLOG).one()
    return {"event": int(row.events), "notice": int(row.notices)}


_BACKLOG = select(
    func.coalesce(func.sum(_CHAIN.c.version - _CHAIN.c.published), 0).label("events"),
    func.coalesce(func.sum(_CHAIN.c.notifiable), 0).label("notices"),
).where(_WAITS)


def oldest_pending(connection: Connection, topic: Topic) -> datetime | None:
    """Return when the oldest waiting entry was written; for notices, only of the kinds that can make notices."""
    position = _POSITION[topic]
    query = (
        select(func.min(_LEDGER.c.at))
        .select_from(_CHAIN.join(_LEDGER, (_LEDGER.c.chain == _CHAIN.c.id) & (_LEDGER.c.version > position)))
        .where(_WAITS, _CHAIN.c.version > position)
    )
    if topic == "notice":
        query = query.where(_CHAIN.c.notifiable > 0, _LEDGER.c.kind.in_(_notice_kinds()))
    found: datetime | None = connection.execute(query).scalar_one()
    return found
