"""A commit wakes a waiting worker, on both databases; reading does not."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine
from support.world import World, model, stage

from clusterflow.services import outbox, standing
from clusterflow.store.wakeup import wakeup_signal


def test_a_commit_wakes_a_waiting_worker(database: Engine, database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    with wakeup_signal(database) as signal:
        assert not signal.wait(0), "commits before it listens do not count"
        world.enrol()
        assert signal.wait(10)
        assert not signal.wait(0), "several commits count as one signal"


def test_a_sleeping_worker_wakes_at_once(database: Engine, database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    woken: list[float] = []

    def sleep() -> None:
        with wakeup_signal(database) as signal:
            ready.set()
            if signal.wait(30):
                woken.append(time.monotonic())

    ready = threading.Event()
    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    ready.wait()
    world.enrol()
    sleeper.join()
    assert len(woken) == 1


def test_reading_wakes_no_worker(database: Engine, database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    world.enrol()
    with wakeup_signal(database) as signal:
        standing.status(world.context, "one")
        outbox.waiting(world.context)
        assert not signal.wait(0.2)
