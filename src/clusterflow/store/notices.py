"""Stores notices until they are sent, and records each delivery attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Update, bindparam, delete, func, insert, or_, select, update

from clusterflow.domain.notice import Attachment, Notice
from clusterflow.domain.terms import Urgency
from clusterflow.domain.text import NoticeLanguage
from clusterflow.domain.vote_grant import GRANTS, Grant
from clusterflow.rules.delivery_policy import DeliveryPolicy
from clusterflow.store import tables
from clusterflow.store.held_notices import receivers

_CHUNK = 400
"""A statement takes a limited number of bound parameters, so keys are read in portions."""


# Built once: SQLAlchemy takes longer to build these statements than to run them.
_NOTICE = tables.notice
_THESE = _NOTICE.c.id.in_(bindparam("ids", expanding=True))
_OPEN = _NOTICE.c.sent_at.is_(None) & _NOTICE.c.dead_at.is_(None)
_DUE = (
    select(_NOTICE)
    .where(_OPEN, _NOTICE.c.gathered_into.is_(None), _NOTICE.c.due_at <= bindparam("now"))
    .where(_NOTICE.c.released_at.is_not(None), _NOTICE.c.recipient.not_in(bindparam("but", expanding=True)))
    .order_by(_NOTICE.c.due_at, _NOTICE.c.id)
    .limit(bindparam("most", type_=Integer))
)
_CLAIM = (
    update(_NOTICE)
    .where(_THESE, _NOTICE.c.due_at <= bindparam("now"), _OPEN)
    .values(attempts=_NOTICE.c.attempts + 1, due_at=bindparam("until"))
    .returning(_NOTICE.c.id, _NOTICE.c.attempts)
)
_ARRIVED = update(_NOTICE).where(_THESE).values(sent_at=bindparam("now"), dead_at=None, withdrawn=False)
_ATTACHMENTS = (
    select(tables.attachment, func.coalesce(_NOTICE.c.gathered_into, _NOTICE.c.id).label("message"))
    .join_from(tables.attachment, _NOTICE, _NOTICE.c.id == tables.attachment.c.notice)
    .where(or_(_THESE, _NOTICE.c.gathered_into.in_(bindparam("ids", expanding=True))))
    .order_by(tables.attachment.c.notice, tables.attachment.c.place)
)


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is due for sending."""

    id: int
    key: str
    initiative: str
    recipient: str
    language: NoticeLanguage
    subject: str
    body: str
    urgency: Urgency
    grants: tuple[Grant, ...]
    token: str
    attempts: int
    parts: int
    """How many of its parts the last channel delivered."""


def row_of(notice: Notice, at: datetime, due_at: datetime, released_at: datetime | None) -> dict[str, Any]:
    """Return the row of a new notice."""
    return {
        **notice.model_dump(exclude={"attachments"}),
        "urgency": notice.urgency.value,
        "grants": GRANTS.dump_json(notice.grants).decode(),
        "created_at": at,
        "due_at": due_at,
        "released_at": released_at,
        "attempts": 0,
        "parts": 0,
        "withdrawn": False,
        "forgiven": 0,
    }


def insert_notices(
    connection: Connection, notices: Sequence[Notice], at: datetime, policy: DeliveryPolicy | None
) -> int:
    """Insert the notices whose keys are not stored yet; return how many are new.

    Args:
        policy: the policy that decides when each may be sent; None: all at once.
    """
    table = tables.notice
    known = _known(connection, (n.key for n in notices))
    new = [n for n in notices if known.get(n.key, True)]
    patient = [n for n in new if n.urgency is not Urgency.URGENT]
    rows = [row_of(n, at, at, at) for n in new if policy is None or n.urgency is Urgency.URGENT]
    if policy is not None and patient:
        of = receivers(connection, ((n.recipient, n.initiative) for n in patient), at, policy)
        due_at = {n.key: policy.first_due(of[n.recipient, n.initiative], n.urgency, at) for n in patient}
        rows += [row_of(n, at, due_at[n.key], None) for n in patient]
    fresh = [row for row in rows if row["key"] not in known]
    if fresh:
        connection.execute(insert(table), fresh)
    if rows:
        _reinstate(connection, [row for row in rows if row["key"] in known])
        _insert_attachments(connection, [n for n in new if n.attachments])
    return len(rows)


def existing_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that have a stored notice, sent or not, that was not withdrawn."""
    return {key for key, withdrawn in _known(connection, keys).items() if not withdrawn}


def _known(connection: Connection, keys: Iterable[str]) -> dict[str, bool]:
    """Return the stored ones of some keys, and whether each notice was withdrawn."""
    table, wanted, found = tables.notice, sorted(set(keys)), dict[str, bool]()
    for start in range(0, len(wanted), _CHUNK):
        portion = wanted[start : start + _CHUNK]
        rows = connection.execute(select(table.c.key, table.c.withdrawn).where(table.c.key.in_(portion)))
        found |= {row.key: row.withdrawn for row in rows}
    return found


def _reinstate(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Reinstate withdrawn notices with new texts and a full number of retries; their past attempts stay recorded."""
    table = tables.notice
    if not rows:
        return
    keys = [row["key"] for row in rows]
    stale = select(table.c.id).where(table.c.key.in_(keys))
    connection.execute(delete(tables.attachment).where(tables.attachment.c.notice.in_(stale)))
    for row in rows:
        new = {name: value for name, value in row.items() if name not in ("key", "attempts", "forgiven")}
        new |= {"dead_at": None, "gathered_into": None, "forgiven": table.c.attempts}
        connection.execute(update(table).where(table.c.key == row["key"]).values(new))


