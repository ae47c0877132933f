"""The one door for flows and CLI: joins the parts, reads the clock, makes the ids."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlalchemy import Engine as Database

from clusterflow.catalogue import metrics_in, models_in, named
from clusterflow.engine import decide as gates
from clusterflow.engine import enrol as enrolment
from clusterflow.engine import evaluate as evaluation
from clusterflow.engine import record as recording
from clusterflow.engine.decide import Decided, Opened
from clusterflow.engine.enrol import Enrolled
from clusterflow.engine.evaluate import Evaluated
from clusterflow.engine.record import Recorded, Submission
from clusterflow.engine.work import Context, perform
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.model.events import Entry
from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.measurement import MetricDeclaration
from clusterflow.model.records.parties import Initiative
from clusterflow.model.state import InitiativeState
from clusterflow.model.text import Frozen, Language
from clusterflow.reports.board import Board, board_of
from clusterflow.reports.explanation import GateExplanation, explain_gate
from clusterflow.reports.status import InitiativeStatus, status_of
from clusterflow.rules.decision import Ballot
from clusterflow.rules.fold import replay
from clusterflow.rules.judge import judge_gate
from clusterflow.rules.mistakes import nearest
from clusterflow.settings import Settings
from clusterflow.store import inbox, ledger, notices, outbox, tables
from clusterflow.store.database import check_schema, shared_database
from clusterflow.store.inbox import Item
from clusterflow.store.metrics import evidence, measure
from clusterflow.store.models import kept_model
from clusterflow.store.outbox import Span
from clusterflow.store.people import capacities, person_of
from clusterflow.store.registry import initiative_records
from clusterflow.store.state import in_order, load_state

Clock = Callable[[], datetime]


PATIENCE = timedelta(seconds=15)
"""How long the outbox waits before it tries again to reach a Prefect that did not answer."""

LEASE = timedelta(minutes=1)
"""For how long a chain's entries belong to the relay that took them; a relay that died is followed by another."""


def system_clock() -> datetime:
    return datetime.now(UTC)


class Reviewed(Frozen):
    """What a review of the portfolio found changed."""

    as_of: date
    looked_at: int
    changed: tuple[Evaluated, ...]


class Backlog(Frozen):
    """What waits to go out: events for Prefect and notices for people; and what was given up."""

    events: int = 0
    notices: int = 0
    given_up: int = 0
    error: str | None = None


class EligibleDecider(Frozen):
    """Somebody who may decide at a gate today, in a role the model asks for."""

    person: str
    roles: tuple[str, ...]


