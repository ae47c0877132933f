"""What the doctor advises about processes that do not fit is done, and the finding is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from support.findings import given, gone
from support.world import World

from clusterflow.services.context import Context
from clusterflow.services.diagnostics import processes
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings
from clusterflow.services.processes import Presence
from clusterflow.store import tables

OURS, THEIRS = "s" * 32, "t" * 32


@pytest.fixture
def world(sqlite_url: str) -> World:
    return World(sqlite_url)


def with_secret(world: World, secret: str) -> Context:
    settings = world.context.settings.model_copy(update={"secret": SecretStr(secret)})
    return Context(settings, world.context.database, world.context.clock)


def examined(here: Context) -> Iterator[CheckResult]:
    class Here(Surroundings):
        database = here.database

    yield from processes.look(Here(here.settings))


def start(context: Context) -> None:
    Presence(context, "relay").beat()


def stop_all(world: World) -> None:
    with world.context.database.begin() as connection:
        connection.execute(tables.process.delete())


def test_a_process_with_another_secret_is_started_again_with_that_of_the_others(world: World) -> None:
    start(with_secret(world, OURS))
    start(with_secret(world, THEIRS))
    assert "CLUSTERFLOW_SECRET" in given(examined(with_secret(world, OURS)), "align-processes").cure.en
    stop_all(world)
    for _ in range(2):
        start(with_secret(world, OURS))
    gone(examined(with_secret(world, OURS)), "align-processes")


def test_this_machine_takes_the_secret_of_the_others(world: World) -> None:
    start(with_secret(world, THEIRS))
    given(examined(with_secret(world, OURS)), "share-secret")
    gone(examined(with_secret(world, THEIRS)), "share-secret")
