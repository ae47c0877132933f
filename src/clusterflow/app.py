"""The one door for flows and CLI: all that the front desk does, and what needs the models and metrics, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from clusterflow.catalogue import Models, metrics_in, named, schemes_in
from clusterflow.desk import Desk
from clusterflow.engine import decide as gates
from clusterflow.engine import dues as issuing
from clusterflow.engine import enrol as enrolment
from clusterflow.engine import evaluate as evaluation
from clusterflow.engine import fall_due as falling
from clusterflow.engine.decide import Decided, Opened
from clusterflow.engine.enrol import Enrolled
from clusterflow.engine.evaluate import Evaluated
from clusterflow.engine.record import Submission
from clusterflow.engine.work import perform
from clusterflow.errors import ClusterflowError
from clusterflow.model.dues import DuesPlan, Scheme
from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.measurement import MetricDeclaration
from clusterflow.model.text import Frozen, Language
from clusterflow.reports.explanation import GateExplanation, explain_gate
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.calendar import WorkCalendar
from clusterflow.rules.judge import judge_gate
from clusterflow.store import due, dues, inbox, ledger, outbox, tables
from clusterflow.store.inbox import Item
from clusterflow.store.metrics import evidence, measure
from clusterflow.store.models import kept_model
from clusterflow.store.outbox import Span
from clusterflow.store.people import Eligible, eligible, person_of
from clusterflow.store.registry import initiative_records

PATIENCE = timedelta(seconds=15)
"""How long the outbox waits before it tries again to reach a Prefect that did not answer."""

LEASE = timedelta(minutes=1)
"""For how long a chain's entries belong to the relay that took them; a relay that died is followed by another."""


class Reviewed(Frozen):
    """What a review of the portfolio found changed."""

    as_of: date
    looked_at: int
    changed: tuple[Evaluated, ...]
    problems: Mapping[str, str] = {}
    """Where one initiative could not be brought up to the day; it holds up no other."""


class FellDue(Frozen):
    """What became due, by initiative; ``problems`` say where it could not be dealt with for the moment."""

    changed: tuple[Evaluated, ...]
    problems: Mapping[str, str]


class DuesIssued(Frozen):
    """What a round of issuing left, by initiative."""

    plans: tuple[DuesPlan, ...]
    problems: Mapping[str, str]

    @property
    def issued(self) -> int:
        return sum(plan.issued for plan in self.plans)


