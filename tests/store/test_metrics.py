"""What is true of every metric: it is declared, and it handles corrections and time correctly."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.domain.quantity import Bound
from clusterflow.rules.work_calendar import months_before
from clusterflow.store import metrics as metrics_package
from clusterflow.store.metrics import METRICS
from clusterflow.store.metrics.metric import ROW_COLUMNS
from clusterflow.store.metrics.register import _METRICS_OF_FAMILY
from clusterflow.store.query_scope import Scope

# Declarations


def test_declared_and_computed_metrics_are_the_same(
    declarations: dict[str, MetricDeclaration],
) -> None:
    assert {d.id for d in declarations.values() if d.computed_by == "store"} == set(METRICS)
    assert [d.id for d in declarations.values() if d.computed_by == "rules"] == ["known-share"]


def test_each_metric_is_in_the_module_that_the_register_names() -> None:
    declared = {
        file.stem: tuple(found)
        for file in Path(metrics_package.__path__[0]).glob("*.py")
        if (found := re.findall(r'^@metric\("([^"]+)"', file.read_text(encoding="utf-8"), re.MULTILINE))
    }
    assert declared == _METRICS_OF_FAMILY


def test_a_metric_is_declared_once() -> None:
    rows = METRICS["members"]
    with pytest.raises(ValueError, match="two metrics are called members"):
        METRICS.declare("members", rows)


def test_every_title_and_help_is_in_both_languages(declarations: dict[str, MetricDeclaration]) -> None:
    texts = [t for d in declarations.values() for t in (d.title, d.help)]
    assert all(t is not None and t.es.strip() and t.en.strip() and t.es != t.en for t in texts)
    assert len({d.title.es for d in declarations.values()}) == len({d.title.en for d in declarations.values()}) == 74
    assert all(("{gap}" in t.es) == ("{gap}" in t.en) for t in texts if t)


def test_a_proposal_is_marked_as_one(declarations: dict[str, MetricDeclaration]) -> None:
    marked = [d for d in declarations.values() if d.source == "P" or "number P" in d.source or "numbers P" in d.source]
    assert all(d.proposal for d in marked)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_declared_parameters_are_those_of_the_function(declarations: dict[str, MetricDeclaration], name: str) -> None:
    taken = list(inspect.signature(METRICS[name]).parameters.values())[1:]
    declared = declarations[name].parameters
    assert {p.name for p in taken} == set(declared)
    for p in taken:
        assert declared[p.name].default == (None if p.default is inspect.Parameter.empty else p.default)
        assert declared[p.name].optional == (p.default is None)


def test_every_metric_is_one_select_of_evidence(calls: list[MetricCall]) -> None:
    for call in calls:
        statement = METRICS[call.metric](Scope(), **dict(call.parameters))
        assert tuple(statement.selected_columns.keys())[: len(ROW_COLUMNS)] == ROW_COLUMNS
        assert (METRICS[call.metric].__doc__ or "").strip(), "where the formula is from"


# Time, corrections, late entries


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def test_a_correction_replaces_the_value_and_the_earlier_knowledge_stays(registry: Any) -> None:
    wrong = registry.add("membership", "2024-01-01", organisation="a", commitment="none", entered=noon("2024-01-02"))
    right = registry.add(
        "membership", "2024-01-01", organisation="a", commitment="regular-fee", entered=noon("2024-03-01")
    )
    registry.supersede("membership", wrong, noon("2024-03-01"), right)
    assert registry.measure("committed-members", "2024-02-01").low == 1
    assert registry.measure("committed-members", "2024-02-01", known_at=noon("2024-02-01")).low == 0


def test_a_retracted_fact_does_not_count(registry: Any) -> None:
    entry = registry.add("membership", "2024-01-01", organisation="a")
    assert registry.measure("members", "2024-02-01").low == 1
    registry.supersede("membership", entry, noon("2024-03-01"))
    assert registry.measure("members", "2024-02-01").is_empty


def test_time_in_a_stage(registry: Any) -> None:
    registry.visit("strategy", "2024-01-01", "2024-01-11")
    registry.visit("committees", "2024-01-01", "2024-01-11", left="2024-01-05")
    assert registry.measure("stage-time", "2023-12-31", stage="strategy").is_empty
    assert registry.measure("stage-time", "2024-01-01", stage="strategy").low == 0
    assert registry.measure("stage-time", "2024-01-06", stage="strategy").low == Fraction(1, 2)
    assert registry.measure("stage-time", "2024-01-16", stage="strategy").low == Fraction(3, 2)
    assert registry.measure("stage-time", "2024-01-04", stage="committees").low == Fraction(3, 10)
    assert registry.measure("stage-time", "2024-01-05", stage="committees").is_empty


def test_years_since_the_start_count_from_the_first_description(registry: Any) -> None:
    described = {"id": "one", "name": "One", "country": "PL"}
    registry.add("initiative", "2021-06-01", **described)
    registry.add("initiative", "2023-06-01", **described, sector="steel")
    registry.add("initiative", "2000-06-01", id="other", name="Other", country="PL")
    assert registry.measure("years-since-start", "2024-06-01").low == 3
    assert registry.measure("years-since-start", "2024-05-31").low < 3


def test_months_before_stays_in_the_month() -> None:
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2024, 1, 15), 12) == date(2023, 1, 15)
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)


# The facts of DOMAIN.md, section 6


def test_clauz_at_its_constitution(registry: Any, calls: list[MetricCall]) -> None:
    """10 automotive firms, 2 universities, 3 committees and a legal entity; nothing is known about a strategy."""
    day = "2020-03-01"
    for i in range(12):
        registry.add("organisation", day, id=f"o{i}", name=f"o{i}", helix="company" if i < 10 else "academia")
        registry.add("membership", day, organisation=f"o{i}", commitment="signed-agreement")
    for i in range(3):
        registry.add("body", day, id=f"c{i}", kind="committee", name=f"c{i}")
    registry.add("legal-entity", day, name="CLAUZ", form="civil-association", personality=True)
    found = {c.metric: registry.measure(c.metric, day) for c in calls if not c.parameters}
    assert found["legal-personality"].low == 1
    assert found["working-committees"].low == 3
    assert found["helix-kinds"].low == 2
    assert (found["committed-members"].high, found["member-companies"].high) == (12, 10)
    assert not Bound.parse(">= 15", registry.declarations["committed-members"].unit).holds(Fraction(12))
    for unknown in ("legal-body", "strategy-in-force", "strategy-horizon", "objectives-measured", "dues-collected"):
        assert found[unknown].is_empty


def test_the_french_mean_pole(registry: Any) -> None:
    """187 members; of 100 of them, 57 are SMEs; 11 full-time equivalents, that is 5.9 per 100 members."""
    for i in range(187):
        registry.add("membership", "2012-01-01", organisation=f"m{i}")
    for i in range(11):
        registry.add("staff", "2012-01-01", person=f"p{i}", fte=1)
    assert round(float(registry.measure("fte-per-100-members", "2012-12-31").low), 1) == 5.9
