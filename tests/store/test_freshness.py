"""A value counts while its newest evidence is fresh. After that it is unknown, with the day of the newest evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from support.search import WITHOUT_SHRINKING

from clusterflow.domain.measurement import MetricDeclaration, Staleness

Fact = tuple[str, dict[str, Any]]

WAVE: Fact = ("survey-wave", {"invited": 10, "answers": 10, "mean_milli": 3500})
FIGURES: dict[str, tuple[Fact, dict[str, str]]] = {
    "trust-index": ((WAVE[0], {**WAVE[1], "topic": "trust"}), {}),
    "satisfaction-index": ((WAVE[0], {**WAVE[1], "topic": "satisfaction"}), {}),
    "stated": (("observation", {"metric": "x", "numerator": 3}), {"metric": "x"}),
    "stated-share": (("observation", {"metric": "y", "numerator": 3, "denominator": 4}), {"metric": "y"}),
    "funding-cover": (("budget", {"id": "b", "running_cost": "2 EUR", "secured": "1 EUR"}), {}),
}
"""Each metric that goes stale, with a fact behind it and its parameters."""

FIRST = date(2023, 2, 1)


def test_every_metric_that_goes_stale_is_tested_here(declarations: dict[str, MetricDeclaration]) -> None:
    assert {d.id for d in declarations.values() if d.freshness_days is not None} == set(FIGURES)


@pytest.mark.parametrize("metric", sorted(FIGURES))
def test_a_value_counts_on_the_last_day_and_is_unknown_on_the_next(registry: Any, metric: str) -> None:
    (kind, fields), parameters = FIGURES[metric]
    entry = registry.add(kind, str(FIRST), **fields)
    days = registry.declarations[metric].freshness_days
    last, next_day = str(FIRST + timedelta(days)), str(FIRST + timedelta(days + 1))
    assert registry.measure(metric, last, **parameters).known
    old = registry.measure(metric, next_day, **parameters)
    assert (old.is_empty, old.rows, old.stale) == (True, 1, Staleness(FIRST, days))
    assert [row.entry for row in registry.evidence(metric, next_day, **parameters)] == [entry], "it is still shown"


@pytest.mark.parametrize("metric", ["trust-index", "stated"])
def test_newer_evidence_makes_the_value_known_again(registry: Any, metric: str) -> None:
    (kind, fields), parameters = FIGURES[metric]
    registry.add(kind, "2023-02-01", **fields)
    assert registry.measure(metric, "2024-06-01", **parameters).is_empty
    registry.add(kind, "2024-05-01", **fields)
    assert registry.measure(metric, "2024-06-01", **parameters).known


def test_a_metric_without_a_freshness_limit_never_goes_stale(registry: Any) -> None:
    registry.add("membership", "1990-01-01", organisation="a", commitment="regular-fee")
    registry.add("survey-wave", "1990-01-01", topic="satisfaction", invited=10, answers=10, mean_milli=3500)
    assert registry.measure("members", "2024-06-01").low == 1
    assert registry.measure("survey-age", "2024-06-01").known, "metrics of age need no freshness limit"


DAY = date(2024, 6, 1)
AGES = st.sampled_from([0, 1, 30, 399, 400, 401, 800])
FACTS = st.lists(
    st.tuples(AGES, st.sampled_from(["one", "two"]), st.sampled_from(sorted(FIGURES)), st.booleans()),
    unique_by=lambda fact: fact[:3],
    max_size=8,
)


@settings(max_examples=40, phases=WITHOUT_SHRINKING)
@given(facts=FACTS, older=st.sampled_from([1, 2, 370, 401]))
def test_older_evidence_never_makes_an_unknown_value_known(
    engine: Engine, new_registry: Callable[..., Any], facts: list[tuple[int, str, str, bool]], older: int
) -> None:
    """The same facts, each the given number of days older."""
    found = []
    for by in (0, older):
        with engine.connect() as connection:
            registry = new_registry(connection)
            for age, initiative, metric, answered in facts:
                kind, fields = FIGURES[metric][0]
                values = fields | ({"answers": 0} if kind == "survey-wave" and not answered else {})
                registry.add(kind, str(DAY - timedelta(age + by)), initiative=initiative, **values)
            found.append(
                {
                    (metric, initiative): registry.measure(metric, str(DAY), initiative, **arguments)
                    for metric, (_, arguments) in FIGURES.items()
                    for initiative in ("one", "two")
                }
            )
            connection.rollback()
    fresh, stale = found
    for what, measured in stale.items():
        before = fresh[what]
        assert measured.is_empty or (measured.low, measured.high) == (before.low, before.high), what
