"""One broken initiative or model is reported by name, and all others continue: without Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from support.world import World, model, stage

from clusterflow.reports.portfolio.artifact import Waiting, portfolio_page
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.services import review, standing
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.reports.portfolio import gather
from clusterflow.store import metrics, pinned_models, tables

SOUND = model(stage("launch"), name="sound")
DAMAGED = model(stage("launch", allowed_days=7), name="damaged")


def damage(world: World, name: str) -> None:
    """Make a stored model unreadable, as a failing disk or a manual change of the database does."""
    with world.context.database.begin() as connection:
        table = tables.lifecycle_model
        connection.execute(update(table).where(table.c.id == name).values(document="{}"))
    pinned_models._PARSED.clear()


@pytest.fixture
def intact(database_url: str) -> World:
    """Three initiatives whose gates are ready."""
    world = World(database_url, SOUND, DAMAGED)
    for initiative, name in (("a", "sound"), ("b", "damaged"), ("c", "sound")):
        world.enrol(initiative, name)
        world.state_figure("launch", initiative=initiative)
    return world


@pytest.fixture
def world(intact: World) -> World:
    """The same; the stored model of «b» is damaged."""
    damage(intact, "damaged")
    return intact


def test_a_review_evaluates_the_others(world: World) -> None:
    found = review.review_portfolio(world.context)
    assert [c.initiative for c in found.changed] == ["a", "c"]
    assert (list(found.problems), found.looked_at) == (["b"], 3)
    assert "ValidationError" in found.problems["b"]


def test_a_metric_that_fails_for_one_initiative_spares_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = metrics.measure

    def failing(connection, calls, declarations, day, initiatives=None):  # type: ignore[no-untyped-def]
        if initiatives is None or "c" in initiatives:
            raise ArithmeticError("a number that nobody foresaw")
        return measure(connection, calls, declarations, day, initiatives)

    monkeypatch.setattr(metrics, "measure", failing)
    found = review.review_portfolio(world.context)
    assert [c.initiative for c in found.changed] == ["a"]
    assert found.problems["c"] == "ArithmeticError: a number that nobody foresaw"
    assert set(found.problems) == {"b", "c"}


def test_deadlines_of_the_others_are_processed(world: World) -> None:
    world.now += timedelta(days=200)
    found = review.process_deadlines(world.context)
    assert {c.initiative for c in found.changed} == {"a", "c"}
    assert set(found.problems) == {"b"}


@pytest.mark.parametrize("back", [None, 0])
def test_the_portfolio_and_the_board_show_the_others_and_name_the_broken_one(world: World, back: int | None) -> None:
    review.review_portfolio(world.context)
    as_of = None if back is None else world.now.date()
    portfolio = gather(world.context, as_of)
    assert (portfolio.initiatives, set(portfolio.problems)) == (2, {"b"})
    page = portfolio_page(portfolio, "en", Waiting(events=0, notices=0, refused=0, given_up=0))
    assert "⚠ Could not be read: b: ValidationError" in page
    assert "No se pudo leer: b: ValidationError" in portfolio_html(portfolio, "es")
    board = standing.board(world.context, as_of)
    assert ([line.initiative for line in board.lines], set(board.problems)) == (["a", "c"], {"b"})


def test_notices_of_the_others_are_written(intact: World) -> None:
    review.review_portfolio(intact.context)
    damage(intact, "damaged")
    sent = Dispatcher(intact.context).run()
    assert sent.written > 0
    assert {p.partition(":")[0] for p in sent.problems} == {"b"}


def test_few_broken_ones_among_many_are_found_in_few_steps() -> None:
    calls = 0
    everyone = [f"i{n}" for n in range(1000)]

    def compute(only: Sequence[str] | None) -> int:
        nonlocal calls
        calls += 1
        if broken := {"i7", "i700"} & set(everyone if only is None else only):
            raise ValueError(f"broken: {sorted(broken)[0]}")
        return len(everyone if only is None else only)

    found, problems = compute_without_broken(compute, lambda: everyone)
    assert (found, problems) == (998, {"i7": "ValueError: broken: i7", "i700": "ValueError: broken: i700"})
    assert calls < 50


def test_a_database_that_is_away_is_the_fault_of_no_initiative() -> None:
    def compute(only: Sequence[str] | None) -> int:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    with pytest.raises(OperationalError):
        compute_without_broken(compute, lambda: ["a", "b"])
