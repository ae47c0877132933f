"""Foresight of rulebooks: on which day the answer of a label's rules turns if nothing more is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from clusterflow.domain.criterion import Criterion, leaves
from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.rulebook import Rulebook
from clusterflow.domain.ruling import RulebookVerdict
from clusterflow.domain.text import Language
from clusterflow.reports.foresight import ComingEvent
from clusterflow.reports.rulebook_turns import rulebook_turns
from clusterflow.rules.deadlines import FOR_EVER
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.foresight import last_day
from clusterflow.services.local_time import today_of
from clusterflow.services.rulebooks import judge_all, rulebooks_of
from clusterflow.store.metrics.change_days import change_days, days_of_records
from clusterflow.store.metrics.numbers_ahead import PortfolioAhead
from clusterflow.store.registry import initiative_records

DAY = timedelta(days=1)

RECORDS = ("label", "waiver", "cut-off", "membership", "initiative")
"""The records that rulebooks depend on beside their metrics."""


def foresee_rulebooks(
    context: Context, initiative: str, until: date | None = None, language: Language | None = None
) -> tuple[ComingEvent, ...]:
    """Return the days on which a rulebook's answer, one of its rules, or the label held under it turns.

    Raises:
        UnknownName: no such initiative is enrolled.
        Mistakes: the last day is over, or too far ahead.
    """
    rulebooks, metrics, reader = rulebooks_of(context), metrics_of(context), language or context.language
    with context.reading() as connection:
        standing.load(connection, initiative)
        today = today_of(connection, [initiative], context.clock())[initiative]
        last = last_day(until, today)
        record = initiative_records(connection, today, [initiative]).get(initiative)
        records = {initiative: record} if record is not None else {}
        criteria = _criteria_by_call(rulebooks.values())
        calls = [call for call in frozenset().union(*(r.calls for r in rulebooks.values())) if call.metric in metrics]
        changes = change_days(connection, calls, metrics, [initiative], today, last)
        ahead = PortfolioAhead(connection, metrics, {initiative: criteria}, today, last).of(initiative)
        days = {day for by in changes.values() for day in by.get(initiative, ())}
        days |= {*ahead.turning_days(calls)}
        days |= days_of_records(connection, RECORDS, [initiative], today, last).get(initiative, set())
        days |= {*_days_of_rules(rulebooks.values())}

        def judged(day: date) -> dict[str, RulebookVerdict]:
            return judge_all(connection, rulebooks, metrics, day, [initiative], records)[initiative]

        found: list[ComingEvent] = []
        day, before = today, judged(today)
        with numbers_of(reader, record.country if record else None):
            while True:
                days |= {turn for verdict in before.values() for turn in _days_of_verdict(verdict)}
                day = min((d for d in days if day < d <= last), default=FOR_EVER)
                if day == FOR_EVER:
                    return tuple(found)
                after = judged(day)
                found += _events(initiative, day, before, after, reader)
                before = after


def _criteria_by_call(rulebooks: Iterable[Rulebook]) -> dict[MetricCall, tuple[Criterion, ...]]:
    found: dict[MetricCall, list[Criterion]] = {}
    for rulebook in rulebooks:
        for text in rulebook.texts:
            for criterion in (c for requirement in text.requirements for c in leaves(requirement)):
                found.setdefault(criterion.call, []).append(criterion)
    return {call: tuple(criteria) for call, criteria in found.items()}


def _days_of_rules(rulebooks: Iterable[Rulebook]) -> Iterator[date]:
    """Yield the days on which texts and rules come into force or have ended."""
    for rulebook in rulebooks:
        for text in rulebook.texts:
            yield from _bounds(text.valid_from, text.valid_to)
            for rule in text.rules:
                yield from _bounds(rule.valid_from, rule.valid_to)


def _days_of_verdict(verdict: RulebookVerdict) -> Iterator[date]:
    """Yield the days on which the windows of a verdict open and close, and its label or its grace period has ended."""
    for text in verdict.texts:
        for window in text.windows:
            yield from _bounds(window.opens, window.closes)
    if verdict.label is not None:
        yield from _bounds(verdict.label.awarded, verdict.label.until)
        yield from _bounds(None, verdict.label.grace_until)


def _bounds(first: date | None, last: date | None) -> Iterator[date]:
    if first is not None:
        yield first
    if last is not None and last < FOR_EVER:
        yield last + DAY


def _events(
    initiative: str,
    day: date,
    before: dict[str, RulebookVerdict],
    after: dict[str, RulebookVerdict],
    language: Language,
) -> Iterator[ComingEvent]:
    for turn in rulebook_turns(before, after, language):
        yield ComingEvent(
            initiative=initiative,
            day=day,
            kind=f"rulebook.{turn.what}",
            stage="",
            stage_title=turn.title,
            subject=turn.rulebook,
            text=turn.text,
        )