class App:
    """clusterflow, opened on one database."""

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        self.settings, self.database, self.clock = settings, database, clock

    @classmethod
    def open(cls, settings: Settings | None = None, clock: Clock = system_clock) -> App:
        """Open the database of the settings.

        Raises:
            SchemaMismatch: it has another schema than this version works on.
        """
        chosen = settings or Settings()
        database = shared_database(chosen.database_url)
        check_schema(database)
        return cls(chosen, database, clock).at(chosen.today)

    def at(self, day: date | None) -> App:
        """The same, as if it were that day (at noon, UTC); None leaves the clock alone."""
        if day is None:
            return self
        moment = datetime.combine(day, time(12), UTC)
        twin = App(self.settings, self.database, lambda: moment)
        twin.__dict__.update({k: v for k, v in self.__dict__.items() if k in ("metrics", "models")})
        return twin

    @property
    def language(self) -> Language:
        return "es" if self.settings.language == "es" else "en"

    @cached_property
    def metrics(self) -> dict[str, MetricDeclaration]:
        return metrics_in(self.settings.configs)

    @cached_property
    def models(self) -> dict[str, LifecycleModel]:
        return models_in(self.settings.configs)

    # Commands

    def _context(self, actor: str | None, key: str | None) -> Context:
        return Context(self.clock(), actor or self.settings.actor, lambda: secrets.token_hex(16), key)

    def record(self, submissions: Sequence[Submission], actor: str | None = None, key: str | None = None) -> Recorded:
        """Record facts: all of them or none."""
        request = repr([(s.type, s.initiative, sorted(s.fields.items()), s.retract) for s in submissions])
        return perform(
            self.database, self._context(actor, key), "record", request, Recorded,
            lambda work: recording.record(work, submissions),
        )  # fmt: skip

    def enrol(
        self, initiative: Submission, model_id: str, actor: str | None = None, key: str | None = None
    ) -> Enrolled:
        """Begin an initiative's life under a model."""
        model = named(self.models, model_id)
        request = repr((sorted(initiative.fields.items()), model.hash))
        return perform(
            self.database, self._context(actor, key), "enrol", request, Enrolled,
            lambda work: enrolment.enrol(work, initiative, model),
        )  # fmt: skip

    def evaluate(self, initiative: str, actor: str | None = None) -> Evaluated:
        """Bring one initiative up to the day."""
        return perform(
            self.database, self._context(actor, None), "evaluate", initiative, Evaluated,
            lambda work: evaluation.evaluate(work, initiative, self.metrics),
        )  # fmt: skip

    def review(self, actor: str | None = None) -> Reviewed:
        """Bring the whole portfolio up to the day: measured as a set, written only where something changes."""
        with self._reading() as connection:
            enrolled = list(connection.execute(select(tables.initiative_state.c.initiative)).scalars())
            days = self._days(connection, enrolled)
            plans = evaluation.evaluate_set(connection, ledger.heads(connection, enrolled), days, self.metrics)
        changed = tuple(self.evaluate(initiative, actor) for initiative in sorted(plans))
        return Reviewed(
            as_of=self.clock().date(), looked_at=len(enrolled), changed=tuple(c for c in changed if c.changes)
        )

    def open_gate(self, initiative: str, stage: str, actor: str | None = None, key: str | None = None) -> Opened:
        """Open a gate review by hand."""
        return perform(
            self.database, self._context(actor, key), "open gate", f"{initiative} {stage}", Opened,
            lambda work: gates.open_review(work, initiative, stage, lambda: self.metrics),
        )  # fmt: skip

    def decide(
        self, initiative: str, person: str, ballot: Ballot, key: str | None = None, actor: str | None = None
    ) -> Decided:
        """Take a decision, or refuse it with the reason."""
        return perform(
            self.database, self._context(actor, key), "decide", repr((initiative, person, ballot)), Decided,
            lambda work: gates.decide(work, initiative, person, ballot, lambda: self.metrics),
        )  # fmt: skip

    # The inbox: which flow run holds the form of an open gate

    def inbox(self, initiative: str | None = None) -> list[Item]:
        """The open gates, each with the run that holds its form."""
        with self._reading() as connection:
            return inbox.items(connection, initiative)

    def take_gate(self, initiative: str, run: str) -> Item | None:
        """An open gate whose form this run holds already, or takes now; None where others hold them all."""
        with self.database.begin() as connection:
            waiting = inbox.items(connection, initiative)
            for item in sorted(waiting, key=lambda i: i.run != run):
                if item.run == run:
                    return item
                if item.run is None and inbox.claim(connection, initiative, item.review, run, self.clock()):
                    return replace(item, run=run)
        return None

    def form_answered(self, item: Item) -> None:
        """The form's answer was dealt with."""
        with self.database.begin() as connection:
            inbox.answered(connection, item.initiative, item.review)

    def release_gate(self, initiative: str, review: str) -> None:
        """Take the form from the run that held it."""
        with self.database.begin() as connection:
            inbox.release(connection, initiative, review)

    def holder_of(self, initiative: str, review: str) -> str | None:
        """The run that holds, or held, the form of a review."""
        with self._reading() as connection:
            return inbox.holder(connection, initiative, review)

    # The outbox: what is to be published

    def outgoing(self) -> Sequence[Span]:
        """What waits to be published, oldest first."""
        with self._reading() as connection:
            return outbox.waiting(connection, "event", self.clock())

    def unevaluated(self) -> set[str]:
        """The chains with unpublished facts that no evaluation has seen yet."""
        with self._reading() as connection:
            return outbox.unevaluated(connection)

    def take_outgoing(self, chain: str) -> Span | None:
        """What is to be published of a chain, for the caller alone; None where another relay has it."""
        with self.database.begin() as connection:
            return outbox.take(connection, "event", chain, self.clock(), self.clock() + LEASE)

    def published(self, span: Span) -> None:
        with self.database.begin() as connection:
            outbox.done(connection, span)

    def not_published(self, span: Span, error: str) -> None:
        """Leave the entries waiting for a while, with the reason."""
        with self.database.begin() as connection:
            outbox.failed(connection, span, error, self.clock() + PATIENCE)

    # Questions

    def _reading(self) -> Connection:
        return self.database.connect().execution_options(read_only=True)

    def _days(self, connection: Connection, initiatives: Sequence[str]) -> dict[str, date]:
        now = self.clock()
        records = initiative_records(connection, now.date(), initiatives)
        return {i: now.astimezone(ZoneInfo(r.timezone)).date() for i, r in records.items()}

    def initiatives(self) -> list[str]:
        with self._reading() as connection:
            table = tables.initiative_state
            return list(connection.execute(select(table.c.initiative).order_by(table.c.initiative)).scalars())

    def _state(self, connection: Connection, initiative: str, as_of: date | None) -> InitiativeState:
        heads = ledger.heads(connection, [initiative])
        now = load_state(connection, heads[0]) if heads else None
        if now is None:
            known = connection.execute(select(tables.initiative_state.c.initiative)).scalars()
            raise UnknownName("enrolled initiative", initiative, nearest(initiative, known))
        if as_of is None:
            return now
        until = datetime.combine(as_of, time.max, UTC)
        entries = (e for e in ledger.read_entries(connection, initiative) if e.at <= until)
        then = replay(entries)
        if then is None:
            raise NotPossible(f"on {as_of} «{initiative}» was not yet enrolled; it was on {now.enrolled_on}")
        return in_order(then)

    def state(self, initiative: str, as_of: date | None = None) -> InitiativeState:
        """The stored state, or what the ledger adds up to at the end of a day."""
        with self._reading() as connection:
            return self._state(connection, initiative, as_of)

    def status(self, initiative: str, as_of: date | None = None, language: Language | None = None) -> InitiativeStatus:
        """Where an initiative stands, today or at the end of a day."""
        with self._reading() as connection:
            return self._status(connection, initiative, as_of, language or self.language)

    def _status(
        self, connection: Connection, initiative: str, as_of: date | None, language: Language
    ) -> InitiativeStatus:
        state = self._state(connection, initiative, as_of)
        day = as_of or self._days(connection, [initiative])[initiative]
        record = initiative_records(connection, day, [initiative]).get(initiative)
        notes = evaluation.last_notes(connection, initiative) if as_of is None else {}
        return status_of(state, kept_model(connection, state.model_hash), record, day, language, notes)

    def board(self, as_of: date | None = None, language: Language | None = None) -> Board:
        """The portfolio, today or at the end of a day; who was not yet enrolled then is left out."""
        told = language or self.language
        statuses = []
        with self._reading() as connection:
            for initiative in connection.execute(select(tables.initiative_state.c.initiative)).scalars().all():
                try:
                    statuses.append(self._status(connection, initiative, as_of, told))
                except NotPossible:
                    continue
        return board_of(statuses, as_of or self.clock().date(), told)

    def explain(
        self,
        initiative: str,
        stage: str | None = None,
        as_of: date | None = None,
        known_at: datetime | None = None,
        language: Language | None = None,
        with_evidence: bool = True,
    ) -> tuple[GateExplanation, ...]:
        """The gates of an initiative, each criterion with what is behind it; those under way where none is named."""
        told = language or self.language
        with self._reading() as connection:
            state = self._state(connection, initiative, as_of)
            model = kept_model(connection, state.model_hash)
            day = as_of or self._days(connection, [initiative])[initiative]
            record = initiative_records(connection, day, [initiative]).get(initiative)
            named = [gates.stage_of(model, stage)] if stage else [v.stage for v in state.open_visits]
            wanted = {c.call for s in named for c in model.stage(s).gate.criteria}
            found = measure(connection, wanted, self.metrics, day, [initiative], known_at)
            mine = {call: by[initiative] for call, by in found.items() if initiative in by}

            return tuple(
                explain_gate(
                    judge_gate(model.stage(s), mine),
                    model,
                    initiative=initiative,
                    name=record.name if record else initiative,
                    as_of=day,
                    review=review.id if (review := state.open_review(s)) else None,
                    declarations=self.metrics,
                    evidence=lambda call: (
                        evidence(connection, call, initiative, day, known_at) if with_evidence else ()
                    ),
                    language=told,
                )
                for s in named
            )

    def eligible(self, initiative: str, stage: str) -> tuple[EligibleDecider, ...]:
        """Who may decide at a gate today."""
        with self._reading() as connection:
            state = self._state(connection, initiative, None)
            rule = kept_model(connection, state.model_hash).stage(stage).gate.decided_by
            day = self._days(connection, [initiative])[initiative]
            found = []
            for person, (roles, helixes) in sorted(capacities(connection, initiative, day).items()):
                fitting = tuple(r for r in rule.roles if r in roles)
                if fitting and not helixes & set(rule.never):
                    found.append(EligibleDecider(person=person, roles=fitting))
            return tuple(found)

    def record_of(self, initiative: str) -> Initiative | None:
        """What is recorded of the initiative itself."""
        with self._reading() as connection:
            return initiative_records(connection, self.clock().date(), [initiative]).get(initiative)

    def model_of(self, initiative: str) -> LifecycleModel:
        """The model that the initiative is pinned to."""
        with self._reading() as connection:
            return kept_model(connection, self._state(connection, initiative, None).model_hash)

    def entries(self, chain: str, after: int = 0, until: int | None = None) -> tuple[Entry, ...]:
        """The ledger of an initiative."""
        with self._reading() as connection:
            if not ledger.heads(connection, [chain]):
                known = [h.chain for h in ledger.heads(connection)]
                raise UnknownName("initiative in the ledger", chain, nearest(chain, known))
            return tuple(ledger.read_entries(connection, chain, after, until))

    def first_break(self, chain: str) -> int | None:
        """The first entry at which the chain does not verify, or None where it is whole."""
        with self._reading() as connection:
            return ledger.first_break(connection, chain)

    def people_behind(self, aliases: Sequence[str]) -> dict[str, str]:
        with self._reading() as connection:
            return person_of(connection, aliases)

    def backlog(self) -> Backlog:
        """What waits to go out, and why."""
        with self._reading() as connection:
            waiting = outbox.backlog(connection)
            mails = notices.tally(connection)
            return Backlog(
                events=waiting["event"],
                notices=waiting["notice"] + mails["waiting"],
                given_up=mails["dead"],
                error=outbox.last_error(connection),
            )
