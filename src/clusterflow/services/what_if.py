"""What if: the answers before and after some facts that are not recorded. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from clusterflow.domain.events import FindingChanged
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records import RECORDS
from clusterflow.domain.ruling import RulebookVerdict
from clusterflow.domain.text import Language
from clusterflow.domain.verdict import Finding, flatten
from clusterflow.engine import record as recording
from clusterflow.engine.evaluate import CurrentAssessment, assess_state
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.engine.transaction import Transaction
from clusterflow.engine.what_if import perform_and_undo
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.ledger_lines import event_fields, event_word
from clusterflow.reports.rulebook_turns import rulebook_turns
from clusterflow.reports.status import title_of
from clusterflow.reports.what_if import ChangedFinding, Consequence, RulebookChange, Step, VerdictChange, WhatIf
from clusterflow.rules.judge import KNOWN_SHARE
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.registry import mistakes_about_files
from clusterflow.services.rulebooks import judge_all, rulebooks_of
from clusterflow.store.metrics import measure
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import calendar_of, initiative_records

MOST_PORTIONS = 40
"""The facts of a longer file are added in this number of portions, so that its locks are held only for a moment."""

V = TypeVar("V")
_Both = tuple[V, V]
"""Before and after."""

Numbers = Mapping[MetricCall, Measurement]
Moves = Mapping[MetricCall, Sequence[tuple[Sequence[Submission], Measurement]]]
"""Of each metric the facts that move its number, in order, and the number after them."""


def what_if(
    context: Context,
    initiative: str,
    submissions: Sequence[Submission],
    mistakes: Sequence[Mistake] = (),
    on: date | None = None,
    language: Language | None = None,
    actor: str | None = None,
) -> WhatIf:
    """Judge one initiative as it is and as it would be with some more facts.

    The facts are recorded by the same command as ever, in a transaction that is rolled back.

    Args:
        mistakes: mistakes found while reading the submissions; they are reported together with the others.
        on: the day to judge on; today if None. Facts that begin later do not count yet.

    Raises:
        Mistakes: all mistakes in the submissions, or the day is over.
    """
    metrics, reader = metrics_of(context), language or context.language
    rulebooks = rulebooks_of(context)
    wrong = [*mistakes, *mistakes_about_files(context, submissions)]
    with context.reading() as connection:
        state = standing.load(connection, initiative)
        calendar = calendar_of(connection, context.clock().date(), initiative)
        today = calendar.today(context.clock())
        record = initiative_records(connection, today, [initiative]).get(initiative)
        model = load_model(connection, state.model_hash)
    day = on or today
    if day < today:
        raise Mistakes([Mistake("--on", f"{day} is over", f"{today} or later")])

    def assessed(connection: Connection) -> CurrentAssessment:
        return assess_state(connection, state, calendar, calendar.begins(day), metrics)

    def numbers(connection: Connection, calls: Collection[MetricCall]) -> Numbers:
        found = measure(connection, calls, metrics, day, [initiative])
        return {call: found.get(call, {}).get(initiative, UNMEASURED) for call in calls}

    def judged(connection: Connection) -> dict[str, RulebookVerdict]:
        records = {initiative: record} if record is not None else {}
        return judge_all(connection, rulebooks, metrics, day, [initiative], records)[initiative]

    def run(tx: Transaction) -> tuple[RecordResult, _Both[CurrentAssessment], _Both[dict[str, RulebookVerdict]], Moves]:
        before, rulings = assessed(tx.connection), judged(tx.connection)
        with _undone(tx) as trial:
            done = recording.record(trial, submissions, wrong)
            after, rulings_after = assessed(trial.connection), judged(trial.connection)
        moves = _moves(tx, submissions, numbers, _changed_calls(before, after))
        return done, (before, after), (rulings, rulings_after), moves

    done, (before, after), rulings, moves = perform_and_undo(context.database, context.command(actor), run)
    with numbers_of(reader, record.country if record else None):
        return WhatIf(
            initiative=initiative,
            name=record.name if record else initiative,
            as_of=day,
            facts=len(submissions),
            recorded=str(done),
            verdicts=tuple(_verdicts(before, after, model, reader)),
            findings=tuple(_findings(before, after, model, moves, reader)),
            rulebooks=tuple(RulebookChange(**turn._asdict()) for turn in rulebook_turns(*rulings, reader)),
            consequences=tuple(_consequences(before, after, model, reader)),
        )


@contextmanager
def _undone(tx: Transaction) -> Iterator[Transaction]:
    """Yield a transaction inside another one, whose changes are undone at the end."""
    inner = tx.connection.begin_nested()
    try:
        yield Transaction(tx.connection, tx.context, tx.name)
    finally:
        inner.rollback()


def _changed_calls(before: CurrentAssessment, after: CurrentAssessment) -> frozenset[MetricCall]:
    old, new = before.measurements, after.measurements
    every = {*old, *new}
    return frozenset(c for c in every if _number(old.get(c, UNMEASURED)) != _number(new.get(c, UNMEASURED)))


def _number(measured: Measurement) -> tuple[object, ...]:
    return measured.low, measured.high, measured.amounts, measured.stale


def _moves(
    tx: Transaction,
    submissions: Sequence[Submission],
    numbers: Callable[[Connection, Collection[MetricCall]], Numbers],
    calls: Collection[MetricCall],
) -> Moves:
    """Add the facts one after the other, and note which of them move which number.

    A fact that names one of a later line counts together with it.
    """
    moves: dict[MetricCall, list[tuple[Sequence[Submission], Measurement]]] = {call: [] for call in calls}
    if not calls:
        return moves
    last, pending = numbers(tx.connection, calls), list[Submission]()
    size = -(-len(submissions) // MOST_PORTIONS)
    for start in range(0, len(submissions), size):
        pending += submissions[start : start + size]
        inner = tx.connection.begin_nested()
        try:
            recording.record(Transaction(tx.connection, tx.context, tx.name), pending)
        except Mistakes:
            inner.rollback()
            continue
        inner.commit()
        now = numbers(tx.connection, calls)
        for call in calls:
            if _number(now[call]) != _number(last[call]):
                moves[call].append((tuple(pending), now[call]))
        last, pending = now, []
    return moves


def _verdicts(
    before: CurrentAssessment, after: CurrentAssessment, model: LifecycleModel, language: Language
) -> Iterator[VerdictChange]:
    for stage in model.stages:
        old, new = before.assessment.verdicts.get(stage.id), after.assessment.verdicts.get(stage.id)
        if old is not None and new is not None:
            title = stage.gate.title.to(language)
            yield VerdictChange(stage=stage.id, title=title, before=old.readiness, after=new.readiness)


def _findings(
    before: CurrentAssessment, after: CurrentAssessment, model: LifecycleModel, moves: Moves, language: Language
) -> Iterator[ChangedFinding]:
    old, new = _by_criterion(before), _by_criterion(after)
    for (stage, criterion), finding in new.items():
        was, required = old[stage, criterion], finding.criterion
        if was.answer is finding.answer and _number(was.measurement) == _number(finding.measurement):
            continue
        steps = (
            Step(
                where=", ".join(s.where for s in facts),
                fact=", ".join(_fact(s) for s in facts),
                found=number.format(required.bound.unit, language, required.bound),
            )
            for facts, number in moves.get(required.call, ())
        )
        yield ChangedFinding(
            of=stage,
            of_title=model.stage(stage).title.to(language),
            criterion=criterion,
            title=title_of(required, language),
            severity=required.severity,
            asked=finding.bound_text(language),
            before=was.answer,
            found_before=was.value_text(language),
            after=finding.answer,
            found_after=finding.value_text(language),
            by=() if required.metric == KNOWN_SHARE else tuple(steps),
        )


def _by_criterion(assessed: CurrentAssessment) -> dict[tuple[str, str], Finding]:
    """Return the findings of gates and of achieved milestones, by stage and criterion."""
    results = {stage: verdict.results for stage, verdict in assessed.assessment.verdicts.items()}
    results |= {s: units for s, units in assessed.assessment.watched.items() if s not in results}
    return {(stage, f.id): f for stage, found in results.items() for unit in found for f in flatten(unit)}


def _fact(submission: Submission) -> str:
    """Return a fact as it is written on the command line, shortened to its key."""
    key = RECORDS[submission.type].key
    named = (f"{name}={submission.fields[name]}" for name in key if name in submission.fields)
    return " ".join((submission.type, *named))


def _consequences(
    before: CurrentAssessment, after: CurrentAssessment, model: LifecycleModel, language: Language
) -> Iterator[Consequence]:
    known = before.plan()
    for event in after.plan():
        if event not in known and not isinstance(event, FindingChanged):
            text = f"{event_word(event.kind, language)}: {event_fields(event, model, language)}"
            yield Consequence(kind=event.kind, stage=getattr(event, "stage", ""), text=text)
