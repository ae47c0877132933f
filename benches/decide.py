"""Measures how long a decider waits: from the decision until the new stage is visible in the database.

Many initiatives go through a chain of stages, one *go* after the other. For half of the decisions the last evaluation
is still valid; the other half follow a new fact and measure again in the same transaction. SQLite, WAL,
synchronous=FULL. The comparison is the minimum of a durable decision: one committed compare-and-set.
"""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, insert, select, update

from benches import databases
from benches.measuring import headline, quick, spread, timed
from benches.small_world import NOW, chain_of_stages, go, open_context, settle, submission
from clusterflow.services import gates, registry, review
from clusterflow.services.context import Context
from clusterflow.store import tables

STAGES = 8

_CHAIN = tables.chain.c
_VISIT = tables.stage_visit.c
_VISIBLE = select(_VISIT.stage).where(_VISIT.initiative == bindparam("of"), _VISIT.left_on.is_(None))
_SET = update(tables.chain).where(_CHAIN.id == bindparam("of"), _CHAIN.version == bindparam("seen"))


def run(short: bool) -> None:
    headline("decide → new stage visible (SQLite, WAL, synchronous=FULL)")
    with databases.sqlite() as url:
        context = open_context(url, chain_of_stages(STAGES))
        initiatives = [f"i{n}" for n in range(3 if short else 125)]
        settle(context, initiatives, STAGES)
        fresh, anew, floor = [], [], []
        with context.database.begin() as connection:
            connection.execute(insert(tables.chain), {"id": "floor", "version": 0, "head": "0" * 64, "at": NOW})
        for n in range(STAGES):
            for one in initiatives:
                if n % 2:
                    review.evaluate(context, one)
                else:
                    registry.record(
                        context, [submission(f"observation initiative={one} metric=other{n} numerator=1 on=2024-01-10")]
                    )
                (fresh if n % 2 else anew).append(timed(lambda one=one, n=n: _decide(context, one, n)))
                version = len(floor)
                floor.append(timed(lambda version=version: _compare_and_set(context.database, version)))
        # The first ones compile the statements, which a process does once.
        warm = 0 if short else 25
        spread("decide, answers fresh", fresh[warm:], "target p99 < 10 ms")
        spread("decide, answers measured anew", anew[warm:], "target p99 < 10 ms")
        spread("rival: one compare-and-set, committed", floor[warm:])


def _decide(context: Context, initiative: str, number: int) -> None:
    """Decide, and read the new stage."""
    done = gates.decide(context, initiative, "mona", go(f"s{number}"))
    with context.database.connect().execution_options(read_only=True) as connection:
        assert tuple(connection.execute(_VISIBLE, {"of": initiative}).scalars()) == done.entered


def _compare_and_set(database: Engine, version: int) -> None:
    with database.begin() as connection:
        connection.execute(_SET, {"of": "floor", "seen": version, "version": version + 1, "head": "1" * 64, "at": NOW})


if __name__ == "__main__":
    run(quick(__doc__))
