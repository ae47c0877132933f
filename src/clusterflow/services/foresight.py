"""Foresight: what comes if nobody records anything more, on exact days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import Connection

from clusterflow.domain import events as ev
from clusterflow.domain.criterion import Criterion, leaves
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import UNMEASURED, Evidence, Measurement, MetricCall, MetricDeclaration
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import Language
from clusterflow.engine.electorate import electorates_of
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.foresight import (
    Behind,
    ComingEvent,
    Foresight,
    Need,
    causes_of,
    describe,
    least_of,
    prevention_text,
)
from clusterflow.rules.evaluation import required_calls
from clusterflow.rules.foresight import Electorates, Life, NumbersAhead, Turn, criteria_by_call, look_ahead
from clusterflow.rules.judge import KNOWN_SHARE
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.store import ledger, record_ends
from clusterflow.store.metrics import evidence, measure
from clusterflow.store.metrics.change_days import days_of_records, dependence_of
from clusterflow.store.metrics.foresight import PortfolioForesight
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import initiative_records
from clusterflow.store.state import load_states

DAY = timedelta(days=1)
ONE_YEAR = timedelta(days=366)
MOST_YEARS = 30
EVERY_ROW = 10**6
PORTION = 200
"""How many initiatives are measured together."""

VOTERS = ("seat", "body", "representation", "organisation", "membership", "office", "initiative", "delegation")
"""The records from which the right to vote follows."""


Naming = Callable[[Sequence[Evidence]], Sequence[Evidence]]
"""Returns evidence with names in the place of ids."""


class Numbers(Protocol):
    """The numbers of one initiative."""

    def on(self, calls: Iterable[MetricCall], day: date) -> Mapping[MetricCall, Measurement]:
        """Return some numbers on a day."""


@dataclass(frozen=True, slots=True)
class Future:
    """What comes for one initiative, as events, with what it was computed from."""

    life: Life
    today: date
    turns: tuple[Turn, ...]
    numbers: NumbersAhead


def foresee(
    context: Context, initiative: str, until: date | None = None, language: Language | None = None
) -> Foresight:
    """Return what comes for one initiative if nothing more is recorded.

    Args:
        until: the last day; a year from today if None.

    Raises:
        UnknownName: no such initiative is enrolled.
        Mistakes: the last day is over, or more than ``MOST_YEARS`` years ahead.
    """
    with context.reading() as connection:
        standing.load(connection, initiative)
        (found,) = _foresee(context, connection, [initiative], until, language or context.language)
        return found


def foresee_portfolio(
    context: Context, until: date | None = None, language: Language | None = None
) -> tuple[Foresight, ...]:
    """Return what comes for every initiative, measured together."""
    with context.reading() as connection:
        everybody = standing.enrolled(context)
        return tuple(_foresee(context, connection, everybody, until, language or context.language))


def futures(
    context: Context, connection: Connection, initiatives: Sequence[str], until: date | None = None
) -> Iterator[tuple[str, Future]]:
    """Yield what comes for some initiatives, in portions that are measured together."""
    metrics = metrics_of(context)
    for start in range(0, len(initiatives), PORTION):
        yield from _futures(context, connection, initiatives[start : start + PORTION], until, metrics)


def _futures(
    context: Context,
    connection: Connection,
    initiatives: Sequence[str],
    until: date | None,
    metrics: dict[str, MetricDeclaration],
) -> Iterator[tuple[str, Future]]:
    now = context.clock()
    states = load_states(connection, ledger.heads(connection, initiatives))
    records = initiative_records(connection, now.date(), initiatives)
    calendars = {i: _calendar(records.get(i)) for i in states}
    days = {i: calendar.today(now) for i, calendar in calendars.items()}
    today = min(days.values(), default=now.date())
    last = last_day(until, today)
    models = {i: load_model(connection, state.model_hash) for i, state in states.items()}
    criteria = {i: criteria_by_call(model) for i, model in models.items()}
    numbers = PortfolioForesight(connection, metrics, criteria, today, last)
    numbers.prepare({i: required_calls(models[i], state) for i, state in states.items()})
    voting = [i for i, s in states.items() if any(s.standing_votes(r.id) for r in s.open_reviews)]
    rights = days_of_records(connection, VOTERS, voting, today, last) if voting else {}
    for i, state in states.items():
        model, calendar = models[i], calendars[i]
        life = Life(
            model=model,
            state=state,
            calendar=calendar,
            ends=record_ends.ends_of(connection, i, calendar),
            electorates=_electorates(connection, model, calendar),
            voting_days=tuple(sorted(rights.get(i, ()))),
        )
        mine = numbers.of(i)
        yield i, Future(life, days[i], look_ahead(life, mine, days[i], last), mine)


def _electorates(connection: Connection, model: LifecycleModel, calendar: WorkCalendar) -> Electorates:
    return lambda state, day: electorates_of(connection, state, model, calendar, day)


def _calendar(record: Initiative | None) -> WorkCalendar:
    return WorkCalendar(record.timezone, record.country, record.subdivision) if record else WorkCalendar()


def last_day(until: date | None, today: date) -> date:
    """Return the last day to look ahead to; a year from today if none is given.

    Raises:
        Mistakes: it is over, or more than ``MOST_YEARS`` years ahead.
    """
    last = until or today + ONE_YEAR
    if last < today:
        raise Mistakes([Mistake("--until", f"{last} is over", f"{today} or later")])
    if last.year - today.year > MOST_YEARS:
        raise Mistakes([Mistake("--until", f"{last} is more than {MOST_YEARS} years after {today}", "an earlier day")])
    return last


def _foresee(
    context: Context, connection: Connection, initiatives: Sequence[str], until: date | None, language: Language
) -> Iterator[Foresight]:
    metrics = metrics_of(context)
    records = initiative_records(connection, context.clock().date(), initiatives)
    for initiative, future in futures(context, connection, initiatives, until):
        record = records.get(initiative)
        with numbers_of(language, record.country if record else None):
            yield Foresight(
                initiative=initiative,
                name=record.name if record else initiative,
                since=future.today,
                until=last_day(until, future.today),
                events=tuple(_described(connection, initiative, future, metrics, language)),
            )


def _described(
    connection: Connection,
    initiative: str,
    future: Future,
    metrics: Mapping[str, MetricDeclaration],
    language: Language,
) -> Iterator[ComingEvent]:
    for turn in future.turns:
        if isinstance(turn.event, ev.FindingChanged) and turn.event.parts:
            continue  # the group changes with its criteria, which are listed
        yield _described_turn(
            connection, initiative, future.life.model, future.numbers, turn.event, turn.day, metrics, language
        )


class _MeasuredOnDay:
    """The numbers of one initiative, measured on the day that is asked for."""

    def __init__(self, connection: Connection, metrics: dict[str, MetricDeclaration], initiative: str) -> None:
        self.connection, self.metrics, self.initiative = connection, metrics, initiative

    def on(self, calls: Iterable[MetricCall], day: date) -> dict[MetricCall, Measurement]:
        wanted = tuple(calls)
        found = measure(self.connection, wanted, self.metrics, day, [self.initiative])
        return {call: found.get(call, {}).get(self.initiative, UNMEASURED) for call in wanted}


def describe_turn(
    connection: Connection,
    initiative: str,
    model: LifecycleModel,
    event: ev.LifeEvent,
    day: date,
    metrics: dict[str, MetricDeclaration],
    language: Language,
    named: Naming,
) -> ComingEvent:
    """Return what an event of a day to come says, with the facts behind it and the least that would prevent it.

    Args:
        named: returns evidence with names in the place of ids, for people who do not know the ids.
    """
    numbers = _MeasuredOnDay(connection, metrics, initiative)
    return _described_turn(connection, initiative, model, numbers, event, day, metrics, language, named)


def _described_turn(
    connection: Connection,
    initiative: str,
    model: LifecycleModel,
    numbers: Numbers,
    event: ev.LifeEvent,
    day: date,
    metrics: Mapping[str, MetricDeclaration],
    language: Language,
    named: Naming = tuple,
) -> ComingEvent:
    stage = getattr(event, "stage", "")
    behind = [
        _behind(connection, initiative, numbers, criterion, day, metrics, named)
        for criterion in _criteria_behind(event, model)
    ]
    least = _least(event, behind)
    return ComingEvent(
        initiative=initiative,
        day=day,
        kind=event.kind,
        stage=stage,
        stage_title=model.stage(stage).title.to(language) if stage else "",
        subject=str(next((v for n in _SUBJECTS if (v := getattr(event, n, None))), "")),
        text=describe(event, model, language),
        causes=tuple(cause for one in behind for cause in causes_of(one, language)),
        least=least,
        prevention=prevention_text(least, day, language),
    )


def _least(event: ev.LifeEvent, behind: Sequence[Behind]) -> tuple[Need, ...]:
    """Return what would prevent a loss that one criterion alone decides."""
    if len(behind) != 1:
        return ()
    (one,) = behind
    if isinstance(event, ev.MilestoneLapsed):
        return least_of(one, one.criterion.keep) if one.criterion.keep is not None else ()
    if isinstance(event, ev.FindingChanged) and event.before is Answer.MET:
        return least_of(one, one.criterion.bound)
    return ()


_SUBJECTS = ("criterion", "label", "strategy")


def _criteria_behind(event: ev.LifeEvent, model: LifecycleModel) -> Collection[Criterion]:
    """Return the criteria that an event follows from."""
    if isinstance(event, ev.FindingChanged):
        names: Iterable[str] = (event.criterion,)
    elif isinstance(event, ev.MilestoneLapsed):
        names = event.criteria
    else:
        return ()
    parts = model.stage(event.stage).gate.by_id
    found = {c.call: c for name in names if name in parts for c in leaves(parts[name])}
    return [criterion for criterion in found.values() if criterion.metric != KNOWN_SHARE]


def _behind(
    connection: Connection,
    initiative: str,
    numbers: Numbers,
    criterion: Criterion,
    day: date,
    metrics: Mapping[str, MetricDeclaration],
    named: Naming,
) -> Behind:
    call, declared = criterion.call, metrics[criterion.metric]
    return Behind(
        criterion=criterion,
        declared=declared,
        grows=dependence_of(call, declared).grows,
        before=named(evidence(connection, call, initiative, day - DAY, limit=EVERY_ROW)),
        after=named(evidence(connection, call, initiative, day, limit=EVERY_ROW)),
        number=numbers.on([call], day)[call],
    )
