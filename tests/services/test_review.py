"""The review of a portfolio hands on what it measured: each changed initiative is measured once, with all others."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from support.world import World, model, stage

from clusterflow.engine import evaluate as evaluation
from clusterflow.engine.evaluate import CurrentAssessment
from clusterflow.services import ledger, review
from clusterflow.store import metrics

INITIATIVES = ("one", "two", "three")


def begun(url: str) -> World:
    w = World(url, model(stage("first"), stage("second", ("first",))))
    for number, one in enumerate(INITIATIVES):
        w.enrol(one)
        w.state_figure("first", number % 2, initiative=one)
    return w


@pytest.fixture
def world(sqlite_url: str) -> World:
    return begun(sqlite_url)


def test_a_review_measures_all_changed_initiatives_at_once(world: World) -> None:
    with patch.object(metrics, "measure", side_effect=metrics.measure) as measured:
        assert {c.initiative for c in review.review_portfolio(world.context).changed} == set(INITIATIVES)
        assert measured.call_count == 1
        assert review.review_portfolio(world.context).changed == ()
        assert measured.call_count == 2


def test_a_review_writes_what_single_evaluations_write(world: World, tmp_path: Any, sqlite_template: Any) -> None:
    (tmp_path / "other.db").write_bytes(sqlite_template.read_bytes())
    other = begun(f"sqlite:///{tmp_path / 'other.db'}")
    review.review_portfolio(world.context)
    for one in sorted(INITIATIVES):
        review.evaluate(other.context, one)
    for one in INITIATIVES:
        mine, its = (
            [e.event for e in ledger.entries(w.context, one) if not e.event.kind.startswith("record.")]
            for w in (world, other)
        )
        assert mine == its
        assert len(mine) > 2
    assert not [flaw for result in ledger.verify(world.context) for flaw in result.flaws]


def assessments(world: World) -> dict[str, CurrentAssessment]:
    found: dict[str, CurrentAssessment] = {}
    compute = evaluation.evaluate_portfolio
    with (
        patch.object(
            evaluation, "evaluate_portfolio", side_effect=lambda *a, **k: found.update(compute(*a, **k)) or {}
        ),
    ):
        review.review_portfolio(world.context)
    return found


def test_an_initiative_is_measured_again_if_something_was_recorded_meanwhile(world: World) -> None:
    known = assessments(world)
    world.record("organisation id=new name=New helix=company from=2024-01-01")
    with patch.object(metrics, "measure", side_effect=metrics.measure) as measured:
        review.evaluate(world.context, "one", known=known["one"])
        assert measured.call_count == 1, "a fact of the registry"
    known = assessments(world)
    world.state_figure("first", 0, initiative="two")
    with patch.object(metrics, "measure", side_effect=metrics.measure) as measured:
        review.evaluate(world.context, "two", known=known["two"])
        assert measured.call_count == 1, "a fact of its own"
        review.evaluate(world.context, "three", known=known["three"])
        assert measured.call_count == 1, "nothing"
