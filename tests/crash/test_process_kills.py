"""A process is killed at any critical point, another one takes over, and nothing is lost or done twice.

Each kill is a SIGKILL to a real process, before or after a commit, a request to Prefect, or a mail. The next process
plays the same days again, with the same key for each command.

Between two effects a process passes several points: after the one, and before the next. At all of them it would leave
the same rows, requests and mails. An undisturbed life shows this, because a second connection reads them at each
point. So a process is killed at the last of these points, where it holds a transaction that is not committed yet.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import postgres
from support.bus import Bus, Received
from support.fresh import Fresh, FreshPostgres, FreshSqlite
from support.mailbox import Mailbox, mail_server

from crash.fork_server import Account, ForkServer, Life

LANES = 2
"""The number of parallel lanes."""


@dataclass(frozen=True)
class Remains:
    """What one life, or a life and its successor, leaves in the database, in Prefect and in the mailboxes."""

    account: Account
    received: Received
    mails: tuple[tuple[str, str, str], ...]
    """Recipient, key and subject of each mail."""

    @property
    def gates(self) -> dict[str, set[str]]:
        """By review: the keys of the runs that were started to show its form."""
        runs_by_review: dict[str, set[str]] = {}
        for run in self.received.runs:
            kind, _, rest = run["key"].partition(":")
            if kind == "gate":
                runs_by_review.setdefault(rest.partition(":")[2], set()).add(run["key"])
        return runs_by_review

    @property
    def passes(self) -> set[int]:
        """The ledger entries up to which a run was started to show what happened."""
        keys = {r["key"].split(":")[1] for r in self.received.runs if r["key"].startswith("pass:")}
        return {self.account.versions[k] for k in keys}


@dataclass
class Lane:
    """One fork server with its databases and its mailbox."""

    fork_server: ForkServer
    fresh: dict[str, Fresh]
    folder: Path
    box: Mailbox
    mail: str

    def life(self, backend: str, die_at: int | None, observed: bool = False) -> tuple[int, Remains]:
        """Run a life on a fresh database, kill it at a point, and run its successor. Return how many
        lives were killed.
        """
        bus = Bus(self.folder / "received")
        bus.file.unlink(missing_ok=True)
        self.box.mails.clear()
        database, kills = self.fresh[backend].again(), 0
        result = self.fork_server.live(Life(database, bus.file, self.mail, die_at, observed))
        if result == -signal.SIGKILL:
            kills = 1
            result = self.fork_server.live(Life(database, bus.file, self.mail))
        assert isinstance(result, Account), result
        mails = tuple((to, str(m["X-Clusterflow-Notice"]), str(m["Subject"])) for to, m in self.box.mails)
        return kills, Remains(result, bus.received(), mails)


@contextmanager
def lane(server: str, template: str, sqlite: Path, folder: Path, number: int) -> Iterator[Lane]:
    name = f"crash_{number}"
    postgres.execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    folder.mkdir()
    fresh: dict[str, Fresh] = {"sqlite": FreshSqlite(sqlite, folder), "postgresql": FreshPostgres(server, name)}
    with mail_server() as (box, mail):
        fork_server = ForkServer(mail, *(f.again() for f in fresh.values()))
        yield Lane(fork_server, fresh, folder, box, mail)
        fork_server.close()
    postgres.execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def check(left: Remains, whole: Remains, where: str) -> None:
    """A killed process and its successor leave the same as an undisturbed process."""
    account, expected = left.account, whole.account
    assert account.kinds == expected.kinds, where
    assert all(account.whole.values()), (where, account.whole)
    assert (account.waiting, account.carried) == ((0, 0), 0), where

    ids = [e["id"] for e in left.received.events]
    assert set(ids) == set(account.event_ids), where
    assert [e["event"] for e in unique(left.received.events)] == [e["event"] for e in unique(whole.received.events)], (
        where
    )

    assert left.gates.keys() >= whole.gates.keys(), where
    assert all(len(keys) == 1 for keys in left.gates.values()), (where, left.gates)
    assert left.passes >= whole.passes, where
    started = {r["id"] for r in left.received.runs}
    assert account.held_by.keys() == expected.held_by.keys() != set(), where
    assert set(account.held_by.values()) <= started, (where, account.held_by)

    assert set(left.mails) == set(whole.mails), where
    again = Counter(left.mails) - Counter(whole.mails)
    assert again.total() <= 1, (where, again)


def kill_points(account: Account) -> list[int]:
    """The last point before each effect, and the last point of all. At no other point does a killed process leave
    something else than at one of these.
    """
    following = [*account.outlasting[1:], None]
    last = [n for n, (here, then) in enumerate(zip(account.outlasting, following, strict=True), 1) if here != then]
    assert {account.outlasting[n - 1] for n in last} == {*account.outlasting}
    return last


def unique(events: tuple[dict[str, str], ...]) -> list[dict[str, str]]:
    return list({e["id"]: e for e in events}.values())


def test_a_process_killed_at_any_point_loses_nothing_and_repeats_nothing(
    postgres_server: str,
    postgres_template: str,
    sqlite_template: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(LANES) as threads:
        lanes = [
            stack.enter_context(lane(postgres_server, postgres_template, sqlite_template, tmp_path / str(n), n))
            for n in range(LANES)
        ]
        for each in lanes:
            each.fork_server.wait_until_warm()
        undisturbed = {backend: lanes[0].life(backend, None, observed=True)[1] for backend in lanes[0].fresh}
        for backend, whole in undisturbed.items():
            check(whole, whole, backend)
            assert max(Counter(e["id"] for e in whole.received.events).values()) == 1
            assert max(Counter(whole.mails).values()) == 1
            assert len(whole.mails) > 5
            points = whole.account.points
            before = {n for n, point in enumerate(points, 1) if point.startswith("before")}
            assert {*kill_points(whole.account)} == {*before, len(points)}, "each is the last point before an effect"
            counts = Counter(points)
            assert counts["before mail"] == len(whole.mails)
            assert counts["before run"] == len(whole.received.runs)
            assert min(counts["before commit"], 10 * counts["before event"]) >= 40

        def kill(number: int) -> int:
            """Kill at every n-th of the points, on both databases."""
            kills = 0
            for backend, whole in undisturbed.items():
                points = whole.account.points
                for point in kill_points(whole.account)[number::LANES]:
                    died, left = lanes[number].life(backend, point)
                    kills += died
                    check(left, whole, f"{backend}, killed at point {point}: {points[point - 1]}")
            return kills

        kills = sum(threads.map(kill, range(LANES)))
    with capsys.disabled():
        print(f" {kills} kills ", end="")
    assert kills == sum(len(kill_points(whole.account)) for whole in undisturbed.values())
