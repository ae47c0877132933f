"""Notices on their way: kept until sent, each attempt recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, Update, and_, func, insert, select, update

from clusterflow.model.grant import Grant
from clusterflow.model.notice import Attachment, Notice
from clusterflow.model.text import Frozen, NoticeLanguage
from clusterflow.store import tables

_GRANTS: TypeAdapter[tuple[Grant, ...]] = TypeAdapter(tuple[Grant, ...])


@dataclass(frozen=True, slots=True)
class Due:
    """A notice whose time has come."""

    id: int
    key: str
    initiative: str
    recipient: str
    language: NoticeLanguage
    subject: str
    body: str
    grants: tuple[Grant, ...]
    token: str
    attempts: int


class DeadLetter(Frozen):
    """A notice that was given up: whom it was for, by what it was tried last, and what was said there."""

    key: str
    rule: str
    initiative: str
    recipient: str
    channel: str
    answer: str
    attempts: int
    at: datetime


def keep(connection: Connection, notices: Sequence[Notice], at: datetime) -> int:
    """Keep the notices that are not kept yet, by their key; gives how many are new."""
    table = tables.notice
    keys = [n.key for n in notices]
    there = set(connection.execute(select(table.c.key).where(table.c.key.in_(keys))).scalars())
    new = [
        {
            **n.model_dump(exclude={"attachments"}),
            "grants": _GRANTS.dump_json(n.grants).decode(),
            "created_at": at,
            "due_at": at,
            "attempts": 0,
        }
        for n in notices
        if n.key not in there
    ]
    if new:
        connection.execute(insert(table), new)
        _keep_attachments(connection, [n for n in notices if n.key not in there and n.attachments])
    return len(new)


def _keep_attachments(connection: Connection, notices: Sequence[Notice]) -> None:
    table = tables.notice
    query = select(table.c.key, table.c.id).where(table.c.key.in_([n.key for n in notices]))
    ids = {r.key: r.id for r in connection.execute(query)} if notices else {}
    rows = [{"notice": ids[n.key], "place": i, **a.model_dump()} for n in notices for i, a in enumerate(n.attachments)]
    if rows:
        connection.execute(insert(tables.attachment), rows)


def attachments(connection: Connection, notices: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
    """What goes with notices, by notice; those that nothing goes with are left out."""
    table, found = tables.attachment, dict[int, tuple[Attachment, ...]]()
    for r in connection.execute(
        select(table).where(table.c.notice.in_(notices)).order_by(table.c.notice, table.c.place)
    ):
        found[r.notice] = (*found.get(r.notice, ()), Attachment(name=r.name, mime=r.mime, content=r.content))
    return found


def due(connection: Connection, now: datetime, limit: int = 200, but: Collection[str] = ()) -> Sequence[Due]:
    """The notices whose time has come, the oldest first.

    Args:
        but: people whose notices are left for later.
    """
    table = tables.notice
    rows = connection.execute(
        select(table)
        .where(table.c.sent_at.is_(None), table.c.dead_at.is_(None), table.c.due_at <= now)
        .where(table.c.recipient.not_in(sorted(but)))
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
    )
    return [
        Due(
            r.id, r.key, r.initiative, r.recipient, r.language, r.subject, r.body,
            _GRANTS.validate_json(r.grants), r.token, r.attempts,
        )
        for r in rows
    ]  # fmt: skip


def claim(connection: Connection, notices: Sequence[Due], now: datetime, until: datetime) -> list[Due]:
    """Take notices for one attempt each; those that another relay took first are left out."""
    table = tables.notice
    taken = connection.execute(
        update(table)
        .where(table.c.id.in_([n.id for n in notices]), table.c.due_at <= now)
        .where(table.c.sent_at.is_(None), table.c.dead_at.is_(None))
        .values(attempts=table.c.attempts + 1, due_at=until)
        .returning(table.c.id, table.c.attempts)
    )
    attempts = {r.id: r.attempts - 1 for r in taken}
    return [replace(n, attempts=attempts[n.id]) for n in notices if n.id in attempts]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an attempt."""

    notice: Due
    channel: str
    delivered: bool
    answer: str


def record(connection: Connection, attempts: Sequence[Tried], at: datetime) -> None:
    """Record attempts, and which notices are sent."""
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
        connection.execute(update(tables.notice).where(tables.notice.c.id.in_(sent)).values(sent_at=at))


def failures(connection: Connection, notices: Sequence[int]) -> Mapping[int, Counter[str]]:
    """How often each notice has failed, by channel."""
    table, found = tables.delivery, dict[int, Counter[str]]()
    query = (
        select(table.c.notice, table.c.channel, func.count().label("times"))
        .where(table.c.notice.in_(notices), table.c.delivered.is_(False))
        .group_by(table.c.notice, table.c.channel)
    )
    for r in connection.execute(query):
        found.setdefault(r.notice, Counter())[r.channel] = r.times
    return found


def postpone(connection: Connection, notice: Due, until: datetime) -> None:
    """Leave it for later, unless somebody has taken it meanwhile."""
    connection.execute(_mine(notice).values(due_at=until))


def give_up(connection: Connection, notice: Due, at: datetime) -> None:
    """Make it a dead letter, unless somebody has taken it meanwhile."""
    connection.execute(_mine(notice).values(dead_at=at))


def _mine(notice: Due) -> Update:
    table = tables.notice
    return update(table).where(
        table.c.id == notice.id, table.c.attempts == notice.attempts + 1, table.c.sent_at.is_(None)
    )


def dead_letters(connection: Connection, limit: int = 100) -> list[DeadLetter]:
    """The notices that reached nobody by any channel, the newest first."""
    notice, last = tables.notice, tables.delivery
    other = last.alias()
    newest = select(func.max(other.c.attempt)).where(other.c.notice == notice.c.id).correlate(notice).scalar_subquery()
    query = (
        select(notice, last.c.channel, last.c.answer)
        .select_from(notice)
        .outerjoin(last, and_(last.c.notice == notice.c.id, last.c.attempt == newest))
        .where(notice.c.dead_at.is_not(None))
        .order_by(notice.c.dead_at.desc(), notice.c.id.desc())
        .limit(limit)
    )
    return [
        DeadLetter(
            key=r.key, rule=r.rule, initiative=r.initiative, recipient=r.recipient, channel=r.channel or "",
            answer=r.answer or "", attempts=r.attempts, at=r.dead_at,
        )
        for r in connection.execute(query)
    ]  # fmt: skip


def tally(connection: Connection) -> dict[str, int]:
    """How many notices were sent, wait, and are dead."""
    table = tables.notice
    row = connection.execute(
        select(func.count(table.c.sent_at), func.count(table.c.dead_at), func.count(table.c.id))
    ).one()
    sent, dead, everything = row
    return {"sent": sent, "dead": dead, "waiting": everything - sent - dead}
