"""Selects the notices to send now and batches them per recipient, by the delivery policy of the office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

from sqlalchemy import Connection

from clusterflow.domain.notice import Notice, Recipient
from clusterflow.domain.records.parties import Person
from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.domain.terms import Urgency, Weekday
from clusterflow.domain.text import alphabetical, as_sentence
from clusterflow.notices.markup import Marked, escaped
from clusterflow.notices.render import render
from clusterflow.rules.delivery_policy import DeliveryPolicy, Plan, Receiver, plan
from clusterflow.services.catalogue.notices import notices_of
from clusterflow.services.context import Context
from clusterflow.services.notifications.failures import log_failure
from clusterflow.settings import Settings
from clusterflow.store import held_notices, notices
from clusterflow.store.held_notices import QuotedNotice
from clusterflow.store.registry import initiative_records, people_by_id

DIGEST, BATCH = "digest", "batch"

PEOPLE_PER_TRANSACTION = 10
"""Recipients per transaction. It stays small because a decision at a gate waits for the transaction to end."""

RENDER_RETRY_DELAY = timedelta(hours=1)
"""How long a message waits after it could not be rendered, so that somebody can repair its template."""

SALUTATION = 160
"""The longest salutation, in characters. A digest greets the reader once, so its parts lose theirs."""


def delivery_policy_of(settings: Settings) -> DeliveryPolicy | None:
    """The delivery policy of the settings; ``None`` where it is switched off."""
    if settings.notices_policy == "off":
        return None
    since, _, until = settings.notices_quiet.partition("-")
    return DeliveryPolicy(
        quiet=(time.fromisoformat(since), time.fromisoformat(until)) if until else None,
        weekly_cap=settings.notices_cap or None,
        digest_day=Weekday(settings.notices_digest),
        gather=timedelta(minutes=settings.notices_gather),
    )


def addressed(settings: Settings, notice: notices.Due, address: str) -> tuple[str, str]:
    """The address and the subject of a message; in a rehearsal, the address of the settings and a marked subject."""
    if settings.notices_to is None:
        return address, notice.subject
    return settings.notices_to, f"[{notice.recipient} <{address}>] {notice.subject}"


@dataclass(frozen=True, slots=True)
class Clocks:
    """The calendars of the people whose notices are about to be sent."""

    policy: DeliveryPolicy | None
    receivers: Mapping[tuple[str, str], Receiver]

    @classmethod
    def of(
        cls, connection: Connection, policy: DeliveryPolicy | None, waiting: Iterable[notices.Due], now: datetime
    ) -> Self:
        deferrable = {(n.recipient, n.initiative) for n in waiting if n.urgency is not Urgency.URGENT}
        known = held_notices.receivers(connection, deferrable, now, policy) if policy and deferrable else {}
        return cls(policy, known)

    def quiet_until(self, notice: notices.Due, now: datetime) -> datetime | None:
        """When the quiet time of the recipient ends; ``None`` if the notice may be sent now."""
        receiver = self.receivers.get((notice.recipient, notice.initiative))
        if self.policy is None or receiver is None or not self.policy.is_quiet(receiver.calendar, now):
            return None
        return self.policy.opens_at(receiver.calendar, now)


def batch_and_release(
    connection: Connection, context: Context, policy: DeliveryPolicy, people: Sequence[str]
) -> list[str]:
    """Release the notices that may be sent to these people; return the problems.

    One transaction counts and writes their messages. Otherwise two dispatchers could both use the last place under
    the weekly cap.
    """
    now = context.clock()
    held_notices.lock_dispatch(connection)
    waiting = held_notices.unreleased_by_recipient(connection, people, now, policy)
    lately = held_notices.recent_messages(connection, people, now)
    plans = {person: plan(policy, mine, lately.get(person, ()), now) for person, mine in waiting.items()}
    return _apply(connection, context, plans, now)


def _apply(connection: Connection, context: Context, plans: Mapping[str, Plan], now: datetime) -> list[str]:
    gathered = [
        (person, parts, rule)
        for person, made in plans.items()
        for parts, rule in [*((batch, BATCH) for batch in made.batches if len(batch) > 1), (made.digest, DIGEST)]
        if parts
    ]
    writer = _Writer(connection, context, now, [person for person, _, _ in gathered])
    late, problems = dict[int, datetime](), list[str]()
    for person, parts, rule in gathered:
        try:
            written = writer.write(person, parts, rule)
        except Exception as problem:
            # Most likely a template failed. One message that cannot be rendered must not stop the others.
            problems.append(log_failure(f"{rule} for {person}", problem))
            late |= dict.fromkeys(parts, now + RENDER_RETRY_DELAY)
            continue
        held_notices.insert_batch(connection, notices.row_of(written, now, now, now), parts)
    single = [batch[0] for made in plans.values() for batch in made.batches if len(batch) == 1]
    held_notices.release(connection, single, now)
    for made in plans.values():
        late |= made.put_off
    held_notices.postpone(connection, late)
    held_notices.move_to_digest(connection, {i: at for made in plans.values() for i, at in made.to_digest.items()})
    return problems


class _Writer:
    """Renders one message out of several notices."""

    def __init__(self, connection: Connection, context: Context, now: datetime, people: Sequence[str]) -> None:
        self.connection, self.context, self.now, self.on = connection, context, now, now.date()
        self.ahead = {r.id for r in notices_of(context) if r.on and OCCASIONS[r.on].by_lead_time}
        """The rules about what comes if nothing happens, which has a section of its own in a digest."""
        self.people: dict[str, Person] = people_by_id(connection, self.on, people)

    def write(self, person: str, parts: Sequence[int], rule: str) -> Notice:
        """
        Raises:
            TemplateFailed: which template, where, and which variable.
        """
        quoted = held_notices.read_quoted(self.connection, parts)
        names = self._names({one.initiative for one in quoted})
        known = self.people.get(person)
        recipient = Recipient(
            person=person,
            name=known.name if known else person,
            address=known.email if known else None,
            language=quoted[-1].language,
        )
        sections = [
            {
                "name": name,
                "notices": [_section_of(one, recipient, name) for one in mine if one.rule not in self.ahead],
                "ahead": [_section_of(one, recipient, name) for one in mine if one.rule in self.ahead],
            }
            for initiative, name in names.items()
            for mine in [[one for one in quoted if one.initiative == initiative]]
        ]
        facts = {"recipient": recipient, "initiatives": sections, "count": len(quoted), "subject": quoted[0].subject}
        letter = render(self.context.settings.configs / "messages", rule, recipient.language, facts)
        first = next(one for one in quoted if one.id == parts[0])
        return Notice(
            key=f"{rule}:{first.initiative}:{first.id}:{person}:{self.now:%Y%m%dT%H%M%S}",
            rule=DIGEST if rule == DIGEST else first.rule,
            initiative=first.initiative,
            version=0,
            recipient=person,
            language=recipient.language,
            subject=letter.subject,
            body=letter.markdown,
            urgency=Urgency.DIGEST if rule == DIGEST else Urgency.NORMAL,
        )

    def _names(self, initiatives: set[str]) -> dict[str, str]:
        """The names of the initiatives, in the order of the names."""
        records = initiative_records(self.connection, self.on, sorted(initiatives))
        names = {i: records[i].name if i in records else i for i in initiatives}
        return dict(sorted(names.items(), key=lambda item: (alphabetical(item[1]), item[0])))


def _section_of(one: QuotedNotice, recipient: Recipient, initiative: str) -> dict[str, str]:
    """A notice as a section of another: without the name of the initiative, and without the salutation."""
    head, _, rest = one.body.partition("\n\n")
    greets = escaped(recipient.name) in head and len(head) <= SALUTATION
    return {
        "subject": as_sentence(one.subject.removeprefix(f"{initiative}: ")),
        "text": Marked((rest if greets else one.body).strip()),
    }
