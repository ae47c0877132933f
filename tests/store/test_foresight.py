"""Foresight finds what an evaluation of every single day finds, on random registries, models and lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from support.day_by_day import MeasuredEachDay, look_at_each_day
from support.world import model, stage

from clusterflow.domain.criterion import AnyOf, Criterion
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.records import RECORDS
from clusterflow.domain.state import Condition, InitiativeState, Milestone, Review, StandingAnswer, Visit
from clusterflow.domain.terms import Answer, DecisionKind, DueKind, ReviewStatus, Severity, VisitOutcome
from clusterflow.rules.change_days import EarlierDay, comparisons_with, turns_between
from clusterflow.rules.deadlines import End
from clusterflow.rules.foresight import Life, criteria_by_call, look_ahead
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store.metrics.change_days import change_days, dependence_of
from clusterflow.store.metrics.foresight import PortfolioForesight

from .test_metrics_together import CHECKED, SETTING, enter, facts_of

TODAY, UNTIL = date(2024, 2, 15), date(2024, 7, 31)
DAY = timedelta(days=1)
MINE = ("one",)
BOUNDS = {
    Unit.COUNT: (">= 1", ">= 3", "<= 2", "< 1"),
    Unit.SHARE: (">= 50 %", "> 0 %", "<= 1/3", ">= 1/10"),
    Unit.YES_NO: ("is yes", "is no"),
    Unit.DAYS: ("<= 30 days", "<= 90 days", "< 400 days", ">= 60 days"),
    Unit.MONTHS: ("<= 12 months", "<= 10 months", "< 1 months", ">= 3 months"),
    Unit.YEARS: (">= 1 years", ">= 2 years", "<= 1 years"),
    Unit.POINTS: (">= 3.5 points", "<= 0.3 points"),
    Unit.FTE: (">= 0.5 fte", ">= 1 fte"),
    Unit.MONEY: ("> 0 EUR", ">= 3 EUR", "<= 2 USD"),
}


def facts() -> st.SearchStrategy[list[Any]]:
    """Facts of one initiative that often concern each other."""
    kinds = (
        "organisation", "membership", "body", "seat", "meeting", "attendance", "legal-entity", "label", "strategy",
        "strategy-review", "survey-wave", "invoice", "payment", "income", "business", "project", "staff", "document",
        "initiative", "representation", "action", "training", "learning-session", "objective", "reading", "budget",
        "exchange-rate", "link", "dues-scheme",
    )  # fmt: skip
    more = st.one_of([facts_of(RECORDS[kind]) for kind in kinds])
    mine = more.map(lambda fact: (fact[0], "one", *fact[2:]))
    return st.tuples(SETTING, st.lists(mine, min_size=10, max_size=60)).map(lambda both: both[0] + both[1])


def test_the_statement_of_each_metric_shows_the_recorded_days_that_it_compares(
    calls: list[MetricCall], declarations: dict[str, MetricDeclaration]
) -> None:
    for call in calls:
        compared = dependence_of(call, declarations[call.metric]).compared
        assert {one.table for one in compared}, call
        assert "valid_from" in {one.column for one in compared} or call.metric == "stage-time", call


@settings(CHECKED, max_examples=15)
@given(facts=facts(), data=st.data())
def test_a_number_changes_only_on_the_days_that_its_facts_name(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(calls), min_size=8, max_size=12, unique=True))
    with engine.connect() as connection:
        registry = new_registry(connection)
        enter(registry, facts)
        registry.visit("strategy", "2024-01-01", "2024-05-01")
        found = change_days(connection, some, registry.declarations, MINE, TODAY, UNTIL)
        numbers = MeasuredEachDay(connection, registry.declarations, "one")
        day, before = TODAY, numbers.on(some, TODAY)
        while day < UNTIL:
            day += DAY
            now = numbers.on(some, day)
            for call in some:
                grows = dependence_of(call, registry.declarations[call.metric]).grows
                if day not in found[call].get("one", ()) and not grows:
                    assert (now[call].low, now[call].high) == (before[call].low, before[call].high), (call, day)
                    assert (now[call].amounts, now[call].stale) == (before[call].amounts, before[call].stale)
            before = now
        connection.rollback()


@st.composite
def models(draw: st.DrawFn, calls: list[MetricCall], declarations: dict[str, MetricDeclaration]) -> LifecycleModel:
    """A chain of stages whose gates ask any metric for any bound."""
    stages, before = [], ()
    for name in "abc"[: draw(st.integers(1, 3))]:
        criteria = []
        for number, call in enumerate(draw(st.lists(st.sampled_from(calls), min_size=1, max_size=4, unique=True))):
            unit = declarations[call.metric].unit
            bound = Bound.parse(draw(st.sampled_from(BOUNDS[unit])), unit)
            weaker = [b for text in BOUNDS[unit] if (b := Bound.parse(text, unit)).is_weaker_than(bound)]
            criteria.append(
                Criterion(
                    id=f"{name}{number}",
                    metric=call.metric,
                    with_=call.parameters,
                    bound=bound,
                    keep=draw(st.sampled_from([None, bound, *weaker])),
                    severity=draw(st.sampled_from([Severity.BLOCKING, Severity.WARNING])),
                    source="P",
                )
            )
        requires: list[Any] = list(criteria)
        if len(criteria) > 2:
            requires = [AnyOf(id=f"{name}-any", any_of=tuple(criteria[:2])), *criteria[2:]]
        made = stage(name, before, *criteria, allowed_days=100)
        stages.append(made.model_copy(update={"gate": made.gate.model_copy(update={"requires": tuple(requires)})}))
        before = (name,)
    return model(*stages)


@st.composite
def lives(draw: st.DrawFn, of: LifecycleModel) -> InitiativeState:
    """An initiative that achieved some of the stages, perhaps with a condition, and is in the next one."""
    achieved = draw(st.integers(0, len(of.stages)))
    visits, milestones, answers, reviews, conditions = [], [], [], [], []
    days = st.sampled_from([date(2024, 3, 2), date(2024, 4, 30), date(2024, 6, 8)])
    for place, one in enumerate(of.stages[: achieved + 1]):
        passed = place < achieved
        due = draw(days)
        visits.append(
            Visit(
                stage=one.id, round=1, entered_on=date(2024, 1, 2), due_on=due, escalate_on=due + 20 * DAY,
                left_on=date(2024, 2, 1) if passed else None,
                outcome=VisitOutcome.ACHIEVED if passed else None,
                held_until=None if passed else draw(st.none() | days),
            )
        )  # fmt: skip
        if passed:
            review = f"{one.id}-1"
            reviews.append(
                Review(
                    id=review, stage=one.id, round=1, opened_on=date(2024, 1, 20), findings="x",
                    status=ReviewStatus.DECIDED, outcome=DecisionKind.CONDITIONAL_GO, closed_on=date(2024, 2, 1),
                )
            )  # fmt: skip
            milestones.append(Milestone(stage=one.id, round=1, achieved_on=date(2024, 2, 1), review=review))
            for criterion in one.gate.criteria:
                answers.append(
                    StandingAnswer(
                        stage=one.id, criterion=criterion.id, answer=Answer.MET, found="1", met_on=date(2024, 2, 1)
                    )
                )
            if draw(st.booleans()):
                name = next(one.gate.criteria).id
                conditions.append(Condition(review=review, stage=one.id, criterion=name, due_on=draw(days)))
    return InitiativeState(
        initiative="one", model=of.id, model_hash=of.hash, enrolled_on=date(2024, 1, 2),
        last_at=datetime(2024, 2, 14, tzinfo=UTC), version=1, visits=tuple(visits), milestones=tuple(milestones),
        answers=tuple(answers), reviews=tuple(reviews), conditions=tuple(conditions),
    )  # fmt: skip


@settings(CHECKED, max_examples=25)
@given(facts=facts(), data=st.data())
def test_foresight_agrees_with_the_evaluation_of_every_day(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], data: st.DataObject
) -> None:
    with engine.connect() as connection:
        registry = new_registry(connection)
        enter(registry, facts)
        of = data.draw(models(calls, registry.declarations))
        state = data.draw(lives(of))
        for visit in state.open_visits:
            registry.visit(visit.stage, str(visit.entered_on), str(visit.due_on))
        ends = (End(DueKind.LABEL, "x", date(2024, 5, 18), date(2024, 1, 1)),)
        life = Life(of, state, WorkCalendar("UTC", "MX"), ends, lambda state, day: {})
        numbers = PortfolioForesight(connection, registry.declarations, {"one": criteria_by_call(of)}, TODAY, UNTIL)
        each_day = MeasuredEachDay(connection, registry.declarations, "one")
        expected = look_at_each_day(life, each_day, TODAY, UNTIL)
        assert look_ahead(life, numbers.of("one"), TODAY, UNTIL) == expected
        connection.rollback()


days = st.dates(date(2023, 1, 1), date(2025, 12, 31))
spans = st.builds(EarlierDay, st.sampled_from([0, 1, 2, 6, 12, 13, 24]), st.sampled_from([0, 1, 30, 90]))


@given(recorded=days, ago=spans)
def test_a_comparison_turns_on_the_first_day_that_reaches_or_passes_it(recorded: date, ago: EarlierDay) -> None:
    reached, passed = (comparison.turns_on(recorded) for comparison in comparisons_with(ago))
    assert ago.of(reached) >= recorded > ago.of(reached - DAY)
    assert ago.of(passed) > recorded >= ago.of(passed - DAY)


@given(turns=st.lists(st.integers(1, 400), unique=True, max_size=5).map(sorted))
def test_the_changes_of_a_growing_number_are_all_found(turns: list[int]) -> None:
    start = date(2024, 1, 1)
    expected = [(start + day * DAY, n) for n, day in enumerate(turns, 1)]
    found = turns_between(start, start + 400 * DAY, lambda d: sum((d - start).days >= day for day in turns))
    assert found == expected
