"""Answers for a past day change only when a later entry is about that day or before, and then they say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.search import WITHOUT_SHRINKING
from support.world import World, model, stage, stated

from clusterflow.services import explanation, review, standing

from .conftest import MakeWorld

DAY = date(2024, 2, 15)
# Small pools, so that days and values collide.
days = st.sampled_from([date(2024, 2, 1), date(2024, 2, 15), date(2024, 2, 16), date(2024, 3, 1)])
figures = st.lists(st.tuples(days, st.integers(0, 2)), min_size=1, max_size=6, unique_by=lambda f: f[0])


Fresh = Callable[[], World]


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Fresh:
    """A new world for each example: history is never written backwards, so examples cannot share one."""
    number = iter(range(1_000_000))

    def make() -> World:
        path = tmp_path / f"{next(number)}.db"
        shutil.copy(sqlite_template, path)
        w = World(f"sqlite:///{path}", model(stage("first", (), stated("first", ">= 1"))))
        w.enrol()
        return w

    return make


def found(w: World, as_of: date, known_at: datetime | None = None) -> list[tuple[str, bool]]:
    (gate,) = explanation.explain(w.context, "one", "first", as_of, known_at, with_evidence=False)
    return [(c.found, c.late) for c in gate.criteria]


@given(figures)
@settings(max_examples=12, phases=WITHOUT_SHRINKING)
def test_a_later_fact_changes_no_earlier_answer(fresh: Fresh, later: list[tuple[date, int]]) -> None:
    """On whatever days facts follow, the answer for a day before them stays, and is not called late."""
    w = fresh()
    w.at("2024-02-15").state_figure("first", 1)
    before = found(w, DAY)
    w.at("2024-04-01")
    for day, value in later:
        if day > DAY:
            w.record(f"observation initiative=one metric=first numerator={value} on={day}")
    assert found(w, DAY) == before


@given(figures, st.randoms(use_true_random=False))
@settings(max_examples=12, phases=WITHOUT_SHRINKING)
def test_the_order_in_which_facts_are_entered_is_irrelevant(
    fresh: Fresh, facts: list[tuple[date, int]], random: object
) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    answers = []
    for order in (facts, shuffled):
        w = fresh()
        w.at("2024-04-01")
        for day, value in order:
            w.record(f"observation initiative=one metric=first numerator={value} on={day}")
        answers.append([found(w, day) for day in (date(2024, 2, 1), DAY, date(2024, 3, 1))])
    assert answers[0] == answers[1]


def test_a_fact_entered_late_is_counted_and_said_to_be_late(fresh: Fresh) -> None:
    w = fresh()
    w.at("2024-03-10").record("observation initiative=one metric=first numerator=1 on=2024-02-01")
    assert found(w, DAY) == [("100 %", True)]
    assert found(w, date(2024, 3, 10)) == [("100 %", False)]
    assert found(w, DAY, datetime(2024, 3, 1, tzinfo=UTC)) == [("unknown", False)], "as it was known then"


def test_a_correction_counts_from_the_day_it_is_about(fresh: Fresh) -> None:
    w = fresh()
    w.at("2024-02-01").state_figure("first", 2)
    w.at("2024-03-01").record("observation initiative=one metric=first numerator=1 on=2024-02-01")
    assert found(w, DAY) == [("100 %", True)]
    assert found(w, DAY, datetime(2024, 2, 20, tzinfo=UTC)) == [("200 %", False)]


def test_a_late_withdrawal_marks_the_answer_that_it_changed(fresh: Fresh) -> None:
    w = fresh()
    w.at("2024-02-01").state_figure("first", 1)
    w.at("2024-03-01").record("observation initiative=one metric=first on=2024-02-01 retract=true")
    assert found(w, DAY) == [("unknown", True)]
    assert found(w, DAY, datetime(2024, 2, 20, tzinfo=UTC)) == [("100 %", False)]


def test_a_late_end_marks_the_answer_that_it_changed(world: MakeWorld) -> None:
    w = world()
    w.at("2024-01-10").enrol("one", "cordoba")
    w.record("membership initiative=one organisation=firm from=2024-01-05 commitment=signed-agreement")

    def members(**known: date) -> tuple[str, bool]:
        (gate,) = explanation.explain(w.context, "one", as_of=DAY, with_evidence=False, **known)
        (line,) = [c for c in gate.criteria if c.criterion == "committed-members"]
        return line.found, line.late

    w.at("2024-03-01")
    assert members() == ("1", False)
    w.record("membership initiative=one organisation=firm to=2024-01-31")
    assert members() == ("0", True)
    assert members(known_on=DAY) == ("1", False)


def test_the_status_of_a_day_can_be_asked_as_it_was_known(fresh: Fresh) -> None:
    w = fresh()
    w.at("2024-03-01").state_figure("first", 1)
    review.evaluate(w.context, "one")
    assert standing.state(w.context, "one").open_reviews
    assert not standing.state(w.context, "one", date(2024, 3, 1), date(2024, 2, 20)).open_reviews
    board = standing.board(w.context, date(2024, 3, 1), known_on=date(2024, 1, 1))
    assert board.lines == (), "on that day it was not enrolled"
