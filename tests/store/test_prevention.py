"""The least that would help does help, and one less does not: recorded and measured, on random registries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall
from clusterflow.domain.quantity import Bound
from clusterflow.domain.terms import Answer
from clusterflow.reports.foresight import Behind, Need, least_of
from clusterflow.rules.judge import answer
from clusterflow.store.metrics import evidence, measure

from .test_metrics_together import CHECKED, enter

DAY = date(2024, 6, 1)
COUNTS, OTHER, UNKNOWN, ENDED = "counts", "other", "unknown", "ended"
"""How one member counts for a number."""

Members = Mapping[str, str]
"""By member, how it counts."""


@dataclass(frozen=True)
class Question:
    """A number of members, what decides whether one counts, and the bounds that a rule may have."""

    call: MetricCall
    bounds: tuple[str, ...]
    size: Mapping[str, str | None]
    commitment: Mapping[str, str | None]
    joined: Mapping[str, str]
    states: tuple[str, ...]
    is_share: bool = False

    def facts(self, members: Members) -> list[Any]:
        found: list[Any] = [
            ("label", "one", "2022-01-01", {"name": "x", "rulebook": "x", "valid_to": None, "grace_until": None})
        ]
        for name, how in members.items():
            firm = {"id": name, "name": name, "helix": "company", "size": self.size.get(how, "small")}
            end = "2024-05-01" if how == ENDED else None
            joined = {"organisation": name, "commitment": self.commitment.get(how, "regular-fee"), "valid_to": end}
            found.append(("organisation", "one", "2020-01-01", firm))
            found.append(("membership", "one", self.joined.get(how, "2020-01-01"), joined))
        return found

    def changed(self, members: Members, way: str, units: int) -> Members:
        """Return the members after so many units of one way."""
        new = {"more": COUNTS, "others": OTHER}
        if way in new:
            return {**members, **{f"new-{n}": new[way] for n in range(units)}}
        before, after = (OTHER, COUNTS) if way == "change" else (COUNTS, OTHER if self.is_share else ENDED)
        chosen = [name for name, how in members.items() if how == before][:units]
        assert len(chosen) == units, "there are so many"
        return {**members, **dict.fromkeys(chosen, after)}


NUMBERS = (">= 1", ">= 2", "> 3", ">= 6", "<= 4", "<= 2", "< 2", "< 1")
SHARES = (">= 50 %", "> 50 %", ">= 80 %", ">= 100 %", "<= 1/3", "< 25 %", "<= 0 %")
ALL = (COUNTS, OTHER, UNKNOWN, ENDED)
QUESTIONS = (
    Question(MetricCall("members"), NUMBERS, {}, {}, {}, (COUNTS, COUNTS, ENDED)),
    Question(MetricCall("committed-members"), NUMBERS, {}, {OTHER: "none", UNKNOWN: None}, {}, ALL),
    Question(MetricCall("sme-share"), SHARES, {OTHER: "large", UNKNOWN: None}, {}, {}, ALL, is_share=True),
    Question(
        MetricCall("retained-members", (("label", "x"),)), SHARES, {}, {}, {OTHER: "2023-03-01"},
        (COUNTS, OTHER, ENDED), is_share=True,
    ),
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.call.metric)
def test_the_least_helps_once_it_is_recorded_and_one_less_does_not(
    engine: Engine, new_registry: Callable[..., Any], question: Question
) -> None:
    tried = set[str]()

    @settings(CHECKED, max_examples=25)
    @example(members=[COUNTS, question.states[1], question.states[1]], text=">= 80 %" if question.is_share else ">= 6")
    @example(members=[COUNTS] * 5, text="<= 1/3" if question.is_share else "<= 2")
    @given(
        members=st.lists(st.sampled_from(question.states), min_size=1, max_size=8),
        text=st.sampled_from(question.bounds),
    )
    def run(members: list[str], text: str) -> None:
        with engine.connect() as connection:
            these = {f"m{n}": how for n, how in enumerate(members)}
            found, needs, bound = least(connection, new_registry, question.call, question.facts(these), text)
            assert not needs or answer(bound, found) is not Answer.MET, "what is met needs nothing"
            for need in needs:
                tried.add(need.way)
                for units in (need.units, need.units - 1):
                    facts = question.facts(question.changed(these, need.way, units))
                    number, _, _ = least(connection, new_registry, question.call, facts, text)
                    assert (answer(bound, number) is Answer.MET) == (units == need.units), (need, units)
            connection.rollback()

    run()
    assert tried == ({"more", "change", "fewer", "others"} if question.is_share else {"more", "fewer"})


@settings(CHECKED, max_examples=25)
@given(amounts=st.lists(st.integers(0, 500), min_size=1, max_size=3), limit=st.sampled_from([">= 3 EUR", "> 9.99 EUR"]))
def test_the_least_amount_helps_and_one_cent_less_does_not(
    engine: Engine, new_registry: Callable[..., Any], amounts: list[int], limit: str
) -> None:
    def facts(cents: list[int]) -> list[Any]:
        amounts = (f"{c // 100}.{c % 100:02} EUR" for c in cents)
        return [("business", "one", "2024-05-01", {"id": f"b{n}", "kind": "contract", "amount": amount})
                for n, amount in enumerate(amounts)]  # fmt: skip

    call = MetricCall("business-generated")
    with engine.connect() as connection:
        found, needs, bound = least(connection, new_registry, call, facts(amounts), limit)
        assert len(needs) == (answer(bound, found) is not Answer.MET)
        for need in needs:
            assert (need.way, need.currency) == ("more", "EUR")
            for cents in (need.units, need.units - 1):
                number, _, _ = least(connection, new_registry, call, facts([*amounts, cents]), limit)
                assert (answer(bound, number) is Answer.MET) == (cents == need.units)
        connection.rollback()


def least(
    connection: Connection, new_registry: Callable[..., Any], call: MetricCall, facts: list[Any], limit: str
) -> tuple[Measurement, tuple[Need, ...], Bound]:
    """Record facts in an empty registry; return the number, the least that would help, and the bound."""
    connection.rollback()
    registry = new_registry(connection)
    enter(registry, facts)
    declared = registry.declarations[call.metric]
    bound = Bound.parse(limit, declared.unit)
    found = measure(connection, [call], registry.declarations, DAY, ["one"])[call].get("one", UNMEASURED)
    criterion = Criterion(id="x", metric=call.metric, with_=call.parameters, bound=bound, source="P")
    rows = evidence(connection, call, "one", DAY)
    return found, least_of(Behind(criterion, declared, False, rows, rows, found), bound), bound
