"""The way out for notices: from the outbox to people, with a patience of our own. Prefect is not needed."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from sqlalchemy import Connection

from clusterflow.app import App
from clusterflow.configs.notices import load_notices
from clusterflow.courier.arrange import Clocks, addressed, arrange, manners_of
from clusterflow.courier.ladder import Ladder
from clusterflow.courier.moment import Moment, moment_of
from clusterflow.model.notice import Notice, NoticeRule, Recipient, Urgency, mark
from clusterflow.model.records.base import REGISTRY
from clusterflow.model.records.parties import Person
from clusterflow.model.text import Frozen
from clusterflow.notices.deliver import CHANNEL, Answer, send_mail
from clusterflow.notices.markup import Marked, link
from clusterflow.notices.render import TemplateFailed, render
from clusterflow.notices.route import recipients, rules_for
from clusterflow.rules.manners import Manners
from clusterflow.rules.proof import code_of
from clusterflow.store import ledger, notices, outbox
from clusterflow.store.outbox import Span
from clusterflow.store.registry import current

BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
"""How long to wait after each failed attempt; after the last one the notice is dead, and ``status`` says so."""

LEASE = timedelta(minutes=2)
"""For how long an attempt belongs to the relay that took it; a relay that died is followed by another."""


class Sent(Frozen):
    """What a courier's round did."""

    written: int = 0
    delivered: int = 0
    failed: int = 0
    problems: tuple[str, ...] = ()


class Courier:
    """Writes notices out of the outbox and sends those that are due."""

    def __init__(self, app: App) -> None:
        self.app = app

    @cached_property
    def rules(self) -> tuple[NoticeRule, ...]:
        return load_notices(self.app.settings.configs / "notices.yaml", self.app.metrics)

    @cached_property
    def ladder(self) -> Ladder:
        return Ladder(self.app, self.rules, self.link, self.manners)

    @cached_property
    def manners(self) -> Manners | None:
        """None: they are switched off."""
        return manners_of(self.app.settings)

    def round(self) -> Sent:
        """Write what is new, send what is due."""
        written, problems = self._write()
        climbed, unclimbed = self.ladder.climb()
        written, problems = written + climbed, problems + unclimbed
        problems += self._let_out()
        delivered, failed = self._send()
        return Sent(written=written, delivered=delivered, failed=failed, problems=tuple(problems))

    def _write(self) -> tuple[int, list[str]]:
        now, written, problems = self.app.clock(), 0, list[str]()
        with self.app.database.connect() as connection:
            waiting = outbox.waiting(connection, "notice", now)
        for span in waiting:
            # The mark first: who moves it writes the notices, in the same transaction.
            with self.app.database.begin() as connection:
                if outbox.done(connection, span):
                    made, wrong = self._notices(connection, span)
                    written += notices.keep(connection, made, now, self.manners)
                    problems += wrong
        return written, problems

    def _notices(self, connection: Connection, span: Span) -> tuple[list[Notice], list[str]]:
        """The notices of new entries; a template that fails for one person fails that notice alone."""
        made: list[Notice] = []
        problems: list[str] = []
        kinds = {rule.event for rule in self.rules if rule.event}
        for entry in ledger.read_entries(connection, span.chain, span.after, span.version, kinds):
            wanted = rules_for(self.rules, entry.event)
            moment = moment_of(connection, entry, self.app.new_id) if wanted else None
            if moment is None:
                continue
            for rule in wanted:
                if rule.metric not in (None, moment.metric):
                    continue
                people = recipients(moment.circle, rule.to, moment.concerned)
                if not people:
                    problems.append(f"{rule.id} of {entry.chain} #{entry.version}: nobody is there to be told")
                for person in people:
                    try:
                        made.append(self._notice(rule, moment, person))
                    except TemplateFailed as problem:
                        problems.append(f"{rule.id} for {person.person}: {problem}")
        return made, problems

    def _notice(self, rule: NoticeRule, moment: Moment, person: Recipient) -> Notice:
        folder, entry = self.app.settings.configs / "messages", moment.entry
        grants = moment.grants(person.person) if self.app.code_key else []
        token = self.app.new_id()
        codes = [{"code": mark(token, place), "speaks_for": whom} for place, (whom, _) in enumerate(grants)]
        facts = moment.facts(person.language) | {"recipient": person, "link": self.link(entry.chain), "codes": codes}
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
        )

    def link(self, initiative: str) -> Marked:
        """Where the initiative's page is in the Prefect UI."""
        ui = self.app.settings.prefect_api_url.removesuffix("/api")
        return link(f"{ui}/v2/artifacts/key/initiative-{initiative.replace('.', '-').replace('_', '-')}")

    def _let_out(self) -> list[str]:
        """Let out what may leave now, gathered where it belongs together."""
        problems: list[str] = []
        while self.manners is not None:
            with self.app.database.begin() as connection:
                arranged = arrange(connection, self.app, self.manners)
            if arranged is None:
                break
            problems += arranged
        return problems

    def _send(self) -> tuple[int, int]:
        delivered = failed = 0
        with self.app.database.connect() as connection:
            waiting = notices.due(connection, self.app.clock())
            clocks = Clocks.of(connection, self.manners, waiting, self.app.clock())
        for notice in waiting:
            if (until := clocks.quiet_until(notice, self.app.clock())) is not None:
                # Let out by day, tried again by night: also what failed before keeps the quiet hours.
                with self.app.database.begin() as connection:
                    notices.postpone(connection, notice, until)
                continue
            with self.app.database.begin() as connection:
                mine = notices.claim(connection, notice, self.app.clock() + LEASE)
                known = current(connection, Person, REGISTRY, self.app.clock().date(), id=notice.recipient)
            if not mine:
                continue
            answer = self._attempt(notice, known[0].email if known else None)
            self._settle(notice, answer)
            delivered, failed = delivered + answer.delivered, failed + (not answer.delivered)
        return delivered, failed

    def _attempt(self, notice: notices.Due, address: str | None) -> Answer:
        server = self.app.settings.mail
        if server is None:
            return Answer(False, "no mail server is configured: set CLUSTERFLOW_MAIL")
        if address is None:
            return Answer(False, "the registry has no e-mail of this person")
        body = notice.body
        for place, grant in enumerate(notice.grants if self.app.code_key else ()):
            # Only what leaves carries a code: whoever reads the database finds none.
            body = body.replace(mark(notice.token, place), code_of(self.app.code_key or b"", grant))
        address, subject = addressed(self.app.settings, notice, address)
        return send_mail(server, address, notice.key, subject, body)

    def _settle(self, notice: notices.Due, answer: Answer) -> None:
        now = self.app.clock()
        dead = notice.attempts >= len(BACKOFF)
        with self.app.database.begin() as connection:
            notices.settle(connection, notice, now, answer.delivered, answer.text, CHANNEL, dead)
            if not answer.delivered and not dead:
                notices.postpone(connection, notice, now + BACKOFF[notice.attempts])
