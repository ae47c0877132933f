"""Dispatches notices: writes them from new ledger entries and sends those that are due. Needs no Prefect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property

from pydantic import SecretStr
from sqlalchemy import Connection

from clusterflow.domain.notice import Attachment, Notice, NoticeRule, Recipient, mark
from clusterflow.domain.terms import Urgency
from clusterflow.domain.text import Frozen, NoticeLanguage
from clusterflow.notices.audiences import recipients, rules_for
from clusterflow.notices.channels import channels_of
from clusterflow.notices.markup import link
from clusterflow.notices.render import TemplateFailed, render
from clusterflow.rules.delivery_policy import DeliveryPolicy
from clusterflow.services.calendars import attachment_for, calendar_texts
from clusterflow.services.catalogue.notices import notices_of
from clusterflow.services.context import Context
from clusterflow.services.notifications.batching import PEOPLE_PER_TRANSACTION, batch_and_release, delivery_policy_of
from clusterflow.services.notifications.failures import log_failure
from clusterflow.services.notifications.notice_data import NoticeData, notice_data_of, was_ended_by_a_migration
from clusterflow.services.notifications.pages import Pages, where_to
from clusterflow.services.notifications.reminders import ReminderWriter
from clusterflow.services.notifications.sending import Sender
from clusterflow.services.outbox import RETRY_DELAY
from clusterflow.store import held_notices, ledger, notices, outbox
from clusterflow.store.database import read_connection
from clusterflow.store.outbox import Span


class DispatchResult(Frozen):
    """The result of one run of the dispatcher."""

    written: int = 0
    delivered: int = 0
    failed: int = 0
    problems: tuple[str, ...] = ()


class Dispatcher:
    """Writes the notices of new ledger entries and of reminders, and sends those that are due."""

    def __init__(
        self, context: Context, stored_channels: Mapping[str, SecretStr] | None = None, senders: int | None = None
    ) -> None:
        """
        Args:
            stored_channels: channels that are stored elsewhere than in the environment, such as in Prefect's secrets.
        """
        self.context, self.stored_channels, self.senders = context, stored_channels, senders or context.settings.senders

    @cached_property
    def rules(self) -> tuple[NoticeRule, ...]:
        return notices_of(self.context)

    @cached_property
    def reminders(self) -> ReminderWriter:
        return ReminderWriter(self.context, self.rules, self.pages, self.policy)

    @cached_property
    def policy(self) -> DeliveryPolicy | None:
        """The delivery policy of the office; ``None`` where it is switched off."""
        return delivery_policy_of(self.context.settings)

    def run(self, at_most: int | None = None) -> DispatchResult:
        """Write new notices and send those that are due, at most so many."""
        written, problems = self._write()
        reminded, failures = self.reminders.write_due()
        written, problems = written + reminded, problems + failures
        problems += [*self.reminders.withdraw_done(), *self._release()]
        delivered, failed = self._send(at_most)
        return DispatchResult(written=written, delivered=delivered, failed=failed, problems=tuple(problems))

    def _write(self) -> tuple[int, list[str]]:
        now, written, problems = self.context.clock(), 0, list[str]()
        kinds = {rule.event for rule in self.rules if rule.event}
        with self.context.database.connect() as connection:
            waiting = outbox.pending(connection, "notice", now)
        for span in waiting:
            try:
                made, wrong = self._write_span(span, kinds, now)
            except Exception as problem:
                # Whatever failed concerns one chain. Its entries stay in the outbox; the other chains go on.
                made, wrong = 0, [log_failure(span.chain, problem)]
                self._put_off(span, wrong[0], now)
            written, problems = written + made, problems + wrong
        return written, problems

    def _write_span(self, span: Span, kinds: Collection[str], now: datetime) -> tuple[int, list[str]]:
        # Rendered before the writing transaction begins, so that no other command has to wait for it. Only the
        # dispatcher that marks the span as done stores the notices.
        with read_connection(self.context.database) as connection:
            made, problems = self._notices(connection, span, kinds)
        with self.context.database.begin() as connection:
            if not outbox.mark_done(connection, span):
                return 0, []
            return notices.insert_notices(connection, made, now, self.policy), problems

    def _put_off(self, span: Span, error: str, now: datetime) -> None:
        with self.context.database.begin() as connection:
            if outbox.claim(connection, span.topic, span.chain, now, now + RETRY_DELAY):
                outbox.mark_failed(connection, span, error, now + RETRY_DELAY)

    def _notices(self, connection: Connection, span: Span, kinds: Collection[str]) -> tuple[list[Notice], list[str]]:
        """Render the notices of new entries. A template that fails for one person costs that notice alone."""
        made: list[Notice] = []
        problems: list[str] = []
        data_of: dict[tuple[str | None, str, datetime, bool], NoticeData | None] = {}
        for entry in ledger.read_entries(connection, span.chain, span.after, span.version, kinds):
            wanted = rules_for(self.rules, entry.event)
            if not wanted:
                continue
            stage, is_over = getattr(entry.event, "stage", None), was_ended_by_a_migration(entry.event)
            about = (stage, entry.command, entry.at, is_over)
            if about not in data_of:
                data_of[about] = notice_data_of(connection, entry, self.context)
            if (read := data_of[about]) is None:
                continue
            data = read.of(entry)
            files: dict[NoticeLanguage, tuple[Attachment, ...]] = {}
            for rule in wanted:
                if rule.metric is not None and rule.metric not in data.metrics:
                    continue
                people = recipients(data.stakeholders, rule.to, data.concerned)
                if not people:
                    problems.append(f"{rule.id} of {entry.chain} #{entry.version}: nobody is there to receive it")
                for person in people:
                    if person.language not in files:
                        texts = calendar_texts(self.context.settings.configs / "messages", person.language)
                        file = attachment_for(connection, entry.chain, entry.event, self.context.clock(), texts)
                        files[person.language] = (file,) if file else ()
                    try:
                        made.append(self._notice(rule, data, person, files[person.language]))
                    except TemplateFailed as problem:
                        problems.append(f"{rule.id} for {person.person}: {problem}")
        return made, problems

    def _notice(
        self, rule: NoticeRule, data: NoticeData, person: Recipient, attachments: tuple[Attachment, ...]
    ) -> Notice:
        folder, entry = self.context.settings.configs / "messages", data.entry
        grants = data.grants(person.person) if self.context.code_key else []
        token = self.context.new_id()
        codes = [{"code": mark(token, place), "speaks_for": whom} for place, (whom, _) in enumerate(grants)]
        facts = data.facts(person.language) | {
            "recipient": person,
            **where_to(self.pages, data.subject if data.may_see(person.person) else None),
            "gate_link": link(self.pages.decision(data.subject, data.open_review)) if data.open_review else "",
            "review_open": data.open_review is not None,
            "may_decide": data.may_decide(person.person),
            "codes": codes,
        }
        country = data.record.country if data.record else None
        letter = render(folder, rule.template, person.language, facts, country)
        # A code is only valid while its gate is open, so the notice cannot wait.
        coded = any(mark(token, place) in letter.markdown for place in range(len(codes)))
        return Notice(
            key=f"{rule.id}:{entry.chain}:{entry.version}:{person.person}",
            rule=rule.id,
            initiative=entry.chain,
            version=entry.version,
            recipient=person.person,
            language=person.language,
            subject=letter.subject,
            body=letter.markdown,
            urgency=Urgency.URGENT if coded else rule.urgency,
            grants=tuple(grant for _, grant in grants),
            token=token,
            attachments=attachments,
        )

    @cached_property
    def pages(self) -> Pages:
        return Pages(self.context.settings)

    def _release(self) -> list[str]:
        """Release the notices that may be sent now, batched per recipient; return the problems."""
        problems: list[str] = []
        if self.policy is None:
            self._release_all()
        while self.policy is not None:
            with read_connection(self.context.database) as connection:
                people = held_notices.recipients_due(connection, self.context.clock(), PEOPLE_PER_TRANSACTION)
            if not people:
                break
            with self.context.database.begin() as connection:
                problems += batch_and_release(connection, self.context, self.policy, people)
        return problems

    def _release_all(self) -> None:
        """Release every held notice: the delivery policy was switched off while they waited."""
        with read_connection(self.context.database) as connection:
            waits = held_notices.any_unreleased(connection)
        if waits:
            with self.context.database.begin() as connection:
                held_notices.release_all(connection, self.context.clock())

    def _send(self, at_most: int | None = None) -> tuple[int, int]:
        channels = channels_of(self.context.settings, self.stored_channels)
        return Sender(self.context, channels, self.pages, self.policy, self.senders).send(at_most)
