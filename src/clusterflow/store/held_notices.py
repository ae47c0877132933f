"""Notices that wait to be let out: for whom, under which cap, and how they are gathered into one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select, update

from clusterflow.domain.notice import Urgency
from clusterflow.rules.delivery_policy import WEEK, DeliveryPolicy, Receiver, SentMessage, WaitingNotice
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import tables
from clusterflow.store.registry import people_by_id, profiles_of

_NOTICE = tables.notice
_CHUNK = 400
_ARRANGING = 7_206_911
"""The number of PostgreSQL's lock for whoever lets notices out; SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True)
class QuotedNotice:
    """What a digest quotes of a notice."""

    id: int
    rule: str
    initiative: str
    subject: str
    body: str


def receivers(
    connection: Connection, of: Iterable[tuple[str, str]], at: datetime, manners: DeliveryPolicy
) -> dict[tuple[str, str], Receiver]:
    """How people live who are told of initiatives: (person, initiative) to clock, holidays and digest day.

    Clock and country are their own, where the registry knows them, else the initiative's.
    """
    wanted = sorted(set(of))
    on = at.date()
    initiatives = profiles_of(connection, on, sorted({initiative for _, initiative in wanted}))
    people = people_by_id(connection, on, sorted({person for person, _ in wanted}))
    found = {}
    for person, initiative in wanted:
        theirs, home = people.get(person), initiatives.get(initiative)
        zone = (theirs.timezone if theirs else None) or (home.timezone if home else "UTC")
        country = (theirs.country if theirs else None) or (home.country if home else None)
        day = (theirs.digest_day if theirs else None) or manners.digest_day
        found[person, initiative] = Receiver(WorkCalendar(zone, country), day)
    return found


def lock_dispatch(connection: Connection) -> None:
    """Let no other dispatcher count messages until this transaction ends: two would each find the last place free."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ARRANGING)))


def is_unreleased() -> tuple[ColumnElement[bool], ...]:
    """What was not let out yet."""
    open_ = (_NOTICE.c.sent_at.is_(None), _NOTICE.c.dead_at.is_(None), _NOTICE.c.gathered_into.is_(None))
    return (*open_, _NOTICE.c.released_at.is_(None))


def recipients_due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Some of the people for whom something waits whose time has come."""
    query = select(_NOTICE.c.recipient).distinct().where(*is_unreleased(), _NOTICE.c.due_at <= now).limit(limit)
    return list(connection.execute(query).scalars())


def unreleased_by_recipient(
    connection: Connection, people: Sequence[str], now: datetime, manners: DeliveryPolicy
) -> dict[str, list[WaitingNotice]]:
    """All that waits for people, due or not."""
    columns = (
        _NOTICE.c.id, _NOTICE.c.recipient, _NOTICE.c.rule, _NOTICE.c.initiative, _NOTICE.c.urgency, _NOTICE.c.due_at,
    )  # fmt: skip
    rows = connection.execute(
        select(*columns).where(*is_unreleased(), _NOTICE.c.recipient.in_(people)).order_by(_NOTICE.c.id)
    ).all()
    known = receivers(connection, ((r.recipient, r.initiative) for r in rows), now, manners)
    found: dict[str, list[WaitingNotice]] = {}
    for r in rows:
        found.setdefault(r.recipient, []).append(
            WaitingNotice(r.id, (r.rule, r.initiative), Urgency(r.urgency), r.due_at, known[r.recipient, r.initiative])
        )
    return found


def recent_messages(connection: Connection, people: Sequence[str], now: datetime) -> dict[str, list[SentMessage]]:
    """What reached people in the last seven days, or is on its way to them."""
    on_its_way = _NOTICE.c.sent_at.is_(None) & _NOTICE.c.dead_at.is_(None) & _NOTICE.c.released_at.is_not(None)
    rows = connection.execute(
        select(_NOTICE.c.recipient, _NOTICE.c.urgency, _NOTICE.c.sent_at)
        .where(_NOTICE.c.recipient.in_(people), _NOTICE.c.gathered_into.is_(None))
        .where(or_(_NOTICE.c.sent_at > now - WEEK, on_its_way))
    )
    found: dict[str, list[SentMessage]] = {}
    for r in rows:
        found.setdefault(r.recipient, []).append(SentMessage(r.sent_at or now, Urgency(r.urgency)))
    return found


def read_quoted(connection: Connection, ids: Sequence[int]) -> list[QuotedNotice]:
    """What a digest or a batch is made of, the oldest first."""
    found: list[QuotedNotice] = []
    for start in range(0, len(ids), _CHUNK):
        query = select(_NOTICE.c.id, _NOTICE.c.rule, _NOTICE.c.initiative, _NOTICE.c.subject, _NOTICE.c.body)
        rows = connection.execute(query.where(_NOTICE.c.id.in_(ids[start : start + _CHUNK])))
        found += (QuotedNotice(*row._tuple()) for row in rows)
    return sorted(found, key=lambda notice: notice.id)


def release(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Let notices out as they are."""
    _each(connection, {"released_at": now}, [{"this": i} for i in ids])


def any_unreleased(connection: Connection) -> bool:
    return connection.execute(select(_NOTICE.c.id).where(*is_unreleased()).limit(1)).first() is not None


def release_all(connection: Connection, now: datetime) -> None:
    """Let out whatever waits: nobody minds any manners any more."""
    connection.execute(update(_NOTICE).where(*is_unreleased()).values(released_at=now, due_at=now))


def insert_batch(connection: Connection, row: Mapping[str, object], parts: Sequence[int]) -> None:
    """Let several notices out as one, whose text is made of theirs; ``row`` is the one."""
    (number,) = connection.execute(insert(_NOTICE).values(row)).inserted_primary_key or (None,)
    _each(connection, {"gathered_into": number}, [{"this": i} for i in parts])


def postpone(connection: Connection, until: Mapping[int, datetime]) -> None:
    """Look at notices again later."""
    _each(connection, {"due_at": bindparam("until")}, [{"this": i, "until": at} for i, at in until.items()])


def move_to_digest(connection: Connection, until: Mapping[int, datetime]) -> None:
    """Keep notices for the digest."""
    values = {"due_at": bindparam("until"), "urgency": Urgency.DIGEST.value}
    _each(connection, values, [{"this": i, "until": at} for i, at in until.items()])


def _each(connection: Connection, values: Mapping[str, object], rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(update(_NOTICE).where(_NOTICE.c.id == bindparam("this")).values(**values), rows)
