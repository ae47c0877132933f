"""Measures durable transitions per second, compared with the minimum of any durable transition.

A transition is one command: the guard, the rows of registry or state, the hash-chained ledger and the outbox, in one
commit. The minimum is a plain SQLAlchemy Core transaction on the same file: one compare-and-set, one ledger row and one
outbox row, with statements built once. A decision writes more than that: four ledger entries and five rows of state
(its outbox is the ledger itself). So writing the same number of rows by hand is measured, too. All take turns in short
rounds, so that other load on the machine affects all. SQLite with WAL and synchronous=FULL; PostgreSQL with fsync on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    update,
)

from benches import databases
from benches.measuring import headline, quick, rate, timed
from benches.small_world import NOW, chain_of_stages, go, open_context, settle, submission
from clusterflow.services import gates, registry, review, standing
from clusterflow.services.context import Context
from clusterflow.store import tables

BATCH = 20

_CHAIN = tables.chain.c
_SET = update(tables.chain).where(_CHAIN.id == bindparam("of"), _CHAIN.version == bindparam("seen"))
_LEDGER = insert(tables.ledger)
_MESSAGE = Table(
    "bench_message",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("topic", String(16), nullable=False),
    Column("chain", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("done", Boolean, nullable=False, index=True),
)
"""An outbox written by hand: a row for each message."""

_OUTBOX = insert(_MESSAGE)
_ENTER = insert(tables.stage_visit)
_LEAVE = update(tables.stage_visit).where(
    tables.stage_visit.c.initiative == "bare", tables.stage_visit.c.stage == bindparam("of")
)
_CLOSE = update(tables.gate_review).where(
    tables.gate_review.c.initiative == "bare", tables.gate_review.c.id == bindparam("of")
)
_VOTE = insert(tables.vote)
_ACHIEVE = insert(tables.milestone)
_BODY = '{"kind":"gate.decided","review":"s1-1","stage":"s1","decision":"go","on":"2024-01-10"}'


def run(short: bool) -> None:
    with databases.sqlite() as url:
        headline("durable transitions (SQLite, WAL, synchronous=FULL)")
        _compare(url, short)
    with databases.postgres() as address:
        if address is None:
            print("\ndurable transitions on PostgreSQL: left out, for it is not installed here")
            return
        headline("durable transitions (PostgreSQL, fsync on)")
        _compare(address, short)


def _compare(url: str, short: bool) -> None:
    """Run rounds of minimum, decisions and records in turn. Return the rate of each, and its share of the minimum's
    rate.
    """
    stages, times = (2, 1) if short else (8, 5)
    context = open_context(url, chain_of_stages(stages))
    initiatives = [f"i{n}" for n in range(BATCH * times)]
    settle(context, initiatives, stages)
    floor, rows, records = (
        _bare(context.database, _floor),
        _bare(context.database, _rows_of_a_decision),
        _records(context),
    )
    rounds: dict[str, list[float]] = {"floor": [], "rows": [], "decide": [], "record": [], "entries": []}
    for number in range(stages):
        for one in initiatives:
            review.evaluate(context, one)
        for start in range(0, len(initiatives), BATCH):
            batch = initiatives[start : start + BATCH]
            before = _entries(context, batch)
            rounds["floor"].append(_per_second(floor))
            rounds["rows"].append(_per_second(rows))
            rounds["decide"].append(_per_second(_decisions(context, batch, number)))
            rounds["record"].append(_per_second(records))
            rounds["entries"].append((_entries(context, batch) - before) / BATCH)
    rounds = {name: values[times:] for name, values in rounds.items()}  # the first ones compile the statements
    rate("floor: compare-and-set, one ledger row, one outbox row", median(rounds["floor"]))
    rate("record of one fact", median(rounds["record"]), f"{_share(rounds, 'record', 'floor')}   target >= 0.50")
    rate("decide (go)", median(rounds["decide"]), f"{_share(rounds, 'decide', 'floor')}   target >= 0.50")
    rate("floor of a decision: as many rows, bare", median(rounds["rows"]))
    many = median(rounds["entries"])
    entries = f"that is {many * median(rounds['decide']):.0f} ledger entries /s, {many:.0f} to each"
    print(f"  a decision reaches {_share(rounds, 'decide', 'rows')} of a decision; {entries}")


def _share(rounds: dict[str, list[float]], mine: str, its: str) -> str:
    return f"{median(m / i for m, i in zip(rounds[mine], rounds[its], strict=True)):.2f} of the floor"


def _per_second(transitions: Iterator[Callable[[], object]]) -> float:
    return BATCH / sum(timed(next(transitions)) for _ in range(BATCH))


def _bare(database: Engine, write: Callable[[Connection, int], None]) -> Iterator[Callable[[], object]]:
    """Transactions that write by hand what one command writes."""
    version = 0
    with database.begin() as connection:
        _MESSAGE.create(connection, checkfirst=True)
        connection.execute(insert(tables.chain), {"id": write.__name__, "version": 0, "head": "0" * 64, "at": NOW})

    def once(version: int) -> None:
        with database.begin() as connection:
            write(connection, version)

    while True:
        yield lambda version=version: once(version)
        version += 10


def _floor(connection: Connection, version: int) -> None:
    _append(connection, "_floor", version, entries=1, messages=1)


def _rows_of_a_decision(connection: Connection, version: int) -> None:
    _append(connection, "_rows_of_a_decision", version, entries=4, messages=0)
    one = {"initiative": "bare", "stage": f"s{version}", "round": 1}
    visit = {**one, "entered_on": NOW.date(), "due_on": NOW.date(), "escalate_on": NOW.date(), "overdue_level": 0}
    connection.execute(_ENTER, visit)
    connection.execute(_LEAVE, {"of": f"s{version - 10}", "left_on": NOW.date(), "outcome": "achieved"})
    connection.execute(_CLOSE, {"of": "none", "status": "decided", "outcome": "go", "closed_on": NOW.date()})
    vote = {"review": f"s{version}-1", "number": 1, "decider": "p-1", "role": "manager", "kind": "go", "reason": "time"}
    vote |= {"findings": "f", "at": NOW, "represents": "", "overrides": "", "conditions": ""}
    connection.execute(_VOTE, {"initiative": "bare", **vote})
    connection.execute(_ACHIEVE, {**one, "achieved_on": NOW.date(), "review": f"s{version}-1"})


def _append(connection: Connection, chain: str, version: int, entries: int, messages: int) -> None:
    moved = connection.execute(
        _SET, {"of": chain, "seen": version, "version": version + 10, "head": "1" * 64, "at": NOW}
    )
    assert moved.rowcount == 1
    entry = {
        "chain": chain, "at": NOW, "actor": "cli", "command": 1, "kind": "gate.decided", "body": _BODY,
        "previous": "0" * 64, "hash": "1" * 64,
    }  # fmt: skip
    connection.execute(_LEDGER, [{**entry, "version": version + n} for n in range(entries)])
    message = {"topic": "event", "chain": chain, "done": False}
    if messages:
        connection.execute(_OUTBOX, [{**message, "version": version + n} for n in range(messages)])


def _decisions(context: Context, initiatives: list[str], number: int) -> Iterator[Callable[[], object]]:
    for one in initiatives:
        yield lambda one=one: gates.decide(context, one, "mona", go(f"s{number}"))


def _records(context: Context) -> Iterator[Callable[[], object]]:
    number = 0
    while True:
        fact = submission(f"link initiative=i0 id=l{number} direction=inside with_whom=somebody from=2024-01-01")
        yield lambda fact=fact: registry.record(context, [fact])
        number += 1


def _entries(context: Context, initiatives: list[str]) -> int:
    return sum(standing.state(context, one).version for one in initiatives)


if __name__ == "__main__":
    run(quick(__doc__))
