"""From the outbox to people: each notice is taken for a while, sent by one thread, and its answer recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Connection

from clusterflow.domain.notice import Attachment, mark
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel, Person
from clusterflow.notices.channels import MAIL, takes_nobody, wants_mail_address
from clusterflow.notices.delivery import Answer, Message, deliver
from clusterflow.notices.redaction import redacted, secrets_of
from clusterflow.rules.backoff import channel_to_try, pause
from clusterflow.rules.delivery_policy import Manners
from clusterflow.rules.one_time_code import code_of
from clusterflow.services.context import Context
from clusterflow.services.notifications.batching import Clocks, addressed
from clusterflow.store import held_notices, notices
from clusterflow.store.database import reading
from clusterflow.store.registry import current

LEASE = timedelta(minutes=2)
"""For how long an attempt belongs to the relay that took it; a relay that died is followed by another."""


MORE_SECONDS = 0.05
"""How long an answer waits for others, so that they are recorded together and as many are taken after them."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way to a person: the channel, and whom it reaches there; or why it reaches nobody."""

    channel: str
    to: str | None = None
    shut: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that is ours for an attempt, and the ways to the person in their order."""

    notice: notices.Due
    doors: tuple[Door, ...]
    door: Door | None
    """By which it goes now; None where all have been tried to the end."""
    failures: Mapping[str, int]
    attachments: tuple[Attachment, ...]


class Sender:
    """Sends what is due. The threads only send: the database is spoken to by whoever called."""

    def __init__(
        self,
        context: Context,
        channels: Mapping[str, SecretStr],
        page: Callable[[str], str],
        manners: Manners | None,
        senders: int,
    ) -> None:
        """
        Args:
            page: where an initiative's page is.
            manners: the quiet hours, that a second attempt keeps too; None: there are none.
            senders: how many notices are on their way at a time; one that hangs stops no other.
        """
        self.context, self.channels, self.page, self.manners, self.senders = context, channels, page, manners, senders

    def send(self, at_most: int | None = None) -> tuple[int, int]:
        """Send what is due; how many were delivered, and how many attempts failed."""
        delivered = failed = taken = 0
        flying: dict[Future[Answer], Letter] = {}
        with ThreadPoolExecutor(self.senders, "notices") as pool:
            while True:
                # None is taken before it can go, for its lease runs; and what is sent and not yet recorded is sent
                # again if we die now: never more than there are senders.
                room = self.senders - len(flying)
                room = room if at_most is None else min(room, at_most - taken)
                letters = self._take(room, {x.notice.recipient for x in flying.values()}) if room > 0 else []
                taken += len(letters)
                flying |= {pool.submit(self._attempt, letter): letter for letter in letters}
                if not flying:
                    return delivered, failed
                wait(flying, return_when=FIRST_COMPLETED)
                done = wait(flying, MORE_SECONDS).done
                answers = [(flying.pop(future), future.result()) for future in done]
                self._settle(answers)
                delivered += sum(answer.delivered for _, answer in answers)
                failed += sum(not answer.delivered for _, answer in answers)

    def _take(self, many: int, busy: set[str]) -> list[Letter]:
        """Of each person's notices the oldest, and none of who is being told: they come as they were written."""
        now = self.context.clock()
        first: dict[str, notices.Due] = {}
        for notice in self._due(now, many, busy):
            first.setdefault(notice.recipient, notice)
        if not first:
            return []
        with self.context.database.begin() as connection:
            mine = notices.claim(connection, list(first.values()), now, now + LEASE)
        with reading(self.context.database) as connection:
            doors = self._doors(connection, sorted({n.recipient for n in mine}))
            again = [n.id for n in mine if n.attempts]
            failures = notices.failures(connection, again) if again else {}
            files = notices.attachments(connection, [n.id for n in mine])
        letters = []
        for notice in mine:
            ways, failed = doors[notice.recipient], failures.get(notice.id, Counter())
            name = channel_to_try([d.channel for d in ways], failed)
            door = next((d for d in ways if d.channel == name), None)
            letters.append(Letter(notice, ways, door, failed, files.get(notice.id, ())))
        return letters

    def _due(self, now: datetime, many: int, busy: set[str]) -> Sequence[notices.Due]:
        """What is due and disturbs nobody: let out by day and tried again by night, a notice keeps the quiet hours."""
        while True:
            with reading(self.context.database) as connection:
                due = notices.due(connection, now, many, busy)
                clocks = Clocks.of(connection, self.manners, due, now)
            quiet = {n.id: until for n in due if (until := clocks.quiet_until(n, now)) is not None}
            if not quiet:
                return due
            with self.context.database.begin() as connection:
                held_notices.put_off(connection, quiet)

    def _doors(self, connection: Connection, people: Sequence[str]) -> dict[str, tuple[Door, ...]]:
        """The ways to each person today, in their order; the shut ones only where no other is open."""
        today = self.context.clock().date()
        known = {p.id: p for p in current(connection, Person, REGISTRY, today, id=list(people))}
        wishes: dict[str, list[Channel]] = {}
        for wish in current(connection, Channel, REGISTRY, today, person=list(people)):
            wishes.setdefault(wish.person, []).append(wish)
        found = {}
        for person in people:
            email = known[person].email if person in known else None
            wanted = sorted(wishes.get(person, []), key=lambda wish: (wish.rank, wish.channel))
            ways = tuple(self._door(w.channel, w.address, email) for w in wanted) or (self._door(MAIL, None, email),)
            found[person] = tuple(d for d in ways if d.shut is None) or ways[:1]
        return found

    def _door(self, channel: str, address: str | None, email: str | None) -> Door:
        if channel not in self.channels:
            if channel == MAIL:
                return Door(channel, shut="no mail server is configured: set CLUSTERFLOW_MAIL")
            return Door(channel, shut=f"the office defines no channel «{channel}»: see docs/channels.md")
        way, plugins = self.channels[channel], self.context.settings.channel_plugins
        if takes_nobody(way, plugins):
            return Door(channel, address)
        to = address or (email if wants_mail_address(way, plugins) else None)
        if to is None:
            where = "e-mail" if channel == MAIL else f"address for the channel «{channel}»"
            return Door(channel, shut=f"the registry has no {where} of this person")
        return Door(channel, to)

    def _attempt(self, letter: Letter) -> Answer:
        """Whatever goes wrong is a failure of this letter alone: those that arrive beside it are to be recorded."""
        try:
            return self._deliver(letter)
        except Exception as problem:
            secrets = {s for way in self.channels.values() for s in secrets_of(way.get_secret_value())}
            return Answer(False, redacted(f"{type(problem).__name__}: {problem}", secrets))

    def _deliver(self, letter: Letter) -> Answer:
        door = letter.door
        if door is None:
            return Answer(False, "no channel is left")
        if door.shut is not None:
            return Answer(False, door.shut)
        message, settings = self._message(letter), self.context.settings
        if settings.notices_to is not None:
            to, subject = addressed(settings, letter.notice, door.to or door.channel)
            door, message = self._door(MAIL, to, None), replace(message, subject=subject)
            if door.shut is not None:
                return Answer(False, door.shut)
        return deliver(door.channel, self.channels[door.channel], door.to, message, settings.channel_plugins)

    def _message(self, letter: Letter) -> Message:
        notice, body, codes = letter.notice, letter.notice.body, list[str]()
        for place, grant in enumerate(notice.grants if self.context.code_key else ()):
            # Only what leaves carries a code: whoever reads the database finds none.
            codes.append(code_of(self.context.code_key or b"", grant))
            body = body.replace(mark(notice.token, place), codes[-1])
        link = self.page(notice.initiative)
        return Message(notice.key, notice.subject, body, link, letter.attachments, tuple(codes), notice.parts)

    def _settle(self, answers: Sequence[tuple[Letter, Answer]]) -> None:
        now = self.context.clock()
        tried = [notices.Tried(x.notice, x.door.channel if x.door else "", a.delivered, a.text) for x, a in answers]
        with self.context.database.begin() as connection:
            notices.record(connection, tried, now)
            for (letter, answer), attempt in zip(answers, tried, strict=True):
                if not attempt.delivered:
                    self._what_now(connection, letter, attempt, answer.parts, now)

    def _what_now(
        self, connection: Connection, letter: Letter, failed: notices.Tried, parts: int, now: datetime
    ) -> None:
        """After a failure: the same channel after a pause, the next one at once, or none."""
        notice, channel = failed.notice, failed.channel
        failures = {**letter.failures, channel: letter.failures.get(channel, 0) + 1}
        following = channel_to_try([d.channel for d in letter.doors], failures)
        if following is None:
            notices.give_up(connection, notice, now)
        elif following != channel:
            notices.postpone(connection, notice, now)
        else:
            notices.postpone(connection, notice, now + pause(notice.key, channel, failures[channel]), parts)
