"""Writes the reminders that are due by a reference date, when a day begins where the initiative is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from clusterflow.domain.appointment import AppointmentKind
from clusterflow.domain.money import Money
from clusterflow.domain.notice import Attachment, Audience, Notice, NoticeRule, Offset, Recipient
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.domain.terms import Urgency
from clusterflow.domain.text import model_language
from clusterflow.notices.audiences import Concerned, recipients
from clusterflow.notices.render import TemplateFailed, render
from clusterflow.rules.delivery_policy import DeliveryPolicy
from clusterflow.rules.reminder_ladder import (
    CATCH_UP,
    ON_ITS_WAY,
    Step,
    last_step_reached,
    notice_key,
)
from clusterflow.services.calendars import attachment_of, calendar_texts
from clusterflow.services.coming_turns import refresh_coming_turns, turn_facts
from clusterflow.services.context import Context
from clusterflow.services.notifications.failures import log_failure
from clusterflow.services.notifications.occasion_search import find_nearby
from clusterflow.services.notifications.pages import Pages, Subject, where_to
from clusterflow.store import notices, reminders
from clusterflow.store.database import read_connection
from clusterflow.store.registry import InitiativeProfile, profiles_of
from clusterflow.store.reminder_occasions import OccasionMatch
from clusterflow.store.stakeholders import Stakeholders, stakeholders_of
from clusterflow.store.view_basis import Facts, facts_behind

SEARCH_INTERVAL = timedelta(hours=1)
"""How often to look for initiatives in which a new day has begun."""

DAY = timedelta(days=1)

ESCALATED = "+"
"""Ends the rule of a notice to the people one level up: it is never batched with the recipient's own reminders."""


@dataclass(frozen=True, slots=True)
class Due:
    """A step of a reminder ladder that an occasion has reached, and the rule that asks for it."""

    rule: NoticeRule
    found: OccasionMatch
    step: Step
    home: InitiativeProfile
    today: date
    """The current day where the initiative is."""

    def key(self, person: str) -> str:
        return notice_key(
            self.rule.id, self.found.initiative, self.found.subject, self.step.offset, self.found.reference, person
        )

    @property
    def name(self) -> str:
        """How problems name it."""
        found = self.found
        return f"{self.rule.id} of {found.initiative}, {found.subject} of {found.reference}, step {self.step.offset}"


