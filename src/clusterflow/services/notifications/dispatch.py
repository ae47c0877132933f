"""The way out for notices: from the outbox to people, with a patience of our own. Prefect is not needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property

from pydantic import SecretStr
from sqlalchemy import Connection

from clusterflow.configs.notices import load_notices
from clusterflow.domain.notice import Attachment, Notice, NoticeRule, Recipient, Urgency, mark
from clusterflow.domain.text import Frozen, NoticeLanguage
from clusterflow.notices.audiences import recipients, rules_for
from clusterflow.notices.channels import channels_of
from clusterflow.notices.markup import Marked, link
from clusterflow.notices.render import TemplateFailed, render
from clusterflow.rules.delivery_policy import Manners
from clusterflow.services.calendars import attachment_for, voice_of
from clusterflow.services.catalogue import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.notifications.batching import TOGETHER, arrange, manners_of
from clusterflow.services.notifications.failures import unforeseen
from clusterflow.services.notifications.notice_data import Moment, moment_of
from clusterflow.services.notifications.reminders import Ladder
from clusterflow.services.notifications.sending import Sender
from clusterflow.services.outbox import RETRY_DELAY
from clusterflow.store import held_notices, ledger, notices, outbox
from clusterflow.store.database import reading
from clusterflow.store.outbox import Span


class Sent(Frozen):
    """What a courier's round did."""

    written: int = 0
    delivered: int = 0
    failed: int = 0
    problems: tuple[str, ...] = ()


