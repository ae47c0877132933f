"""Foresight of rulebooks finds what judging every single day finds, on random registries and rulebooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.records import RECORDS
from clusterflow.domain.rulebook import (
    AppliesTo,
    AwardTerm,
    HolderText,
    Offset,
    OpenCriterion,
    PointsBy,
    Rule,
    Rulebook,
    RuleText,
    Score,
)
from clusterflow.domain.terms import Severity
from clusterflow.domain.text import Text
from clusterflow.reports.rulebook_turns import answers_of
from clusterflow.rules.rulings import RulebookFacts, judge_rulebook
from clusterflow.services.rulebook_foresight import changes_until
from clusterflow.services.rulebooks import cut_offs_by_rulebook, judge_all
from clusterflow.store.rulebook_facts import cut_offs_on, rulebook_facts

from .test_foresight import BOUNDS, facts
from .test_metrics_together import CHECKED, enter

TODAY, UNTIL = date(2024, 2, 15), date(2024, 6, 20)
DAY = timedelta(days=1)
INITIATIVES = ("one", "two")
WORDS = Text(es="x", en="x")
SOME_DAYS = st.sampled_from([date(2023, 5, 1), date(2024, 3, 9), date(2024, 4, 30), date(2024, 6, 1), date(2024, 6, 8)])


@st.composite
def rulebooks(
    draw: st.DrawFn, name: str, calls: list[MetricCall], declarations: dict[str, MetricDeclaration]
) -> Rulebook:
    """Two texts, one after the other, and a draft; rules of every kind about any metric and any bound."""
    end = draw(SOME_DAYS)
    texts = (
        RuleText(id="first", title=WORDS, source="P", valid_to=end, **draw(contents(calls, declarations))),
        RuleText(id="second", title=WORDS, source="P", valid_from=end + DAY, **draw(contents(calls, declarations))),
        RuleText(id="draft", title=WORDS, source="P", draft=True, **draw(contents(calls, declarations))),
    )
    return Rulebook(
        rulebook=name, title=WORDS, about=WORDS, source="P", holder_text=draw(st.sampled_from(HolderText)), texts=texts
    )


@st.composite
def contents(draw: st.DrawFn, calls: list[MetricCall], declarations: dict[str, MetricDeclaration]) -> dict[str, Any]:
    def criterion(name: str) -> Criterion:
        call = draw(st.sampled_from(calls))
        unit = declarations[call.metric].unit
        bound = Bound.parse(draw(st.sampled_from(BOUNDS[unit])), unit)
        severity = draw(st.sampled_from([Severity.BLOCKING, Severity.WARNING]))
        return Criterion(id=name, metric=call.metric, with_=call.parameters, bound=bound, severity=severity, source="P")

    def rule(name: str) -> Rule:
        kind = draw(st.sampled_from(["criterion", "any", "all", "open"]))
        parts = tuple(criterion(f"{name}-{n}") for n in (0, 1))
        requirement = {
            "criterion": parts[0],
            "any": AnyOf(id=name, any_of=parts),
            "all": AllOf(id=name, all_of=parts),
        }.get(kind)
        call = draw(st.sampled_from(calls))
        entered = OpenCriterion(id=name, metric=call.metric, with_=call.parameters, source="P", title=WORDS)
        first, last = draw(st.none() | SOME_DAYS), draw(st.none() | SOME_DAYS)
        return Rule(
            id=name,
            requirement=requirement,
            open_criterion=entered if requirement is None else None,
            applies_to=draw(st.sampled_from(AppliesTo)),
            valid_from=first,
            valid_to=last if first is None or last is None or first <= last else None,
            points=draw(st.sampled_from([None, Fraction(4), Fraction(10)])),
            points_by=draw(st.sampled_from(PointsBy)),
        )

    length = st.sampled_from([None, Offset(months=2), Offset(months=12), Offset(days=90)])
    return {
        "rules": tuple(rule(name) for name in "xyz"[: draw(st.integers(1, 3))]),
        "score": draw(st.none() | st.just(Score(total=Bound.parse(">= 50 %", Unit.SHARE), source="P"))),
        "award": draw(st.none() | st.builds(AwardTerm, valid_for=length, grace=length, source=st.just("P"))),
    }


@st.composite
def cut_offs(draw: st.DrawFn) -> list[Any]:
    bounds = st.sampled_from([text for texts in BOUNDS.values() for text in texts])
    spans = st.tuples(st.sampled_from(["2023-01-01", "2024-03-01"]), st.sampled_from([None, "2024-05-01"]))
    return [
        ("cut-off", "one", first, {"rulebook": book, "rule": rule, "bound": draw(bounds), "valid_to": last})
        for book in ("x", "y")
        for rule in draw(st.lists(st.sampled_from("xyz"), max_size=3, unique=True))
        for first, last in [draw(spans)]
    ]


def labels_and_waivers() -> st.SearchStrategy[list[Any]]:
    days = st.sampled_from(["2023-05-01", "2024-01-01", "2024-03-01", "2024-05-01"])
    ends = st.sampled_from([None, "2024-05-20", "2024-06-30"])
    names = st.sampled_from("xy")
    labels = st.tuples(
        st.just("label"), st.sampled_from(INITIATIVES), days,
        st.fixed_dictionaries({"name": names, "rulebook": names, "valid_to": ends}),
    )  # fmt: skip
    waivers = st.tuples(
        st.just("waiver"), st.sampled_from(INITIATIVES), days,
        st.fixed_dictionaries({
            "rulebook": names, "rule": st.sampled_from(["x", "y", "z", "x-0", "y-1"]), "valid_to": ends,
            "granted_by": st.just("me"), "reason": st.just("why"),
        }),
    )  # fmt: skip
    return st.lists(labels | waivers, max_size=6)


@settings(CHECKED, max_examples=10)
@given(facts=facts(), more=labels_and_waivers(), entered=cut_offs(), data=st.data())
def test_foresight_of_rulebooks_agrees_with_judging_every_day(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], more: list[Any],
    entered: list[Any], data: st.DataObject,
) -> None:  # fmt: skip
    with engine.connect() as connection:
        registry = new_registry(connection)
        enter(registry, [*facts, *more, *entered])
        fit = [call for call in calls if call.metric != "stage-time"]
        books = {name: data.draw(rulebooks(name, fit, registry.declarations)) for name in ("x", "y")}
        expected, before, day = [], dict[str, Any](), TODAY
        while day <= UNTIL:
            judged = judge_all(connection, books, registry.declarations, day, INITIATIVES)
            after = {i: {name: answers_of(v) for name, v in verdicts.items()} for i, verdicts in judged.items()}
            expected += [(i, day, before[i], after[i]) for i in before if before[i] != after[i]]
            before, day = after, day + DAY
        changes = changes_until(connection, books, registry.declarations, dict.fromkeys(INITIATIVES, TODAY), UNTIL)
        found = [
            (change.initiative, change.day, *both)
            for change in changes
            if (both := [{n: answers_of(v) for n, v in side.items()} for side in (change.before, change.after)])
            and both[0] != both[1]
        ]
        assert sorted(found, key=lambda one: one[:2]) == sorted(expected, key=lambda one: one[:2])
        connection.rollback()


@settings(CHECKED, max_examples=25)
@given(facts=facts(), more=labels_and_waivers(), entered=cut_offs(), data=st.data())
def test_shared_verdicts_are_those_of_each_initiative_alone(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], more: list[Any],
    entered: list[Any], data: st.DataObject,
) -> None:  # fmt: skip
    """Initiatives that are alike share one verdict; here "three" is like "one", and "two" is not."""
    with engine.connect() as connection:
        registry = new_registry(connection)
        mirrored = [(kind, "three", *rest) for kind, i, *rest in (*facts, *more) if i == "one" and kind != "initiative"]
        mirrored = [fact for fact in mirrored if RECORDS[fact[0]].of_initiative]
        enter(registry, [*facts, *more, *entered, *mirrored])
        fit = [call for call in calls if call.metric != "stage-time"]
        books = {name: data.draw(rulebooks(name, fit, registry.declarations)) for name in ("x", "y")}
        everybody = ("one", "two", "three")
        for day in (TODAY, date(2024, 5, 2)):
            together = judge_all(connection, books, registry.declarations, day, everybody)
            assert judge_all(connection, books, registry.declarations, day, everybody, everyone=True) == together
            facts_then = rulebook_facts(connection, day)
            entered_then = cut_offs_by_rulebook(cut_offs_on(connection, day), books.values(), registry.declarations)
            for initiative in everybody:
                numbers = {
                    call: found[initiative]
                    for call in frozenset().union(*(book.calls for book in books.values()))
                    if initiative in (found := registry.everybody(call, day, [initiative]))
                }
                alone = {
                    name: judge_rulebook(
                        book, numbers, facts_then[initiative].get(name, RulebookFacts()), entered_then[name], day
                    )
                    for name, book in books.items()
                }
                assert together[initiative] == alone
        connection.rollback()
