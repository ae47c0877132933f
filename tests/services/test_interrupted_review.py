"""A disk that fills, or a database that is away for a moment, in the middle of a review: nothing is half done.

What is left undone the next review does, and the ledger is then that of an undisturbed night.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from support import postgres
from support.world import World, model, stage

from clusterflow.services import ledger, review
from clusterflow.services.context import system_clock
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade

INITIATIVES = [f"i{n}" for n in range(24)]
LIMIT = "PRAGMA max_page_count = {}"
LARGEST = 1073741823


def begun(url: str) -> World:
    """Initiatives whose gates the review opens."""
    engine = open_database(url)
    upgrade(engine, system_clock())
    world = World(url, model(stage("launch")), database=engine)
    for one in INITIATIVES:
        world.enrol(one)
        world.state_figure("launch", initiative=one)
    return world


def lives(world: World) -> dict[str, list[dict[str, Any]]]:
    found = {one: [e.event for e in ledger.entries(world.context, one)] for one in INITIATIVES}
    return {one: [e.model_dump() for e in found[one] if not e.kind.startswith("record.")] for one in INITIATIVES}


@pytest.fixture
def undisturbed(tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    world = begun(f"sqlite:///{tmp_path}/undisturbed.db")
    assert len(review.review_portfolio(world.context).changed) == len(INITIATIVES)
    return lives(world)


def check_each_is_done_or_untouched(world: World, done: dict[str, list[dict[str, Any]]]) -> int:
    """Return how many initiatives were reviewed; of the others, nothing was."""
    assert all(result.flaws == () for result in ledger.verify(world.context))
    found = lives(world)
    finished = [one for one in INITIATIVES if found[one] == done[one]]
    assert all(len(found[one]) == 2 for one in INITIATIVES if one not in finished), "enrolled, and the stage begun"
    return len(finished)


@pytest.mark.parametrize("spare_pages", [0, 1])
def test_a_disk_that_fills_leaves_nothing_half_done(
    undisturbed: dict[str, list[dict[str, Any]]], tmp_path: Path, spare_pages: int
) -> None:
    world = begun(f"sqlite:///{tmp_path}/full.db")
    engine = world.context.database
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + spare_pages

    def limit(connection: Any, *_: object) -> None:
        connection.execute(LIMIT.format(pages))

    event.listen(engine, "checkout", limit)
    try:
        problems = review.review_portfolio(world.context).problems
    except OperationalError as problem:
        problems = {"all": str(problem)}
    assert problems
    assert all("full" in text for text in problems.values()), problems
    assert check_each_is_done_or_untouched(world, undisturbed) < len(INITIATIVES)
    event.remove(engine, "checkout", limit)
    event.listen(engine, "checkout", lambda connection, *_: connection.execute(LIMIT.format(LARGEST)))
    assert not review.review_portfolio(world.context).problems
    assert lives(world) == undisturbed


@pytest.fixture
def own_postgres(postgres_programs: Path) -> Iterator[str]:
    with postgres.server(postgres_programs) as address:
        postgres.execute(address, "CREATE DATABASE clusterflow")
        yield address


@pytest.mark.parametrize("after", [0, 3])
def test_a_database_that_crashes_in_mid_review_leaves_nothing_half_done(
    own_postgres: str, undisturbed: dict[str, list[dict[str, Any]]], after: int
) -> None:
    world = begun(f"postgresql+psycopg://postgres@{own_postgres}/clusterflow")
    real, calls = review.evaluate, 0

    def evaluate(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == after + 1:
            with world.context.database.connect() as held:
                held.exec_driver_sql("SELECT 1")
                postgres.crash(own_postgres)
        return real(*arguments)

    with patch.object(review, "evaluate", evaluate):
        found = review.review_portfolio(world.context)
    assert len(found.problems) < len(INITIATIVES), "what came after the database was back is done"
    assert check_each_is_done_or_untouched(world, undisturbed) == len(INITIATIVES) - len(found.problems)
    assert set(review.review_portfolio(world.context).problems) == set()
    assert lives(world) == undisturbed
    world.context.database.dispose()
