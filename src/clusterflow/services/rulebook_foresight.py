"""Foresight of rulebooks: on which day the answer of a label's rules turns if nothing more is recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from clusterflow.domain.criterion import Criterion, leaves
from clusterflow.domain.measurement import UNMEASURED, MetricCall, MetricDeclaration
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records.rulebooks import CutOff, parse_cut_off
from clusterflow.domain.rulebook import PointsBy, Rulebook
from clusterflow.domain.ruling import RulebookVerdict
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import Language
from clusterflow.domain.verdict import Finding
from clusterflow.reports.foresight import Behind, ComingEvent, Foresight, causes_of, least_of, prevention_text
from clusterflow.reports.rulebook_turns import RulebookTurn, rulebook_turns
from clusterflow.rules.rulings import CutOffs, RulebookFacts, judge_rulebook
from clusterflow.rules.work_calendar import FOR_EVER
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.foresight import EVERY_ROW, foresee, foresee_portfolio, last_day
from clusterflow.services.local_time import today_of
from clusterflow.services.rulebook_records import open_criteria
from clusterflow.services.rulebooks import cut_offs_by_rulebook, rulebooks_of
from clusterflow.store.metrics import evidence
from clusterflow.store.metrics.change_days import days_of_records, dependence_of
from clusterflow.store.metrics.foresight import PortfolioForesight
from clusterflow.store.registry import initiative_records
from clusterflow.store.rulebook_facts import FactsByRulebook, cut_offs_on, cut_offs_until, rulebook_facts

DAY = timedelta(days=1)

PORTION = 1000
"""How many initiatives are measured together."""

RECORDS = ("label", "waiver", "cut-off")
"""The records that rulebooks depend on beside their metrics."""

Verdicts = Mapping[str, RulebookVerdict]
"""By rulebook."""


class RulebookChange(NamedTuple):
    """The verdicts on an initiative before and after a day on which they may be others."""

    initiative: str
    day: date
    before: Verdicts
    after: Verdicts


def foresee_with_rulebooks(
    context: Context, initiative: str | None = None, until: date | None = None, language: Language | None = None
) -> tuple[Foresight, ...]:
    """Return what comes for one initiative, or for all (``None``), by their models and by rulebooks.

    Raises:
        UnknownName: no such initiative is enrolled.
        Mistakes: the last day is over, or too far ahead.
    """
    if initiative is not None:
        found: tuple[Foresight, ...] = (foresee(context, initiative, until, language),)
    else:
        found = foresee_portfolio(context, until, language)
    by_rulebooks = _events_by_initiative(context, [one.initiative for one in found], until, language)
    return tuple(
        one.model_copy(
            update={"events": tuple(sorted((*one.events, *by_rulebooks[one.initiative]), key=lambda e: e.day))}
        )
        for one in found
    )


def foresee_rulebooks(
    context: Context, initiative: str, until: date | None = None, language: Language | None = None
) -> tuple[ComingEvent, ...]:
    """Return the days on which a rulebook's answer, one of its rules, or the label held under it turns.

    Raises:
        UnknownName: no such initiative is enrolled.
        Mistakes: the last day is over, or too far ahead.
    """
    with context.reading() as connection:
        standing.load(connection, initiative)
    return tuple(_events_by_initiative(context, [initiative], until, language)[initiative])


def _events_by_initiative(
    context: Context, initiatives: Sequence[str], until: date | None, language: Language | None
) -> Mapping[str, list[ComingEvent]]:
    reader = language or context.language
    found: dict[str, list[ComingEvent]] = defaultdict(list)
    with context.reading() as connection:
        records = initiative_records(connection, context.clock().date(), initiatives)
        for change in rulebook_changes(context, connection, initiatives, until):
            record = records.get(change.initiative)
            with numbers_of(reader, record.country if record else None):
                found[change.initiative] += _events(connection, change, metrics_of(context), reader)
    return found


def rulebook_changes(
    context: Context, connection: Connection, initiatives: Sequence[str], until: date | None = None
) -> Iterator[RulebookChange]:
    """Yield the days on which the verdicts of rulebooks can turn, for some initiatives together.

    Each metric is measured only on the days on which it can change, by one statement for all initiatives concerned.
    """
    rulebooks, metrics = rulebooks_of(context), metrics_of(context)
    for start in range(0, len(initiatives) if rulebooks else 0, PORTION):
        todays = today_of(connection, initiatives[start : start + PORTION], context.clock())
        last = last_day(until, min(todays.values()))
        yield from changes_until(connection, rulebooks, metrics, todays, last)


def changes_until(
    connection: Connection,
    rulebooks: Mapping[str, Rulebook],
    metrics: dict[str, MetricDeclaration],
    todays: Mapping[str, date],
    last: date,
) -> Iterator[RulebookChange]:
    """Yield the days up to the last on which the verdicts on some initiatives can turn, in order.

    Args:
        todays: the current day of each initiative.
    """
    initiatives, first = list(todays), min(todays.values())
    calls = [c for c in sorted(frozenset().union(*(r.calls for r in rulebooks.values()))) if c.metric in metrics]
    entered = cut_offs_until(connection, last)
    criteria = criteria_by_call(rulebooks.values(), entered, metrics)
    numbers = PortfolioForesight(connection, metrics, dict.fromkeys(initiatives, criteria), first, last)
    numbers.prepare(dict.fromkeys(initiatives, calls))
    facts = rulebook_facts(connection, last, list(initiatives))
    records = initiative_records(connection, first, initiatives)
    cut_offs: dict[date, dict[str, CutOffs]] = {}

    def judged(initiative: str, day: date) -> Verdicts:
        values = {call: number for call in calls if (number := numbers.number(initiative, call, day)) is not UNMEASURED}
        mine, record = facts_on(facts, initiative, day), records.get(initiative)
        return {
            name: judge_rulebook(one, values, mine.get(name, RulebookFacts()), cut_offs[day][name], day)
            for name, one in rulebooks.items()
            if name in mine or record is None or one.concerns(record.country, record.subdivision)
        }

    due: dict[date, set[str]] = defaultdict(set)
    common = {*_days_of_rules(rulebooks.values())}
    recorded = days_of_records(connection, RECORDS, initiatives, first, last)
    by_value = {call for one in rulebooks.values() for call in _scored_by_value(one)}
    for initiative, today in todays.items():
        days = {today, *common, *recorded.get(initiative, ()), *numbers.of(initiative).change_days(calls)}
        days.update(*(numbers.days_of_value(initiative, call) for call in by_value))
        for day in days:
            if today <= day <= last:
                due[day].add(initiative)
    before: dict[str, Verdicts] = {}
    while due:
        day = min(due)
        names = sorted(due.pop(day))
        cut_offs[day] = cut_offs_by_rulebook(cut_offs_on(connection, day), rulebooks.values(), metrics)
        numbers.measure_growing(names, calls, day)
        for initiative in names:
            after = judged(initiative, day)
            if initiative in before:
                yield RulebookChange(initiative, day, before[initiative], after)
            for turn in (turn for verdict in after.values() for turn in _days_of_label(verdict)):
                if day < turn <= last:
                    due[turn].add(initiative)
            before[initiative] = after


def facts_on(facts: FactsByRulebook, initiative: str, day: date) -> dict[str, RulebookFacts]:
    """Return the awards and waivers of an initiative that have begun by a day."""
    found: dict[str, RulebookFacts] = {}
    for rulebook, every in facts.get(initiative, {}).items():
        labels = tuple(label for label in every.labels if label.valid_from <= day)
        waivers = tuple(waiver for waiver in every.waivers if waiver.valid_from <= day)
        if labels or waivers:
            found[rulebook] = RulebookFacts(labels, waivers)
    return found


def criteria_by_call(
    rulebooks: Iterable[Rulebook], entered: Collection[CutOff], metrics: Mapping[str, MetricDeclaration]
) -> dict[MetricCall, tuple[Criterion, ...]]:
    """Return the criteria of rulebooks by the number that they are about, also those whose cut-offs were entered."""
    found: dict[MetricCall, list[Criterion]] = {}
    for rulebook in rulebooks:
        for text in rulebook.texts:
            for criterion in (c for requirement in text.requirements for c in leaves(requirement)):
                found.setdefault(criterion.call, []).append(criterion)
        criteria = open_criteria(rulebook)
        for record in entered:
            if record.rulebook == rulebook.id and (one := criteria.get(record.rule)) is not None:
                bound = parse_cut_off(record.bound, metrics[one.metric].unit)
                found.setdefault(one.call, []).extend([one.with_bound(bound, record.source)] if bound else [])
    return {call: tuple(criteria) for call, criteria in found.items()}


def _scored_by_value(rulebook: Rulebook) -> Iterator[MetricCall]:
    """Yield the numbers that count for points: each change of them can turn the score."""
    for text in rulebook.texts:
        for rule in text.rules if text.score is not None else ():
            if rule.points is not None and rule.points_by is PointsBy.VALUE:
                yield from rule.calls


def _days_of_rules(rulebooks: Iterable[Rulebook]) -> Iterator[date]:
    """Yield the days on which texts and rules come into force or have ended."""
    for rulebook in rulebooks:
        for text in rulebook.texts:
            yield from _limits(text.valid_from, text.valid_to)
            for rule in text.rules:
                yield from _limits(rule.valid_from, rule.valid_to)


def _days_of_label(verdict: RulebookVerdict) -> Iterator[date]:
    """Yield the days on which the label of a verdict, or its grace period, has ended."""
    if verdict.label is not None:
        yield from _limits(verdict.label.awarded, verdict.label.until)
        yield from _limits(None, verdict.label.grace_until)


def _limits(first: date | None, last: date | None) -> Iterator[date]:
    if first is not None:
        yield first
    if last is not None and last < FOR_EVER:
        yield last + DAY


def _events(
    connection: Connection, change: RulebookChange, metrics: Mapping[str, MetricDeclaration], language: Language
) -> Iterator[ComingEvent]:
    for turn in rulebook_turns(change.before, change.after, language):
        behind = _behind(connection, change, turn, metrics)
        lost = behind is not None and _answer(change.before, turn) is Answer.MET
        least = least_of(behind, behind.criterion.bound) if behind is not None and lost else ()
        yield ComingEvent(
            initiative=change.initiative,
            day=change.day,
            kind=f"rulebook.{turn.what}",
            stage="",
            stage_title=turn.title,
            subject=turn.rulebook,
            text=turn.text,
            causes=causes_of(behind, language) if behind is not None else (),
            least=least,
            prevention=prevention_text(least, change.day, language),
        )


def _result(verdicts: Verdicts, turn: RulebookTurn) -> Finding | None:
    """Return the answer of the rule that turns, if it is one criterion."""
    governing = verdicts[turn.rulebook].governing
    found = (r.result for r in (governing.results if governing is not None else ()) if r.rule.id == turn.rule)
    return next((one for one in found if isinstance(one, Finding)), None)


def _answer(verdicts: Verdicts, turn: RulebookTurn) -> Answer | None:
    result = _result(verdicts, turn)
    return result.answer if result is not None else None


def _behind(
    connection: Connection, change: RulebookChange, turn: RulebookTurn, metrics: Mapping[str, MetricDeclaration]
) -> Behind | None:
    """Return the facts by which a rule turns that is one criterion; None if it turns by its own days or a waiver."""
    result = _result(change.after, turn)
    if result is None or result.answer is _answer(change.before, turn):
        return None
    criterion, declared = result.criterion, metrics[result.criterion.metric]
    return Behind(
        criterion=criterion,
        declared=declared,
        grows=dependence_of(criterion.call, declared).grows,
        before=evidence(connection, criterion.call, change.initiative, change.day - DAY, limit=EVERY_ROW),
        after=evidence(connection, criterion.call, change.initiative, change.day, limit=EVERY_ROW),
        number=result.measurement,
    )
