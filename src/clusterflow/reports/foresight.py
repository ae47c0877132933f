"""What comes if nothing more is recorded: each day on which something turns, and the facts by which it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.events import FindingChanged, LifeEvent, MilestoneLapsed, StageOverdue
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Evidence, Fold, Measurement, MetricDeclaration
from clusterflow.domain.money import exponent
from clusterflow.domain.quantity import Bound, Unit, format_quantity
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.labels import ANSWER, record_label
from clusterflow.reports.ledger_lines import event_fields, event_word
from clusterflow.reports.status import title_of
from clusterflow.rules.prevention import Sums, least_ways


class Cause(Frozen):
    """One record by which something turns on a day."""

    record: str
    entry: int
    what: str
    on: date | None
    text: str


class Need(Frozen):
    """One way to prevent a turn: the smallest number of units that does; one less does not."""

    way: Literal["more", "change", "fewer", "others", "newer"]
    """``newer``: a record that happens later, for each of the records that grow too old."""
    units: int
    """Records, or minor units of money."""
    currency: str | None = None
    record: str | None
    """The record type that counts, if the metric names one."""


class ComingEvent(Frozen):
    """One event that an evaluation on a day to come would write."""

    initiative: str
    day: date
    kind: str
    stage: str
    stage_title: str
    subject: str
    """The criterion, the label or the strategy that it is about; empty for a stage, its gate or its milestone."""
    text: str
    causes: tuple[Cause, ...] = ()
    least: tuple[Need, ...] = ()
    """What would prevent it if it is true by that day; each way is enough. Empty if that is not known."""
    prevention: str = ""
    """The same in words."""


class Foresight(Frozen):
    """What comes for one initiative."""

    initiative: str
    name: str
    since: date
    until: date
    events: tuple[ComingEvent, ...]


class Behind(NamedTuple):
    """What is known about a number on the day on which an answer turns, and on the day before."""

    criterion: Criterion
    declared: MetricDeclaration
    grows: bool
    """Whether it grows from day to day, as an age does."""
    before: Sequence[Evidence]
    after: Sequence[Evidence]
    number: Measurement


def describe(event: LifeEvent, model: LifecycleModel, language: Language) -> str:
    """Return what an event says, without its day and its stage: «Members: ✔ met → ✘ unmet (14; ≥ 15)»."""
    if isinstance(event, MilestoneLapsed):
        requirements = model.stage(event.stage).gate.by_id
        criteria = ", ".join(title_of(requirements[c], language) if c in requirements else c for c in event.criteria)
        return _LAPSES.to(language).format(criteria=criteria)
    if isinstance(event, StageOverdue):
        return (_OVERDUE if event.level == 1 else _STILL_OVERDUE).to(language).format(due=event.due_on)
    if not isinstance(event, FindingChanged):
        fields = event_fields(event, model, language, without=_SHOWN_ELSEWHERE)
        name = event_word(event.kind, language)
        return f"{name}: {fields}" if fields else name
    part = model.stage(event.stage).gate.by_id[event.criterion]
    before, after = (ANSWER[answer].to(language) for answer in (event.before or Answer.UNKNOWN, event.answer))
    change = f"{title_of(part, language)}: {before} → {after}"
    if not isinstance(part, Criterion):
        return change
    number = Measurement.from_note(event.found)
    if number.currency is None:
        number = number._replace(currency=part.bound.currency)  # nothing, in whatever currency
    found = number.format(part.bound.unit, language, part.bound, part.keep)
    return f"{change} ({found}; {part.bound.format(language)})"


_LAPSES = Text(es="el hito caduca: {criteria}", en="the milestone lapses: {criteria}")
_OVERDUE = Text(es="la etapa se pasa de su plazo, que vencía el {due}", en="the stage is overdue; it was due on {due}")
_STILL_OVERDUE = Text(
    es="la etapa sigue fuera de plazo, que vencía el {due}; se avisa al nivel siguiente",
    en="the stage is still overdue; it was due on {due}. The next level is notified",
)
_SHOWN_ELSEWHERE = ("on", "stage", "round", "findings", "review")

CAUSE: dict[str, Text] = {
    "gone": Text(es="{what} ({record}, {on}) deja de contar", en="{what} ({record}, {on}) no longer counts"),
    "new": Text(es="{what} ({record}, {on}) empieza a contar", en="{what} ({record}, {on}) begins to count"),
    "changed": Text(
        es="{what} ({record}, {on}) cuenta {after} en lugar de {before}",
        en="{what} ({record}, {on}) counts for {after} instead of {before}",
    ),
    "grown": Text(es="{what} ({record}, {on}): {after}", en="{what} ({record}, {on}): {after}"),
    "stale": Text(
        es="la cifra más reciente es del {newest} y cuenta {days} días",
        en="the newest figure is of {newest} and counts for {days} days",
    ),
}

MOST_CAUSES = 5
"""So many records are listed behind a turn where people read it; programs get all of them."""

_MORE = Text(es="y {n} más", en="and {n} more")

_Row = tuple[str, str, int]


def cause_lines(causes: Sequence[Cause], language: Language) -> list[str]:
    """Return the records behind a turn as lines; of many, the first and the number of the rest."""
    if len(causes) <= MOST_CAUSES:
        return [cause.text for cause in causes]
    shown = causes[: MOST_CAUSES - 1]
    return [*(cause.text for cause in shown), _MORE.to(language).format(n=len(causes) - len(shown))]


def causes_of(behind: Behind, language: Language) -> tuple[Cause, ...]:
    """Return the rows of evidence that are not the same on the two days; of an age, the one that decides it."""
    old, new = _by_row(behind.before), _by_row(behind.after)
    rows = [row for row in {**old, **new} if _count(old.get(row)) != _count(new.get(row))]
    if behind.grows and rows:
        rows = [max(rows, key=lambda row: (_part(new.get(row)), row[1]))]
    stale = behind.number.stale
    if stale is not None and not rows:
        text = CAUSE["stale"].to(language).format(newest=stale.newest, days=stale.freshness_days)
        record = behind.declared.record or ""
        return (Cause(record=record, entry=0, what=behind.declared.id, on=stale.newest, text=text),)
    return tuple(_cause(row, old.get(row), new.get(row), behind, language) for row in sorted(rows, key=str))


def _by_row(evidence: Iterable[Evidence]) -> Mapping[_Row, Evidence]:
    return {(e.record, e.what, e.entry): e for e in evidence}


def _count(row: Evidence | None) -> tuple[Fraction | None, Fraction | None] | None:
    return None if row is None else (row.part, row.whole)


def _part(row: Evidence | None) -> Fraction:
    return row.part if row is not None and row.part is not None else Fraction(-1)


def _cause(row: _Row, before: Evidence | None, after: Evidence | None, behind: Behind, language: Language) -> Cause:
    record, what, entry = row
    known = after or before
    on = known.on if known is not None else None
    kind = "new" if before is None else "gone" if after is None else "grown" if behind.grows else "changed"
    text = CAUSE[kind].to(language).format(
        what=what, record=record_label(record, language), on=on or "–", before=_value(before, behind, language),
        after=_value(after, behind, language),
    )  # fmt: skip
    return Cause(record=record, entry=entry, what=what, on=on, text=text)


def _value(row: Evidence | None, behind: Behind, language: Language) -> str:
    if row is None or row.part is None:
        return "?"
    if not behind.grows:
        return format_quantity(row.part, Unit.MONEY if row.currency else Unit.COUNT, row.currency, language)
    value = row.part / row.whole if behind.declared.fold is Fold.RATIO and row.whole else row.part
    criterion = behind.criterion
    bounds = {bound.number for bound in (criterion.bound, criterion.keep) if bound is not None}
    return format_quantity(value, behind.declared.unit, language=language, beside=bounds)


def least_of(behind: Behind, bound: Bound) -> tuple[Need, ...]:
    """Return what would make a number hold a bound on the day on which it no longer does."""
    rows, declared = behind.after, behind.declared
    if behind.grows:
        too_old = sum(row.part is not None and not bound.holds(row.part) for row in rows)
        can_renew = declared.record is not None and declared.fold is not Fold.RATIO and not bound.rising
        return (Need(way="newer", units=too_old, record=declared.record),) if can_renew and too_old else ()
    currencies = {row.currency for row in rows if row.currency}
    if len(currencies) > 1 or (currencies and bound.currency not in (None, *currencies)):
        return ()
    currency = next(iter(currencies), bound.currency)
    if declared.fold in (Fold.LARGEST, Fold.SMALLEST):
        return _least_of_yes_or_no(behind, bound)
    scale = 10 ** exponent(currency) if currency else 1
    exact = bound if declared.fold is Fold.RATIO else bound.model_copy(update={"number": bound.number * scale})
    ways = least_ways(_sums(rows, scale), exact, declared.fold, ending=currency is None)
    return tuple(Need(way=w.value, units=n, currency=currency, record=declared.record) for w, n in ways)


def _least_of_yes_or_no(behind: Behind, bound: Bound) -> tuple[Need, ...]:
    if bound.unit is not Unit.YES_NO:
        return ()
    if bound.rising:
        return (Need(way="more", units=1, record=behind.declared.record),)
    contrary = sum(row.part == 1 for row in behind.after)
    return (Need(way="fewer", units=contrary, record=behind.declared.record),) if contrary else ()


def _sums(rows: Iterable[Evidence], scale: int) -> Sums:
    part = room = whole = Fraction(0)
    for row in rows:
        size = Fraction(0) if row.whole is None else row.whole if row.whole == 1 else row.whole * scale
        whole += size
        part += Fraction(0) if row.part is None else row.part * scale
        room += size if row.part is None else 0
    return Sums(part, room, whole)


_WAYS: dict[str, Text] = {
    "more": Text(es="{n} más de este tipo", en="{n} more of this kind"),
    "change": Text(es="{n} de los que hay pasan a contar", en="{n} of those there come to count"),
    "fewer": Text(es="{n} menos", en="{n} fewer"),
    "others": Text(es="{n} más de los demás", en="{n} more of the others"),
    "newer": Text(es="{n} de fecha más reciente", en="{n} newer"),
}
_OR = Text(es=" o ", en=" or ")
_BY = Text(es="lo evita, a más tardar el {day}: {ways}", en="to prevent it, by {day}: {ways}")


def prevention_text(needs: Sequence[Need], day: date, language: Language) -> str:
    """Return the ways to prevent a turn in one sentence; empty if there is none."""
    return _BY.to(language).format(day=day, ways=ways_text(needs, language)) if needs else ""


def ways_text(needs: Sequence[Need], language: Language) -> str:
    """Return the ways to prevent a turn: «1 newer (meeting)»."""
    ways = (_WAYS[need.way].to(language).format(n=_units(need, language)) for need in needs)
    record = f" ({record_label(needs[0].record, language)})" if needs and needs[0].record else ""
    return _OR.to(language).join(ways) + record


def _units(need: Need, language: Language) -> str:
    if need.currency is None:
        return str(need.units)
    return format_quantity(Fraction(need.units, 10 ** exponent(need.currency)), Unit.MONEY, need.currency, language)