def _insert_attachments(connection: Connection, notices: Sequence[Notice]) -> None:
    table = tables.notice
    query = select(table.c.key, table.c.id).where(table.c.key.in_([n.key for n in notices]))
    ids = {r.key: r.id for r in connection.execute(query)} if notices else {}
    rows = [{"notice": ids[n.key], "place": i, **a.model_dump()} for n in notices for i, a in enumerate(n.attachments)]
    if rows:
        connection.execute(insert(tables.attachment), rows)


def attachments(connection: Connection, notices: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
    """Return the attachments of messages and of the notices batched in them, by message id."""
    found = dict[int, tuple[Attachment, ...]]()
    for r in connection.execute(_ATTACHMENTS, {"ids": notices}):
        found[r.message] = (*found.get(r.message, ()), Attachment(name=r.name, mime=r.mime, content=r.content))
    return found


def due_notices(connection: Connection, now: datetime, limit: int = 200, but: Collection[str] = ()) -> Sequence[Due]:
    """Return released notices that are due, the oldest first.

    Args:
        but: people whose notices are left out.
    """
    rows = connection.execute(_DUE, {"now": now, "but": sorted(but), "most": limit})
    return [
        Due(
            r.id, r.key, r.initiative, r.recipient, r.language, r.subject, r.body,
            Urgency(r.urgency), GRANTS.validate_json(r.grants), r.token, r.attempts, r.parts,
        )
        for r in rows
    ]  # fmt: skip


def claim(connection: Connection, notices: Sequence[Due], now: datetime, until: datetime) -> list[Due]:
    """Claim notices for one attempt each; those that another relay claimed first are left out."""
    claimed = connection.execute(_CLAIM, {"ids": [n.id for n in notices], "now": now, "until": until})
    attempts = {r.id: r.attempts - 1 for r in claimed}
    return [replace(n, attempts=attempts[n.id]) for n in notices if n.id in attempts]


def renew(connection: Connection, notices: Sequence[Due], until: datetime) -> None:
    """Extend the claims of notices whose attempts go on."""
    table = tables.notice
    still = table.c.id.in_([n.id for n in notices]) & table.c.sent_at.is_(None) & table.c.dead_at.is_(None)
    connection.execute(update(table).where(still).values(due_at=until))


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of a delivery attempt."""

    notice: Due
    channel: str
    delivered: bool
    answer: str


def record_attempts(connection: Connection, attempts: Sequence[Attempt], at: datetime) -> None:
    """Record attempts, and mark the delivered notices as sent."""
    rows = [
        {
            "notice": a.notice.id, "attempt": a.notice.attempts + 1, "at": at,
            "channel": a.channel, "delivered": a.delivered, "answer": a.answer,
        }
        for a in attempts
    ]  # fmt: skip
    connection.execute(insert(tables.delivery), rows)
    sent = [a.notice.id for a in attempts if a.delivered]
    if sent:
        connection.execute(_ARRIVED, {"ids": sent, "now": at})


def failures(connection: Connection, notices: Sequence[int]) -> Mapping[int, Counter[str]]:
    """Count the failed attempts of each notice by channel, without those before it was requeued."""
    table, found = tables.delivery, dict[int, Counter[str]]()
    query = (
        select(table.c.notice, table.c.channel, func.count().label("times"))
        .join(tables.notice, tables.notice.c.id == table.c.notice)
        .where(table.c.notice.in_(notices), table.c.delivered.is_(False), table.c.attempt > tables.notice.c.forgiven)
        .group_by(table.c.notice, table.c.channel)
    )
    for r in connection.execute(query):
        found.setdefault(r.notice, Counter())[r.channel] = r.times
    return found


def postpone(connection: Connection, notice: Due, until: datetime, parts: int = 0) -> None:
    """Delay a notice, unless another relay has claimed it meanwhile.

    Args:
        parts: how many of its parts were delivered and need not be sent again.
    """
    connection.execute(_still_claimed(notice).values(due_at=until, parts=parts))


def mark_dead(connection: Connection, notice: Due, at: datetime) -> None:
    """Make a notice a dead letter, unless another relay has claimed it meanwhile."""
    connection.execute(_still_claimed(notice).values(dead_at=at))


def _still_claimed(notice: Due) -> Update:
    table = tables.notice
    return update(table).where(
        table.c.id == notice.id, table.c.attempts == notice.attempts + 1, table.c.sent_at.is_(None)
    )


def overdue(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """Return how many notices are overdue, and the due time of the oldest."""
    table = tables.notice
    query = select(func.count(), func.min(table.c.due_at)).where(
        table.c.sent_at.is_(None), table.c.dead_at.is_(None), table.c.gathered_into.is_(None), table.c.due_at <= now
    )
    count, since = connection.execute(query).one()
    return count, since
