"""Rulebooks: judges one initiative, or the whole portfolio as a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import repeat
from types import MappingProxyType

from sqlalchemy import Connection

from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.quantity import BOUND_FORMATS
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.records.rulebooks import CutOff, parse_cut_off
from clusterflow.domain.rulebook import Rulebook
from clusterflow.domain.ruling import RulebookVerdict
from clusterflow.domain.text import Language
from clusterflow.reports.rulebook_matrix import RulebookMatrix, matrix_of
from clusterflow.reports.rulebook_words import rulebook_word
from clusterflow.reports.rulebooks import RulebookJudgment, explain_rulebook
from clusterflow.rules.rulings import CutOffs, EnteredCutOff, RulebookFacts, RuleMemo, judge_rulebook
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.catalogue.rulebooks import find_rulebook, rulebooks_in
from clusterflow.services.context import Context
from clusterflow.services.explanation import place_of
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.late_facts import Measured, measure_day
from clusterflow.services.local_time import end_of_day, today_of
from clusterflow.services.rulebook_records import open_criteria
from clusterflow.store.metrics import evidence, measure
from clusterflow.store.portfolio import enrolled_initiatives
from clusterflow.store.registry import initiative_records
from clusterflow.store.rulebook_facts import cut_offs_on, rulebook_facts

Verdicts = dict[str, dict[str, RulebookVerdict]]
"""By initiative, then by rulebook."""


def rulebooks_of(context: Context) -> dict[str, Rulebook]:
    """Return the rulebooks of the office."""
    return rulebooks_in(context.settings.configs)


def judge(
    context: Context,
    initiative: str,
    rulebook: str | None = None,
    as_of: date | None = None,
    language: Language | None = None,
    with_evidence: bool = True,
    known_on: date | None = None,
) -> tuple[RulebookJudgment, ...]:
    """Judge an initiative by one rulebook, or by all of them.

    Args:
        as_of: the day whose facts and rules count; today if ``None``. It may be before the enrolment.
        known_on: facts that were entered after the end of that day do not count.

    Raises:
        UnknownName: there is no such enrolled initiative, or no such rulebook.
    """
    chosen, metrics, reader = _chosen(context, rulebook), metrics_of(context), language or context.language
    with context.reading() as connection:
        standing.load(connection, initiative)
        today = today_of(connection, [initiative], context.clock())[initiative]
        day = as_of or today
        record = initiative_records(connection, day, [initiative]).get(initiative)
        records = {initiative: record} if record is not None and rulebook is None else {}
        known_at = end_of_day(connection, initiative, known_on) if known_on is not None else None
        measured = measure_day(connection, _calls_of(chosen), metrics, day, initiative, today, known_at)
        verdicts = judge_all(
            connection, chosen, metrics, day, [initiative], records, known_at=known_at, measured=measured
        )[initiative]
        entered = cut_offs_on(connection, day, known_at)
        with numbers_of(reader, record.country if record else None):
            return tuple(
                explain_rulebook(
                    verdict,
                    initiative=initiative,
                    name=record.name if record else initiative,
                    declarations=metrics,
                    evidence=lambda call: (
                        evidence(connection, call, initiative, day, known_at) if with_evidence else ()
                    ),
                    language=reader,
                    place=lambda call: place_of(call, metrics.get(call.metric), reader),
                    unusable=unusable_cut_offs(entered, verdict.rulebook, metrics, reader),
                )
                for verdict in verdicts.values()
            )


def rulebooks_without_region(context: Context, initiative: str, as_of: date | None = None) -> tuple[str, ...]:
    """Return the rulebooks of regions of its country by which an initiative is not judged, because nobody recorded its
    region.
    """
    with context.reading() as connection:
        day = as_of or today_of(connection, [initiative], context.clock())[initiative]
        record = initiative_records(connection, day, [initiative]).get(initiative)
    if record is None:
        return ()
    return tuple(n for n, one in rulebooks_of(context).items() if one.needs_region(record.country, record.subdivision))


def matrix(
    context: Context,
    as_of: date | None = None,
    language: Language | None = None,
    rulebook: str | None = None,
    known_on: date | None = None,
) -> RulebookMatrix:
    """Judge all enrolled initiatives by one rulebook or by all, on a day. Each metric is one statement over all
    initiatives.

    Args:
        known_on: facts that were entered after that day (in UTC) do not count.
    """
    known_at = datetime.combine(known_on, time.max, UTC) if known_on is not None else None
    rulebooks, metrics, reader = _chosen(context, rulebook), metrics_of(context), language or context.language
    day = as_of or context.clock().date()
    titles = {name: one.title.to(reader) for name, one in rulebooks.items()}

    def compute(only: Sequence[str] | None) -> RulebookMatrix:
        with context.reading() as connection:
            known = enrolled_initiatives(connection, as_of=as_of)
            chosen = known if only is None else [i for i in known if i in set(only)]
            everyone = only is None and as_of is None
            records = initiative_records(connection, day, None if everyone else chosen)
            verdicts = judge_all(
                connection, rulebooks, metrics, day, chosen, records, everyone=everyone, known_at=known_at
            )
        return matrix_of(verdicts, {i: r.name for i, r in records.items()}, titles, day)

    found, problems = compute_without_broken(compute, lambda: standing.enrolled(context))
    return found.model_copy(update={"problems": problems})


def judge_all(
    connection: Connection,
    rulebooks: Mapping[str, Rulebook],
    metrics: dict[str, MetricDeclaration],
    day: date,
    initiatives: Sequence[str],
    records: Mapping[str, Initiative] = MappingProxyType({}),
    *,
    everyone: bool = False,
    known_at: datetime | None = None,
    measured: Measured | None = None,
) -> Verdicts:
    """Judge initiatives by rulebooks on a day. The number of statements does not grow with that of initiatives.

    Args:
        records: what is recorded of the initiatives. A rulebook of another place is left out for them, unless they hold
            its label.
        everyone: the initiatives are all that there are, so that no statement needs to list them.
        measured: their numbers, if they were measured before.
    """
    chosen = None if everyone else list(initiatives)
    if measured is None:
        measured = measure(connection, _calls_of(rulebooks), metrics, day, chosen, known_at)
    facts = rulebook_facts(connection, day, chosen, known_at)
    cut_offs = cut_offs_by_rulebook(cut_offs_on(connection, day, known_at), rulebooks.values(), metrics)
    found: Verdicts = {i: {} for i in initiatives}
    for name, rulebook in rulebooks.items():
        numbers = [(call, by) for call, by in measured.items() if by and call in rulebook.calls]
        columns = [map(by.get, initiatives) for _, by in numbers]
        rows = zip(*columns, strict=True) if columns else repeat(())
        # Initiatives with the same facts and numbers share these objects, and so one verdict.
        judged, memo = dict[tuple[int, ...], RulebookVerdict](), RuleMemo()
        recorded = {i: by_rulebook[name] for i, by_rulebook in facts.items() if name in by_rulebook}
        for i, row in zip(initiatives, rows, strict=False):
            own, record = recorded.get(i), records.get(i)
            if own is None and record is not None and not rulebook.concerns(record.country, record.subdivision):
                continue
            key = (id(own), *map(id, row))
            verdict = judged.get(key)
            if verdict is None:
                known = {call: number for (call, _), number in zip(numbers, row, strict=True) if number is not None}
                verdict = judged[key] = judge_rulebook(rulebook, known, own or _NOTHING, cut_offs[name], day, memo)
            found[i][name] = verdict
    return found


_NOTHING = RulebookFacts()


def _calls_of(rulebooks: Mapping[str, Rulebook]) -> frozenset[MetricCall]:
    return frozenset().union(*(rulebook.calls for rulebook in rulebooks.values()))


def _chosen(context: Context, rulebook: str | None) -> dict[str, Rulebook]:
    if rulebook is None:
        return rulebooks_of(context)
    return {rulebook: find_rulebook(context.settings.configs, rulebook)}


def cut_offs_by_rulebook(
    entered: Sequence[CutOff], rulebooks: Iterable[Rulebook], metrics: Mapping[str, MetricDeclaration]
) -> dict[str, CutOffs]:
    """Return the cut-offs, by rulebook. One in another unit than that of its metric counts as not entered;
    ``unusable_cut_offs`` reports it.
    """
    found: dict[str, CutOffs] = {}
    for rulebook in rulebooks:
        criteria = {r.id: r.open_criterion for t in rulebook.texts for r in t.rules if r.open_criterion is not None}
        own: dict[str, EnteredCutOff] = {}
        for record in entered:
            criterion = criteria.get(record.rule) if record.rulebook == rulebook.id else None
            bound = parse_cut_off(record.bound, metrics[criterion.metric].unit) if criterion is not None else None
            if bound is not None:
                own[record.rule] = EnteredCutOff(bound, record.source)
        found[rulebook.id] = own
    return found


_EXAMPLES = {unit: text.partition("(")[2].rstrip(")") or "is yes, is no" for unit, text in BOUND_FORMATS.items()}
"""Of each unit, bounds as one writes them in any language."""


def unusable_cut_offs(
    entered: Sequence[CutOff], rulebook: Rulebook, metrics: Mapping[str, MetricDeclaration], language: Language
) -> tuple[str, ...]:
    """Return a sentence for each cut-off of a rulebook that no longer fits: it has no such criterion, or another unit.

    New ones are refused (``services/rulebook_records.py``); a file may change after a cut-off was entered.
    """
    criteria, found = open_criteria(rulebook), list[str]()
    for record in entered:
        if record.rulebook != rulebook.id:
            continue
        criterion = criteria.get(record.rule)
        unit = metrics[criterion.metric].unit if criterion is not None else None
        if unit is None or parse_cut_off(record.bound, unit) is None:
            accepted = _EXAMPLES[unit] if unit is not None else ", ".join(criteria) or "–"
            words = rulebook_word("unusable", language)
            found.append(words.format(rule=record.rule, bound=record.bound, accepted=accepted))
    return tuple(found)
