"""Sends due notices: claims each for a lease, sends it in a thread, and records the answer of the provider."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from clusterflow.domain.notice import Attachment, mark
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel, Person
from clusterflow.notices.channels import MAIL, takes_nobody, wants_mail_address
from clusterflow.notices.delivery import Answer, Message, deliver
from clusterflow.notices.mail_sessions import close_sessions
from clusterflow.notices.redaction import redacted, secrets_of
from clusterflow.rules.backoff import channel_to_try, retry_delay
from clusterflow.rules.delivery_policy import DeliveryPolicy
from clusterflow.rules.one_time_code import code_of
from clusterflow.services.context import Context
from clusterflow.services.notifications.batching import Clocks, addressed
from clusterflow.services.notifications.pages import Pages
from clusterflow.store import held_notices, notices
from clusterflow.store.database import read_connection
from clusterflow.store.registry import current

LEASE = timedelta(minutes=2)
"""How long a claimed notice belongs to one relay. After that, another may claim it: the first may have died."""


RENEWAL_SECONDS = 30.0
"""How often the leases of notices that are still being sent are renewed: a mail server may answer late."""

HANGS_AFTER_SECONDS = 60.0
"""A notice whose provider does not answer for so long hangs: another one may be sent beside it."""

HANGING_TIMES = 4
"""At most so many times the number of senders are under way, those that hang included."""

COLLECT_SECONDS = 0.05
"""How long an answer waits for others, in seconds, so that one transaction records them together."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route to a person: the channel and the address there, or the reason why it reaches nobody."""

    channel: str
    to: str | None = None
    closed_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed notice, with the routes to its recipient in their order."""

    notice: notices.Due
    routes: tuple[Route, ...]
    route: Route | None
    """The route of this attempt; ``None`` if no route is left."""
    failures: Mapping[str, int]
    attachments: tuple[Attachment, ...]
    begun: float
    """When it was taken, by the monotonic clock."""
    forms: Mapping[str, str]
    """For each open gate review: the address in the body, and the address of the run that shows the form by now."""


class Sender:
    """Sends the notices that are due. The threads only send; the calling thread alone uses the database."""

    def __init__(
        self,
        context: Context,
        channels: Mapping[str, SecretStr],
        pages: Pages,
        policy: DeliveryPolicy | None,
        senders: int,
    ) -> None:
        """
        Args:
            pages: the addresses that notices link to.
            policy: the delivery policy; a second attempt respects its quiet hours, too. ``None`` for no policy.
            senders: how many notices are sent at a time. One that hangs does not stop the others.
        """
        self.context, self.channels, self.pages, self.policy, self.senders = context, channels, pages, policy, senders

    def send(self, at_most: int | None = None) -> tuple[int, int]:
        """Send the notices that are due; return how many were delivered and how many attempts failed."""
        try:
            return self._send(at_most)
        finally:
            close_sessions()

    def _send(self, at_most: int | None) -> tuple[int, int]:
        delivered = failed = taken = 0
        renewed = time.monotonic()
        in_flight: dict[Future[Answer], Delivery] = {}
        answers: list[tuple[Delivery, Answer]] = []
        with ThreadPoolExecutor(HANGING_TIMES * self.senders, "notices") as pool:
            while True:
                # A notice is claimed only when a thread is free, because its lease runs. If this process dies, at most
                # as many notices as there are threads are sent again.
                room = self._room(in_flight.values())
                room = room if at_most is None else min(room, at_most - taken)
                busy = {x.notice.recipient for x in in_flight.values()}
                deliveries = self._settle_and_take(answers, max(room, 0), busy)
                taken += len(deliveries)
                in_flight |= {pool.submit(self._attempt, delivery): delivery for delivery in deliveries}
                if not in_flight:
                    if not answers:
                        return delivered, failed
                    answers = []
                    continue  # what has just failed may be due again, by another channel
                wait(in_flight, RENEWAL_SECONDS, FIRST_COMPLETED)
                done = wait(in_flight, COLLECT_SECONDS).done
                answers = [(in_flight.pop(future), future.result()) for future in done]
                if in_flight and time.monotonic() - renewed >= RENEWAL_SECONDS:
                    renewed = time.monotonic()
                    self._renew(in_flight.values())
                delivered += sum(answer.delivered for _, answer in answers)
                failed += sum(not answer.delivered for _, answer in answers)

    def _room(self, in_flight: Collection[Delivery]) -> int:
        """How many notices may be taken now. Those that hang do not count, as long as there are threads at all."""
        now = time.monotonic()
        hanging = sum(now - x.begun > HANGS_AFTER_SECONDS for x in in_flight)
        return min(self.senders - (len(in_flight) - hanging), HANGING_TIMES * self.senders - len(in_flight))

    def _renew(self, deliveries: Iterable[Delivery]) -> None:
        with self.context.database.begin() as connection:
            notices.renew(connection, [x.notice for x in deliveries], self.context.clock() + LEASE)

    def _settle_and_take(self, answers: Sequence[tuple[Delivery, Answer]], many: int, busy: set[str]) -> list[Delivery]:
        """Record answers and claim the next notices, in one transaction: the disk is waited for once."""
        chosen = self._choose(many, busy) if many else []
        if not answers and not chosen:
            return []
        now = self.context.clock()
        try:
            with self.context.database.begin() as connection:
                self._settle(connection, answers, now)
                mine = notices.claim(connection, chosen, now, now + LEASE) if chosen else []
        except DBAPIError:
            # What was delivered must be recorded, or it is sent again.
            with self.context.database.begin() as connection:
                self._settle(connection, answers, now)
            raise
        return self._deliveries(mine) if mine else []

    def _choose(self, many: int, busy: set[str]) -> list[notices.Due]:
        """Choose the oldest due notice of each person, so that nobody gets notices out of order."""
        first: dict[str, notices.Due] = {}
        for notice in self._due(self.context.clock(), many, busy):
            first.setdefault(notice.recipient, notice)
        return list(first.values())

    def _deliveries(self, mine: Sequence[notices.Due]) -> list[Delivery]:
        """Read what the sending of claimed notices needs."""
        with read_connection(self.context.database) as connection:
            routes_of = self._routes(connection, sorted({n.recipient for n in mine}))
            again = [n.id for n in mine if n.attempts]
            failures = notices.failures(connection, again) if again else {}
            files = notices.attachments(connection, [n.id for n in mine])
            forms = self.pages.open_forms(connection, (n.initiative for n in mine))
        deliveries, begun = [], time.monotonic()
        for notice in mine:
            routes, failed = routes_of[notice.recipient], failures.get(notice.id, Counter())
            name = channel_to_try([d.channel for d in routes], failed)
            route = next((d for d in routes if d.channel == name), None)
            deliveries.append(Delivery(notice, routes, route, failed, files.get(notice.id, ()), begun, forms))
        return deliveries

    def _due(self, now: datetime, many: int, busy: set[str]) -> Sequence[notices.Due]:
        """The due notices whose recipients have no quiet time now; the others are put off."""
        while True:
            with read_connection(self.context.database) as connection:
                due = notices.due_notices(connection, now, many, busy)
                clocks = Clocks.of(connection, self.policy, due, now)
            quiet = {n.id: until for n in due if (until := clocks.quiet_until(n, now)) is not None}
            if not quiet:
                return due
            with self.context.database.begin() as connection:
                held_notices.postpone(connection, quiet)

    def _routes(self, connection: Connection, people: Sequence[str]) -> dict[str, tuple[Route, ...]]:
        """The routes to each person today, in their order; a closed route only where none is open."""
        today = self.context.clock().date()
        known = {p.id: p for p in current(connection, Person, REGISTRY, today, id=list(people))}
        wishes: dict[str, list[Channel]] = {}
        for wish in current(connection, Channel, REGISTRY, today, person=list(people)):
            wishes.setdefault(wish.person, []).append(wish)
        found = {}
        for person in people:
            email = known[person].email if person in known else None
            wanted = sorted(wishes.get(person, []), key=lambda wish: (wish.rank, wish.channel))
            routes = tuple(self._route(w.channel, w.address, email) for w in wanted) or (
                self._route(MAIL, None, email),
            )
            found[person] = tuple(d for d in routes if d.closed_reason is None) or routes[:1]
        return found

    def _route(self, channel: str, address: str | None, email: str | None) -> Route:
        if channel not in self.channels:
            if channel == MAIL:
                return Route(channel, closed_reason="no mail server is configured: set CLUSTERFLOW_MAIL")
            setting = f"CLUSTERFLOW_CHANNEL_{channel.upper().replace('-', '_')}"
            return Route(channel, closed_reason=f"the office defines no channel «{channel}»: set {setting}")
        way, plugins = self.channels[channel], self.context.settings.channel_plugins
        if takes_nobody(way, plugins):
            return Route(channel, address)
        to = address or (email if wants_mail_address(way, plugins) else None)
        if to is None:
            reason = (
                "the registry has no e-mail of this person"
                if channel == MAIL
                else f"the registry has no address for the channel «{channel}» of this person"
            )
            return Route(channel, closed_reason=reason)
        return Route(channel, to)

    def _attempt(self, delivery: Delivery) -> Answer:
        """Deliver one notice. Any exception becomes a failed answer, so that the answers of the others are recorded."""
        try:
            return self._deliver(delivery)
        except Exception as problem:
            secrets = {s for way in self.channels.values() for s in secrets_of(way.get_secret_value())}
            return Answer(False, redacted(f"{type(problem).__name__}: {problem}", secrets))

    def _deliver(self, delivery: Delivery) -> Answer:
        route = delivery.route
        if route is None:
            return Answer(False, "no channel is left")
        if route.closed_reason is not None:
            return Answer(False, route.closed_reason)
        message, settings = self._message(delivery), self.context.settings
        if settings.notices_to is not None:
            to, subject = addressed(settings, delivery.notice, route.to or route.channel)
            route, message = self._route(MAIL, to, None), replace(message, subject=subject)
            if route.closed_reason is not None:
                return Answer(False, route.closed_reason)
        return deliver(route.channel, self.channels[route.channel], route.to, message, settings.channel_plugins)

    def _message(self, delivery: Delivery) -> Message:
        notice, body, codes = delivery.notice, delivery.notice.body, list[str]()
        for place, grant in enumerate(notice.grants if self.context.code_key else ()):
            # Codes are filled in at sending, so that the database holds none.
            codes.append(code_of(self.context.code_key or b"", grant))
            body = body.replace(mark(notice.token, place), codes[-1])
        for review, run in delivery.forms.items():
            body = body.replace(review, run)
        link = self.pages.linked(body, notice.initiative)
        return Message(notice.key, notice.subject, body, link, delivery.attachments, tuple(codes), notice.parts)

    def _settle(self, connection: Connection, answers: Sequence[tuple[Delivery, Answer]], now: datetime) -> None:
        """Record the answers, and when what failed is tried again."""
        if not answers:
            return
        tried = [notices.Attempt(x.notice, x.route.channel if x.route else "", a.delivered, a.text) for x, a in answers]
        notices.record_attempts(connection, tried, now)
        for (delivery, answer), attempt in zip(answers, tried, strict=True):
            if not attempt.delivered:
                self._schedule_retry(connection, delivery, attempt, answer.parts, now)

    def _schedule_retry(
        self, connection: Connection, delivery: Delivery, failed: notices.Attempt, parts: int, now: datetime
    ) -> None:
        """After a failure: try the same channel after a pause, or the next one at once, or give up."""
        notice, channel = failed.notice, failed.channel
        failures = {**delivery.failures, channel: delivery.failures.get(channel, 0) + 1}
        following = channel_to_try([d.channel for d in delivery.routes], failures)
        if following is None:
            notices.mark_dead(connection, notice, now)
        elif following != channel:
            notices.postpone(connection, notice, now)
        else:
            notices.postpone(connection, notice, now + retry_delay(notice.key, channel, failures[channel]), parts)
