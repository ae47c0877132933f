"""Durable transitions per second, beside the floor below which no durable transition can go.

A transition of ours is one command: the guard, the registry's or the state's rows, the hash-chained ledger, the
outbox, in one commit. The floor is a bare SQLAlchemy Core transaction on the same file: one compare-and-set, one
ledger row, one outbox row, with statements built once. Both take turns in short rounds, so that whatever else the
machine does meets both. On SQLite (WAL, synchronous=FULL), and on a PostgreSQL with fsync on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from sqlalchemy import Engine, bindparam, insert, update

from benches import ground
from benches.measuring import headline, quick, rate, timed
from benches.tiny import NOW, chain_of_stages, go, open_app, said, settle
from clusterflow.app import App
from clusterflow.store import tables

BATCH = 20

_CHAIN = tables.chain.c
_SET = update(tables.chain).where(_CHAIN.id == bindparam("of"), _CHAIN.version == bindparam("seen"))
_LEDGER = insert(tables.ledger)
_OUTBOX = insert(tables.outbox)
_BODY = '{"kind":"gate.decided","review":"s1-1","stage":"s1","decision":"go","on":"2024-01-10"}'


def run(short: bool) -> None:
    with ground.sqlite() as url:
        headline("durable transitions (SQLite, WAL, synchronous=FULL)")
        _compare(url, short)
    with ground.postgres() as address:
        if address is None:
            print("\ndurable transitions on PostgreSQL: left out, for it is not installed here")
            return
        headline("durable transitions (PostgreSQL, fsync on)")
        _compare(address, short)


def _compare(url: str, short: bool) -> None:
    """Rounds of floor, decisions and records in turn; the rate of each, and its share of the floor's."""
    stages, times = (2, 1) if short else (8, 5)
    app = open_app(url, chain_of_stages(stages))
    initiatives = [f"i{n}" for n in range(BATCH * times)]
    settle(app, initiatives, stages)
    with app.database.begin() as connection:
        connection.execute(insert(tables.chain), {"id": "floor", "version": 0, "head": "0" * 64, "at": NOW})
    floor, records = _floor(app.database), _records(app)
    rounds: dict[str, list[float]] = {"floor": [], "decide": [], "record": [], "entries": []}
    for number in range(stages):
        for one in initiatives:
            app.evaluate(one)
        for start in range(0, len(initiatives), BATCH):
            batch = initiatives[start : start + BATCH]
            before = _entries(app, batch)
            rounds["floor"].append(_per_second(floor))
            rounds["decide"].append(_per_second(_decisions(app, batch, number)))
            rounds["record"].append(_per_second(records))
            rounds["entries"].append((_entries(app, batch) - before) / BATCH)
    rounds = {name: values[times:] for name, values in rounds.items()}  # the first ones compile the statements
    rate("floor: compare-and-set, one ledger row, one outbox row", median(rounds["floor"]))
    for name, told in (("decide", "decide (go)"), ("record", "record of one fact")):
        shares = [mine / its for mine, its in zip(rounds[name], rounds["floor"], strict=True)]
        rate(told, median(rounds[name]), f"{median(shares):.2f} of the floor   target >= 0.50")
    many = median(rounds["entries"])
    rate(f"  in ledger entries: {many:.0f} to each decision", many * median(rounds["decide"]))


def _per_second(transitions: Iterator[Callable[[], object]]) -> float:
    return BATCH / sum(timed(next(transitions)) for _ in range(BATCH))


def _floor(database: Engine) -> Iterator[Callable[[], object]]:
    seen = 0
    while True:
        yield lambda seen=seen: _bare(database, seen)  # type: ignore[misc]
        seen += 1


def _bare(database: Engine, seen: int) -> None:
    entry = {
        "chain": "floor", "version": seen + 1, "at": NOW, "actor": "cli", "command": "decide", "kind": "gate.decided",
        "body": _BODY, "previous": "0" * 64, "hash": "1" * 64,
    }  # fmt: skip
    message = {
        "topic": "event", "chain": "floor", "since": seen + 1, "version": seen + 1, "wants_pass": True, "due_at": NOW,
        "attempts": 0,
    }  # fmt: skip
    with database.begin() as connection:
        moved = connection.execute(_SET, {"of": "floor", "seen": seen, "version": seen + 1, "head": "1" * 64})
        assert moved.rowcount == 1
        connection.execute(_LEDGER, entry)
        connection.execute(_OUTBOX, message)


def _decisions(app: App, initiatives: list[str], number: int) -> Iterator[Callable[[], object]]:
    for one in initiatives:
        yield lambda one=one: app.decide(one, "mona", go(f"s{number}"))  # type: ignore[misc]


def _records(app: App) -> Iterator[Callable[[], object]]:
    number = 0
    while True:
        fact = said(f"link initiative=i0 id=l{number} direction=inside with_whom=somebody from=2024-01-01")
        yield lambda fact=fact: app.record([fact])  # type: ignore[misc]
        number += 1


def _entries(app: App, initiatives: list[str]) -> int:
    return sum(app.state(one).version for one in initiatives)


if __name__ == "__main__":
    run(quick(__doc__))