class ReminderWriter:
    """Writes the reminders that are due, once a day for each initiative. Writing again changes nothing."""

    def __init__(
        self, context: Context, rules: Iterable[NoticeRule], pages: Pages, policy: DeliveryPolicy | None
    ) -> None:
        self.context, self.policy = context, policy
        self.rules = [rule for rule in rules if rule.on]
        self.pages = pages
        self._asked: datetime | None = None
        self._days: dict[str, date] = {}
        """The last day that was processed, by time zone."""
        self._turns_found_on: dict[str, tuple[Facts, date]] = {}
        """By initiative: the facts and the day for which coming turns were last searched."""

    def write_due(self) -> tuple[int, list[str]]:
        """Write the reminders that are due; return how many are new, and the problems."""
        now = self.context.clock()
        if not self.rules or (self._asked is not None and abs(now - self._asked) < SEARCH_INTERVAL):
            return 0, []
        self._asked = now
        by_initiative: dict[str, list[Due]] = defaultdict(list)
        try:
            due = self.due(now)
        except Exception as problem:
            # Other notices still go out; the search is tried again in an hour.
            return 0, [log_failure("the search for due reminders failed", problem)]
        for one in due:
            by_initiative[one.found.initiative].append(one)
        written, problems, begun, failed = 0, list[str](), dict[str, date](), set[str]()
        for initiative, mine in by_initiative.items():
            zone, today = mine[0].home.timezone, mine[0].today
            if self._days.get(zone) == today:
                continue
            begun[zone] = today
            try:
                made, wrong = self._write(mine)
            except IntegrityError:
                continue  # another relay writes the same at this moment
            except Exception as problem:
                # Whatever failed concerns one initiative; the others go on.
                problems.append(log_failure(initiative, problem))
                failed.add(zone)
                continue
            written, problems = written + made, problems + wrong
        self._days |= {zone: day for zone, day in begun.items() if zone not in failed}
        return written, problems

    def _find_turns_again(self, initiatives: Collection[str], today: date) -> None:
        """Find again what will turn where a fact or the day has changed since it was found last."""
        with read_connection(self.context.database) as connection:
            basis = {i: (facts, today) for i, facts in facts_behind(connection, sorted(initiatives)).items()}
        if changed := {i for i, found in basis.items() if self._turns_found_on.get(i) != found}:
            problems = refresh_coming_turns(self.context, changed)
            self._turns_found_on |= {i: basis[i] for i in changed - {*problems}}

    def withdraw_done(self) -> list[str]:
        """Withdraw unsent reminders of things that were done meanwhile; return the problems."""
        now = self.context.clock()
        names = [name for rule in self.rules for name in (rule.id, rule.id + ESCALATED)]
        with read_connection(self.context.database) as connection:
            leaving = reminders.rules_with_reminders_due(connection, names, now)
            if not leaving:
                return []
            waiting = reminders.undelivered_reminders(connection, leaving)
        try:
            ahead = {rule.id for rule in self.rules if OCCASIONS[rule.on or ""].by_lead_time}
            self._find_turns_again({reminder.initiative for reminder in waiting if reminder.rule in ahead}, now.date())
            found = self.due(now, {rule.removesuffix(ESCALATED) for rule in leaving}, ON_ITS_WAY)
        except Exception as problem:
            return [log_failure("the search for finished reminders failed", problem)]
        still: dict[tuple[str, str], list[Due]] = defaultdict(list)
        for one in found:
            still[one.rule.id, one.found.initiative].append(one)
        over = [
            reminder
            for reminder in waiting
            if all(
                d.key(reminder.recipient) != reminder.key
                for d in still[reminder.rule.removesuffix(ESCALATED), reminder.initiative]
            )
        ]
        if over:
            with self.context.database.begin() as connection:
                reminders.withdraw(connection, over, now)
        return []

    def due(self, now: datetime, of: Collection[str] | None = None, late: timedelta = CATCH_UP) -> list[Due]:
        """Find the steps that are due today, for all initiatives at once, by their reference dates.

        Args:
            of: the ids of the rules to look for; ``None`` for all.
            late: how long ago a step may have been reached.
        """
        first, last = now.date() - DAY, now.date() + DAY
        with read_connection(self.context.database) as connection:
            rules = [rule for rule in self.rules if of is None or rule.id in of]
            nearby = find_nearby(connection, self.context.settings.configs, rules, first, last, late)
            homes = profiles_of(connection, now.date(), sorted({found.initiative for _, found in nearby}))
        days = {home.timezone: home.calendar.today(now) for home in homes.values()}
        due: list[Due] = []
        for rule, found in nearby:
            home = homes.get(found.initiative)
            if home is None:
                continue
            today = days[home.timezone]
            urgent = rule.urgency is Urgency.URGENT
            if rule.ladder:
                step = last_step_reached(found.reference, rule.ladder, home.calendar, today, urgent, late)
            else:
                step = Step(Offset(count=0), today) if today < found.reference else None
            if step is not None:
                due.append(Due(rule, found, step, home, today))
        return due

    def _write(self, due: list[Due]) -> tuple[int, list[str]]:
        """Write the reminders of one initiative. A template that fails for one person costs that notice alone."""
        made: list[Notice] = []
        problems: list[str] = []
        initiative, today = due[0].found.initiative, due[0].today
        with read_connection(self.context.database) as connection:
            organisations = {d.found.organisation for d in due} - {None}
            persons = filter(None, {d.found.person for d in due})
            stakeholders = stakeholders_of(connection, initiative, today, sorted(filter(None, organisations)), persons)
            wanted = [(d, person, level) for d in due for person, level in _recipients(d, stakeholders, problems)]
            there = notices.existing_keys(connection, (d.key(person.person) for d, person, _ in wanted))
            for one, person, level in wanted:
                if one.key(person.person) in there:
                    continue
                try:
                    made.append(self._notice(one, person, level, self._files(connection, one, person)))
                except TemplateFailed as problem:
                    problems.append(f"{one.rule.id} for {person.person}: {problem}")
        if not made:
            return 0, problems
        with self.context.database.begin() as connection:
            return notices.insert_notices(connection, made, self.context.clock(), self.policy), problems

    def _files(self, connection: Connection, due: Due, person: Recipient) -> tuple[Attachment, ...]:
        """The calendar file of a learning session, in the recipient's language; empty for other occasions."""
        if due.rule.on != "learning.session":
            return ()
        session, _, _ = due.found.subject.partition("/")
        kind, now = AppointmentKind.LEARNING_SESSION, self.context.clock()
        texts = calendar_texts(self.context.settings.configs / "messages", person.language)
        file = attachment_of(connection, due.found.initiative, kind, session, now, texts)
        return (file,) if file else ()

    def _turn(self, due: Due, person: Recipient) -> dict[str, Any]:
        """What will turn, in the recipient's language; nothing for other occasions."""
        turn = due.found.facts.get("turn")
        if turn is None:
            return {}
        language = model_language(person.language)
        with read_connection(self.context.database) as connection, numbers_of(language, due.home.country):
            return {"turn": turn_facts(self.context, connection, due.home.initiative, turn, language)}

    def _notice(self, due: Due, person: Recipient, level: _Level, attachments: tuple[Attachment, ...]) -> Notice:
        home = due.home
        facts = (
            _facts(due)
            | self._turn(due, person)
            | where_to(self.pages, Subject(home.initiative))
            | {"recipient": person, "codes": []}
        )
        folder = self.context.settings.configs / "messages"
        letter = render(folder, level.template, person.language, facts, home.country)
        return Notice(
            key=due.key(person.person),
            rule=due.rule.id + (ESCALATED if level.escalated else ""),
            initiative=home.initiative,
            version=0,
            recipient=person.person,
            language=person.language,
            urgency=due.rule.urgency,
            subject=letter.subject,
            body=letter.markdown,
            attachments=attachments,
        )


