"""The outbox: what waits is kept beside each chain, and no statement reads the chains where nothing waits."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import Connection, Engine, func, select
from support.world import World, model, stage

from clusterflow.domain.events import NOTIFIED_EVENTS
from clusterflow.store import outbox, tables
from clusterflow.store.outbox import Topic

NOTIFIED = [cls.model_fields["kind"].default for cls in NOTIFIED_EVENTS]


def counted(connection: Connection) -> dict[str, int]:
    """The entries that wait, counted one by one."""
    chain, ledger = tables.chain.c, tables.ledger.c
    of_chain = select(func.count()).join_from(tables.chain, tables.ledger, ledger.chain == chain.id)
    return {
        "event": connection.execute(of_chain.where(ledger.version > chain.published)).scalar_one(),
        "notice": connection.execute(
            of_chain.where(ledger.version > chain.told, ledger.kind.in_(NOTIFIED))
        ).scalar_one(),
    }


def publish(world: World, topic: Topic, chosen: random.Random) -> None:
    """Claim a chain, perhaps let it grow meanwhile, and mark the claimed entries as published."""
    with world.context.database.begin() as connection:
        waiting = outbox.pending(connection, topic, world.now)
        if not waiting:
            return
        span = outbox.claim(connection, topic, chosen.choice(waiting).chain, world.now, world.now + timedelta(hours=1))
    if span is not None:
        if chosen.random() < 0.5:
            world.state_figure("first", chosen.choice([0, 1]))
            world.evaluate()
        with world.context.database.begin() as connection:
            assert outbox.mark_done(connection, span)
            outbox.release(connection, span)


def test_the_kept_count_is_what_waits_at_every_moment(database_url: str, database: Engine) -> None:
    w = World(database_url, model(stage("first"), stage("second", ("first",))), database=database)
    chosen = random.Random(14)
    w.enrol()
    w.enrol("two")
    for day in range(1, 16):
        w.at(f"2024-02-{day:02}").state_figure("first", day % 2, initiative=chosen.choice(["one", "two"]))
        w.evaluate("one")
        w.evaluate("two")
        publish(w, chosen.choice(["event", "notice"]), chosen)
        with database.connect() as connection:
            assert outbox.backlog(connection) == counted(connection)
    assert counted_something(database)


def counted_something(database: Engine) -> bool:
    with database.connect() as connection:
        return counted(connection)["notice"] > 0
