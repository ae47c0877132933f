"""Who waits is woken by the commit, on both databases, and by no other thing."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine
from support.world import World, model, stage

from clusterflow.services import outbox, standing
from clusterflow.store.wakeup import wakeup_signal


def test_a_commit_rings(database: Engine, database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    with wakeup_signal(database) as hears:
        assert not hears.wait(0), "what was before it listened is not heard"
        world.enrol()
        assert hears.wait(10)
        assert not hears.wait(0), "many commits are one ring"


def test_who_sleeps_is_woken_at_once(database: Engine, database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    woken: list[float] = []

    def sleep() -> None:
        with wakeup_signal(database) as hears:
            ready.set()
            if hears.wait(30):
                woken.append(time.monotonic())

    ready = threading.Event()
    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    ready.wait()
    world.enrol()
    sleeper.join()
    assert len(woken) == 1


def test_to_read_rings_nothing(database: Engine, database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    world.enrol()
    with wakeup_signal(database) as hears:
        standing.status(world.context, "one")
        outbox.waiting(world.context)
        assert not hears.wait(0.2)
