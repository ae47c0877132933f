"""Previews notices: runs the dispatcher ahead of time in a scratch database, and sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel
from clusterflow.domain.terms import Urgency
from clusterflow.domain.text import Frozen, NoticeLanguage
from clusterflow.notices.channels import MAIL
from clusterflow.rules.delivery_policy import DeliveryPolicy
from clusterflow.services import review
from clusterflow.services.context import Context
from clusterflow.services.notifications.batching import Clocks
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store import deadlines, held_notices, notices, tables
from clusterflow.store.database import read_connection
from clusterflow.store.registry import current, people_by_id
from clusterflow.store.scratch_database import scratch_copy

DAILY = time(9)
"""The time, in UTC, at which every day is processed even if nothing is known to be due."""

STEP = timedelta(minutes=1)


class MessagePart(Frozen):
    """One notice inside a message."""

    rule: str
    initiative: str
    subject: str


class PreviewMessage(Frozen):
    """A message as it would be sent."""

    at: datetime
    """In the time zone of the recipient."""
    person: str
    reachable: bool
    """Whether the registry has an address of the person, for mail or for one of their channels."""
    urgency: Urgency
    language: NoticeLanguage
    channels: tuple[str, ...]
    """The channels by which it would be tried, in their order."""
    subject: str
    holds: tuple[MessagePart, ...]


class RecordingDispatcher(Dispatcher):
    """A dispatcher that sends nothing and records what it would have sent."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.messages: list[PreviewMessage] = []
        # Codes are filled in at sending. Nothing is sent here, so the secret is not needed.
        context.code_key = None

    def _send(self, at_most: int | None = None) -> tuple[int, int]:
        now, before = self.context.clock(), len(self.messages)
        with self.context.database.begin() as connection:
            waiting = notices.due_notices(connection, now)
            clocks = Clocks.of(connection, self.policy, waiting, now)
            for notice in waiting:
                if (until := clocks.quiet_until(notice, now)) is not None:
                    held_notices.postpone(connection, {notice.id: until})
                else:
                    self.messages.append(self._foreseen(connection, notice, now))
                    table = tables.notice
                    connection.execute(update(table).where(table.c.id == notice.id).values(sent_at=now))
        return len(self.messages) - before, 0

    def _foreseen(self, connection: Connection, notice: notices.Due, now: datetime) -> PreviewMessage:
        home = held_notices.receivers(
            connection, [(notice.recipient, notice.initiative)], now, self.policy or DeliveryPolicy()
        )
        zone = ZoneInfo(home[notice.recipient, notice.initiative].calendar.timezone)
        known = people_by_id(connection, now.date(), [notice.recipient]).get(notice.recipient)
        wishes: list[Channel] = current(connection, Channel, REGISTRY, now.date(), person=notice.recipient)
        wishes.sort(key=lambda wish: (wish.rank, wish.channel))
        return PreviewMessage(
            at=now.astimezone(zone),
            person=notice.recipient,
            reachable=(known is not None and known.email is not None) or any(w.address is not None for w in wishes),
            urgency=notice.urgency,
            language=notice.language,
            channels=tuple(wish.channel for wish in wishes) or (MAIL,),
            subject=notice.subject,
            holds=self._parts(connection, notice),
        )

    def _parts(self, connection: Connection, notice: notices.Due) -> tuple[MessagePart, ...]:
        table = tables.notice
        query = select(table.c.rule, table.c.initiative, table.c.subject).order_by(table.c.id)
        rows = connection.execute(query.where(table.c.gathered_into == notice.id)).all()
        rows = rows or connection.execute(query.where(table.c.id == notice.id)).all()
        return tuple(MessagePart(rule=r.rule, initiative=r.initiative, subject=r.subject) for r in rows)


class Playback:
    """A context on a scratch database; its clock moves from one due moment to the next."""

    def __init__(self, context: Context, now: datetime) -> None:
        self.now = now
        self.context = Context(context.settings, context.database, lambda: self.now)
        self.dispatcher = RecordingDispatcher(self.context)

    def until(self, end: datetime) -> None:
        while True:
            self.process_due()
            following = self._next()
            if following > end:
                self.now = max(self.now, end)
                return
            self.now = following

    def process_due(self) -> None:
        """Process everything that is due now."""
        for initiative in review.process_deadlines(self.context).problems:
            with self.context.database.begin() as connection:
                deadlines.drop_all(connection, initiative)  # it would be tried again and again
        self.dispatcher.run()

    def _next(self) -> datetime:
        with read_connection(self.context.database) as connection:
            moments = (deadlines.next_moment(connection, self.now), held_notices.next_due(connection, self.now))
            known = [at for at in moments if at is not None]
        daily = datetime.combine(self.now.date(), DAILY, UTC)
        daily += timedelta(days=daily <= self.now)
        return max(min(*known, daily) if known else daily, self.now + STEP)


def preview(context: Context, since: datetime, until: datetime) -> Sequence[PreviewMessage]:
    """The messages that would be sent between two moments, if nothing more is recorded."""
    with scratch_copy(context.database) as database:
        settings = context.settings.model_copy(
            update={"database": str(database.url), "proof": "none", "notices_to": None}
        )
        ahead = Playback(Context(settings, database, context.clock), context.clock())
        ahead.until(until)
        return [message for message in ahead.dispatcher.messages if message.at >= since]