class Courier:
    """Writes notices out of the outbox and sends those that are due."""

    def __init__(
        self, context: Context, kept: Mapping[str, SecretStr] | None = None, senders: int | None = None
    ) -> None:
        """
        Args:
            kept: channels that are kept elsewhere than in the environment, in Prefect's secrets say.
        """
        self.context, self.kept, self.senders = context, kept, senders or context.settings.senders

    @cached_property
    def rules(self) -> tuple[NoticeRule, ...]:
        return load_notices(self.context.settings.configs / "notices.yaml", metrics_of(self.context))

    @cached_property
    def ladder(self) -> Ladder:
        return Ladder(self.context, self.rules, self.link, self.manners)

    @cached_property
    def manners(self) -> Manners | None:
        """None: they are switched off."""
        return manners_of(self.context.settings)

    def round(self, at_most: int | None = None) -> Sent:
        """Write what is new, send what is due: all of it, or so many at most."""
        written, problems = self._write()
        climbed, unclimbed = self.ladder.climb()
        written, problems = written + climbed, problems + unclimbed
        problems += [*self.ladder.step_down(), *self._let_out()]
        delivered, failed = self._send(at_most)
        return Sent(written=written, delivered=delivered, failed=failed, problems=tuple(problems))

    def _write(self) -> tuple[int, list[str]]:
        now, written, problems = self.context.clock(), 0, list[str]()
        kinds = {rule.event for rule in self.rules if rule.event}
        with self.context.database.connect() as connection:
            waiting = outbox.waiting(connection, "notice", now)
        for span in waiting:
            try:
                made, wrong = self._carry(span, kinds, now)
            except Exception as problem:
                # Whatever it is, it is the trouble of one chain, whose mark stays where it is; it holds up no other.
                made, wrong = 0, [unforeseen(span.chain, problem)]
                self._put_off(span, wrong[0], now)
            written, problems = written + made, problems + wrong
        return written, problems

    def _carry(self, span: Span, kinds: Collection[str], now: datetime) -> tuple[int, list[str]]:
        # Composed before the mark is moved, for nobody who writes is to wait meanwhile; who moves it keeps them.
        with reading(self.context.database) as connection:
            made, problems = self._notices(connection, span, kinds)
        with self.context.database.begin() as connection:
            if not outbox.done(connection, span):
                return 0, []
            return notices.keep(connection, made, now, self.manners), problems

    def _put_off(self, span: Span, error: str, now: datetime) -> None:
        with self.context.database.begin() as connection:
            if outbox.take(connection, span.topic, span.chain, now, now + RETRY_DELAY):
                outbox.failed(connection, span, error, now + RETRY_DELAY)

    def _notices(self, connection: Connection, span: Span, kinds: Collection[str]) -> tuple[list[Notice], list[str]]:
        """The notices of new entries; a template that fails for one person fails that notice alone."""
        made: list[Notice] = []
        problems: list[str] = []
        moments: dict[tuple[str | None, str, datetime], Moment | None] = {}
        for entry in ledger.read_entries(connection, span.chain, span.after, span.version, kinds):
            wanted = rules_for(self.rules, entry.event)
            if not wanted:
                continue
            about = (getattr(entry.event, "stage", None), entry.command, entry.at)
            if about not in moments:
                moments[about] = moment_of(connection, entry, self.context)
            if (read := moments[about]) is None:
                continue
            moment = read.of(entry)
            files: dict[NoticeLanguage, tuple[Attachment, ...]] = {}
            for rule in wanted:
                if rule.metric not in (None, moment.metric):
                    continue
                people = recipients(moment.circle, rule.to, moment.concerned)
                if not people:
                    problems.append(f"{rule.id} of {entry.chain} #{entry.version}: nobody is there to be told")
                for person in people:
                    if person.language not in files:
                        voice = voice_of(self.context.settings.configs / "messages", person.language)
                        file = attachment_for(connection, entry.chain, entry.event, self.context.clock(), voice)
                        files[person.language] = (file,) if file else ()
                    try:
                        made.append(self._notice(rule, moment, person, files[person.language]))
                    except TemplateFailed as problem:
                        problems.append(f"{rule.id} for {person.person}: {problem}")
        return made, problems

    def _notice(
        self, rule: NoticeRule, moment: Moment, person: Recipient, attachments: tuple[Attachment, ...]
    ) -> Notice:
        folder, entry = self.context.settings.configs / "messages", moment.entry
        grants = moment.grants(person.person) if self.context.code_key else []
        token = self.context.new_id()
        codes = [{"code": mark(token, place), "speaks_for": whom} for place, (whom, _) in enumerate(grants)]
        facts = moment.facts(person.language) | {
            "recipient": person,
            "link": self.link(entry.chain),
            "codes": codes,
        }
        country = moment.record.country if moment.record else None
        letter = render(folder, rule.template, person.language, facts, country)
        # A code is good for an open gate only: it cannot wait.
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

    def page(self, initiative: str) -> str:
        """Where the initiative's page is in the Prefect UI."""
        ui = self.context.settings.prefect_api_url.removesuffix("/api")
        return f"{ui}/v2/artifacts/key/initiative-{initiative.replace('.', '-').replace('_', '-')}"

    def link(self, initiative: str) -> Marked:
        """The same, as a text may name it."""
        return link(self.page(initiative))

    def _let_out(self) -> list[str]:
        """Let out what may leave now, gathered where it belongs together."""
        problems: list[str] = []
        if self.manners is None:
            self._let_all_out()
        while self.manners is not None:
            with reading(self.context.database) as connection:
                people = held_notices.people_due(connection, self.context.clock(), TOGETHER)
            if not people:
                break
            with self.context.database.begin() as connection:
                problems += arrange(connection, self.context, self.manners, people)
        return problems

    def _let_all_out(self) -> None:
        """What waits though nobody minds any manners: they were switched off meanwhile."""
        with reading(self.context.database) as connection:
            waits = held_notices.anything_waits(connection)
        if waits:
            with self.context.database.begin() as connection:
                held_notices.release_everything(connection, self.context.clock())

    def _send(self, at_most: int | None = None) -> tuple[int, int]:
        channels = channels_of(self.context.settings, self.kept)
        return Sender(self.context, channels, self.page, self.manners, self.senders).send(at_most)
