"""Reads and changes the notices that are not released for sending yet, per recipient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, func, insert, or_, select, update

from clusterflow.domain.records.parties import Person
from clusterflow.domain.terms import Urgency
from clusterflow.domain.text import NoticeLanguage
from clusterflow.rules.delivery_policy import WEEK, DeliveryPolicy, Receiver, SentMessage, WaitingNotice
from clusterflow.store import tables
from clusterflow.store.registry import InitiativeProfile, people_by_id, profiles_of, work_calendar

_NOTICE = tables.notice
_CHUNK = 400
_DISPATCH_LOCK = 7_206_911
"""The key of the PostgreSQL advisory lock for dispatchers. SQLite allows one writer only, so it needs none."""


@dataclass(frozen=True, slots=True)
class QuotedNotice:
    """The fields of a notice that a digest quotes."""

    id: int
    rule: str
    initiative: str
    language: NoticeLanguage
    subject: str
    body: str


def receivers(
    connection: Connection, of: Iterable[tuple[str, str]], at: datetime, policy: DeliveryPolicy
) -> dict[tuple[str, str], Receiver]:
    """Return the time zone, holidays and digest day of each (person, initiative).

    Time zone and country are the person's own where the registry has them, else those of the initiative.
    """
    wanted = sorted(set(of))
    on = at.date()
    initiatives = profiles_of(connection, on, sorted({initiative for _, initiative in wanted}))
    people = people_by_id(connection, on, sorted({person for person, _ in wanted}))
    found = {}
    for person, initiative in wanted:
        own, profile = people.get(person), initiatives.get(initiative)
        zone = (own.timezone if own else None) or (profile.timezone if profile else "UTC")
        place: Person | InitiativeProfile | None = own if own and (own.country or own.subdivision) else profile
        region = place.subdivision if place else None
        country = (place.country if place else None) or (region[:2] if region else None)
        day = (own.digest_day if own else None) or policy.digest_day
        found[person, initiative] = Receiver(work_calendar(connection, zone, country, region), day)
    return found


def lock_dispatch(connection: Connection) -> None:
    """Block other dispatchers until this transaction ends; two would both use the last place under a cap."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_DISPATCH_LOCK)))


def is_unreleased() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for notices that are not released yet."""
    open_ = (_NOTICE.c.sent_at.is_(None), _NOTICE.c.dead_at.is_(None), _NOTICE.c.gathered_into.is_(None))
    return (*open_, _NOTICE.c.released_at.is_(None))


def recipients_due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Return up to ``limit`` people who have an unreleased notice that is due."""
    return list(connection.execute(_RECIPIENTS_DUE, {"now": now, "most": limit}).scalars())


# Each round of the dispatcher asks this, and SQLAlchemy takes longer to build it than to run it.
_RECIPIENTS_DUE = (
    select(_NOTICE.c.recipient)
    .distinct()
    .where(*is_unreleased(), _NOTICE.c.due_at <= bindparam("now"))
    .limit(bindparam("most", type_=Integer))
)


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return the next moment after ``now`` at which a notice becomes due; None if there is none."""
    found: datetime | None = connection.execute(_NEXT_DUE, {"now": now}).scalar()
    return found


_NEXT_DUE = select(func.min(_NOTICE.c.due_at)).where(
    _NOTICE.c.sent_at.is_(None),
    _NOTICE.c.dead_at.is_(None),
    _NOTICE.c.gathered_into.is_(None),
    _NOTICE.c.due_at > bindparam("now"),
)


def unreleased_by_recipient(
    connection: Connection, people: Sequence[str], now: datetime, policy: DeliveryPolicy
) -> dict[str, list[WaitingNotice]]:
    """Return all unreleased notices of some people, due or not."""
    columns = (
        _NOTICE.c.id, _NOTICE.c.recipient, _NOTICE.c.rule, _NOTICE.c.initiative, _NOTICE.c.urgency, _NOTICE.c.due_at,
    )  # fmt: skip
    rows = connection.execute(
        select(*columns).where(*is_unreleased(), _NOTICE.c.recipient.in_(people)).order_by(_NOTICE.c.id)
    ).all()
    known = receivers(connection, ((r.recipient, r.initiative) for r in rows), now, policy)
    found: dict[str, list[WaitingNotice]] = {}
    for r in rows:
        found.setdefault(r.recipient, []).append(
            WaitingNotice(r.id, (r.rule, r.initiative), Urgency(r.urgency), r.due_at, known[r.recipient, r.initiative])
        )
    return found


def recent_messages(connection: Connection, people: Sequence[str], now: datetime) -> dict[str, list[SentMessage]]:
    """Return the messages that people received in the last seven days, and those released but not sent yet."""
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
    """Return the notices that a digest or batch consists of, the oldest first."""
    found: list[QuotedNotice] = []
    for start in range(0, len(ids), _CHUNK):
        query = select(
            _NOTICE.c.id, _NOTICE.c.rule, _NOTICE.c.initiative, _NOTICE.c.language, _NOTICE.c.subject, _NOTICE.c.body
        )
        rows = connection.execute(query.where(_NOTICE.c.id.in_(ids[start : start + _CHUNK])))
        found += (QuotedNotice(*row) for row in rows)
    return sorted(found, key=lambda notice: notice.id)


def release(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Release notices for sending, unchanged."""
    _update_each(connection, {"released_at": now}, [{"this": i} for i in ids])


def any_unreleased(connection: Connection) -> bool:
    return connection.execute(select(_NOTICE.c.id).where(*is_unreleased()).limit(1)).first() is not None


def release_all(connection: Connection, now: datetime) -> None:
    """Release every unreleased notice at once, without a delivery policy."""
    connection.execute(update(_NOTICE).where(*is_unreleased()).values(released_at=now, due_at=now))


def insert_batch(connection: Connection, row: Mapping[str, object], parts: Sequence[int]) -> None:
    """Insert ``row``, a batch or digest, and mark the notices in ``parts`` as contained in it."""
    (number,) = connection.execute(insert(_NOTICE).values(row)).inserted_primary_key or (None,)
    _update_each(connection, {"gathered_into": number}, [{"this": i} for i in parts])


def postpone(connection: Connection, until: Mapping[int, datetime]) -> None:
    """Move the due times of notices: notice id to its new due time."""
    _update_each(connection, {"due_at": bindparam("until")}, [{"this": i, "until": at} for i, at in until.items()])


def move_to_digest(connection: Connection, until: Mapping[int, datetime]) -> None:
    """Give notices the urgency of a digest, and a new due time each."""
    values = {"due_at": bindparam("until"), "urgency": Urgency.DIGEST.value}
    _update_each(connection, values, [{"this": i, "until": at} for i, at in until.items()])


def _update_each(connection: Connection, values: Mapping[str, object], rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(update(_NOTICE).where(_NOTICE.c.id == bindparam("this")).values(**values), rows)