@dataclass(frozen=True, slots=True)
class _Level:
    """The audiences of a reminder at first, or those one level up, with their template."""

    audiences: tuple[Audience, ...]
    template: str
    escalated: bool = False


def _recipients(due: Due, stakeholders: Stakeholders, problems: list[str]) -> Iterator[tuple[Recipient, _Level]]:
    """The recipients, each with the level at which they are notified: whom it concerns comes first."""
    found, rule = due.found, due.rule
    concerned = Concerned(body=found.body, organisation=found.organisation, person=found.person)
    levels = [_Level(rule.to, rule.template)]
    if above := rule.escalation_audiences(due.step.offset):
        levels.append(_Level(above, rule.escalated or rule.template, escalated=True))
    already: set[str] = set()
    for level in levels:
        people = recipients(stakeholders, level.audiences, concerned)
        if not people:
            who = ", ".join(a.group for a in level.audiences)
            problems.append(f"{due.name}: nobody is there to receive it ({who})")
        for person in people:
            if person.person not in already:
                already.add(person.person)
                yield person, level


def _facts(due: Due) -> dict[str, Any]:
    """The variables of the template: amounts as money, dates as days from today."""
    home, today = due.home, due.today
    facts = {name: value for name, value in due.found.facts.items() if not name.endswith("_currency")}
    for name in [n for n in facts if n.endswith("_minor")]:
        facts[name.removesuffix("_minor")] = Money(minor=facts.pop(name), currency=due.found.facts["amount_currency"])
    # The organisation or body may have ended since; then its id stands for its name.
    for name, known in (("organisation_name", due.found.organisation), ("body_name", due.found.body)):
        facts[name] = facts.get(name) or known
    return {
        "initiative": {"initiative": home.initiative, "name": home.name},
        "occasion": facts | {"subject": due.found.subject, "organisation": due.found.organisation},
        "step": str(due.step.offset),
        "escalated": bool(due.rule.escalation_audiences(due.step.offset)),
        "reference": due.found.reference,
        "today": today,
        "days_left": (due.found.reference - today).days,
        "days_since": (today - due.found.reference).days,
        "numbers": dict(due.rule.with_),
    }