class App(Desk):
    """clusterflow, opened on one database, with the models and metrics of the office."""

    @cached_property
    def metrics(self) -> dict[str, MetricDeclaration]:
        return metrics_in(self.settings.configs)

    @cached_property
    def models(self) -> Mapping[str, LifecycleModel]:
        return Models(self.settings.configs)

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        return schemes_in(self.settings.configs)

    # Commands

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
        with self._reading() as connection:
            observed = evaluation.observe(connection, initiative, self.clock(), self.metrics)
        return perform(
            self.database, self._context(actor, None), "evaluate", initiative, Evaluated,
            lambda work: evaluation.evaluate(work, initiative, self.metrics, observed),
        )  # fmt: skip

    def review(self, actor: str | None = None) -> Reviewed:
        """Bring the whole portfolio up to the day: measured as a set, written only where something changes."""
        fell = self.fall_due(actor)
        with self._reading() as connection:
            enrolled = list(connection.execute(select(tables.initiative_state.c.initiative)).scalars())
            records = initiative_records(connection, self.clock().date(), enrolled)
            # Whose own record was withdrawn lives on, by no country's calendar.
            calendars = dict.fromkeys(enrolled, WorkCalendar())
            calendars |= {i: WorkCalendar(r.timezone, r.country) for i, r in records.items()}
            heads = ledger.heads(connection, enrolled)
            plans = evaluation.evaluate_set(connection, heads, calendars, self.clock(), self.metrics)
        changed, problems = list(fell.changed), dict(fell.problems)
        for initiative in sorted(plans):
            try:
                changed.append(self.evaluate(initiative, actor))
            except (ClusterflowError, SQLAlchemyError) as problem:
                problems[initiative] = str(problem)
        return Reviewed(
            as_of=self.clock().date(),
            looked_at=len(enrolled),
            changed=tuple(c for c in changed if c.changes),
            problems=problems,
        )

    def due_moments(self) -> Sequence[str]:
        """The initiatives in which something has become due."""
        with self._reading() as connection:
            return due.initiatives_due(connection, self.clock())

    def fall_due(self, actor: str | None = None) -> FellDue:
        """Tell what has become due by the calendar; where that is not possible, it is tried again after a while."""
        done, problems = list[Evaluated](), dict[str, str]()
        for initiative in self.due_moments():
            try:
                done.append(self._fall_due(initiative, actor))
            except (ClusterflowError, SQLAlchemyError) as problem:
                problems[initiative] = str(problem)
                with self.database.begin() as connection:
                    due.put_off(connection, initiative, self.clock(), self.clock() + PATIENCE)
        return FellDue(changed=tuple(done), problems=problems)

    def _fall_due(self, initiative: str, actor: str | None) -> Evaluated:
        return perform(
            self.database, self._context(actor, None), "fall due", initiative, Evaluated,
            lambda work: falling.fall_due(work, initiative, self.metrics),
        )  # fmt: skip

    def open_gate(
        self,
        initiative: str,
        stage: str,
        actor: str | None = None,
        key: str | None = None,
        asked_by: str | None = None,
    ) -> Opened:
        """Open a gate review by hand."""
        return perform(
            self.database, self._context(actor, key), "open gate", f"{initiative} {stage}", Opened,
            lambda work: gates.open_review(work, initiative, stage, lambda: self.metrics, asked_by),
        )  # fmt: skip

    def decide(
        self, initiative: str, person: str, ballot: Ballot, key: str | None = None, actor: str | None = None
    ) -> Decided:
        """Take a decision, or refuse it with the reason."""
        return perform(
            self.database, self._context(actor, key), "decide", repr((initiative, person, ballot)), Decided,
            lambda work: gates.decide(work, initiative, person, ballot, lambda: self.metrics, self.code_key),
        )  # fmt: skip

    def renew_code(self, initiative: str, stage: str, person: str, actor: str | None = None) -> Decided:
        """Let a decider have a new one-time code by the next notice."""
        return perform(
            self.database, self._context(actor, None), "renew code", f"{initiative} {stage} {person}", Decided,
            lambda work: gates.renew_code(work, initiative, stage, person, lambda: self.metrics),
        )  # fmt: skip

    @cached_property
    def code_key(self) -> bytes | None:
        """What one-time codes are made with; None where deciders need not prove who they are."""
        return self.settings.code_key() if self.settings.proof == "code" else None

    # Dues

    def dues(self, initiative: str, year: int | None = None) -> DuesPlan:
        """The dues of a year (of the current one where none is named): what is issued, what is to be, what is paid."""
        with self._reading() as connection:
            self._state(connection, initiative, None)
            today = self._days(connection, [initiative])[initiative]
            return issuing.look(connection, initiative, self.schemes, year or today.year, today)

    def issue_dues(self, initiative: str, year: int | None = None, actor: str | None = None) -> DuesPlan:
        """Issue the invoices that are to be; the plan as it stands then."""
        found = self.dues(initiative, year)
        if not found.to_issue:
            return found
        return perform(
            self.database, self._context(actor, None), "issue dues", initiative, DuesPlan,
            lambda work: issuing.issue_dues(work, initiative, self.schemes, found.year),
        )  # fmt: skip

    def issue_all_dues(self, actor: str | None = None) -> DuesIssued:
        """Issue what is to be in every initiative that adopted a scheme; one in trouble holds up no other."""
        with self._reading() as connection:
            asking = dues.initiatives_asking(connection)
        plans, problems = list[DuesPlan](), dict[str, str]()
        for initiative in asking:
            try:
                plans.append(self.issue_dues(initiative, actor=actor))
            except (ClusterflowError, SQLAlchemyError) as problem:
                problems[initiative] = str(problem)
        return DuesIssued(plans=tuple(plans), problems=problems)

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

    def release_gate(self, item: Item) -> None:
        """Take the form from the run that held it, unless it is another one's by now."""
        if item.run is not None:
            with self.database.begin() as connection:
                inbox.release(connection, item.initiative, item.review, item.run)

    def holder_of(self, initiative: str, review: str) -> str | None:
        """The run that holds, or held, the form of a review."""
        with self._reading() as connection:
            return inbox.holder(connection, initiative, review)

    # The outbox: what is to be published

    def outgoing(self) -> Sequence[Span]:
        """What waits to be published, oldest first."""
        with self._reading() as connection:
            return outbox.waiting(connection, "event", self.clock())

    def unevaluated(self, chain: str | None = None) -> dict[str, int]:
        """Where there are unpublished facts that no evaluation has seen yet, and the last of them."""
        with self._reading() as connection:
            return outbox.unevaluated(connection, chain)

    def give_back(self, span: Span) -> None:
        """Let the entries wait for the next round."""
        with self.database.begin() as connection:
            outbox.give_back(connection, span)

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
            named = [gates.stage_of(model, stage)] if stage else list(state.at_gate)
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

    def eligible(self, initiative: str, stage: str) -> tuple[Eligible, ...]:
        """Who may cast a vote at a gate today."""
        with self._reading() as connection:
            state = self._state(connection, initiative, None)
            rule = kept_model(connection, state.model_hash).stage(stage).gate.decided_by
            return eligible(connection, initiative, rule, self._days(connection, [initiative])[initiative])

    def people_behind(self, aliases: Sequence[str]) -> dict[str, str]:
        with self._reading() as connection:
            return person_of(connection, aliases)
