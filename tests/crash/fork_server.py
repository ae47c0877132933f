"""A warm process: each life is a fork of it, so a life takes only a fraction of a second.

It has played the days once on each database, so all statements are compiled. Its children get jobs from standard input
and write their answers to standard output, pickled.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from sqlalchemy import make_url, select
from support.fresh import pointed_engine
from support.world import CONFIGS

from clusterflow.domain.events import Entry
from clusterflow.prefect import names
from clusterflow.prefect.api import lone_certificate
from clusterflow.rules.projection import replay
from clusterflow.services import gate_forms, ledger, standing
from clusterflow.services import outbox as outbox_service
from clusterflow.settings import Settings
from clusterflow.store.state import sort_rows
from clusterflow.store.tables import outbox
from crash.scenario import KillPoints, Observer, Office, live, resumed_at, watched

WARM = "warm"
CHAINS = ("registry", "one")


@dataclass(frozen=True, slots=True)
class Life:
    """What a process works with: a database, a bus, a mail server; and the point at which it is killed."""

    database: str
    bus: Path
    mail: str
    die_at: int | None = None
    observed: bool = False
    """Whether the account tells what outlasts the process at each point."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a process that reached its end leaves behind."""

    points: tuple[str, ...]
    outlasting: tuple[bytes, ...]
    """By point: a digest of what a process killed there would leave."""
    kinds: dict[str, tuple[str, ...]]
    """By chain: what happened, in order."""
    whole: dict[str, bool]
    """By chain: whether it verifies and replays to the stored state."""
    event_ids: tuple[str, ...]
    """The ids under which Prefect must have received what happened."""
    versions: dict[str, int]
    """By hash: the position of an entry in the initiative's chain."""
    waiting: tuple[int, int]
    """Events and notices that have not been sent."""
    carried: int
    """How many chains a relay still has claimed."""
    held_by: dict[str, str | None]
    """By open review: the run that shows its form."""


def event_ids(entries: tuple[Entry, ...]) -> list[str]:
    """One event for each entry; the facts of one command share an event."""
    ids = []
    for (_, facts), together in groupby(entries, key=lambda e: (e.command, e.event.kind.startswith("record."))):
        group = list(together)
        ids += [str(names.event_id(e.hash)) for e in (group[-1:] if facts else group)]
    return ids


def account(office: Office, points: KillPoints) -> Account:
    context = office.context
    entries = {chain: ledger.entries(context, chain) for chain in CHAINS}
    added = replay(entries["one"])
    same = added is not None and sort_rows(added) == standing.state(context, "one")
    with office.database.connect() as connection:
        carried = len(connection.execute(select(outbox)).all())
    return Account(
        points=tuple(points.passed),
        outlasting=tuple(points.outlasting),
        kinds={chain: tuple(e.event.kind for e in found) for chain, found in entries.items()},
        whole={chain: ledger.first_break(context, chain) is None and (chain != "one" or same) for chain in CHAINS},
        event_ids=tuple(i for found in entries.values() for i in event_ids(found)),
        versions={e.hash: e.version for e in entries["one"]},
        waiting=(outbox_service.backlog(context).events, outbox_service.backlog(context).notices),
        carried=carried,
        held_by={i.review: i.run for i in gate_forms.open_gates(context)},
    )


class Warm:
    """An engine with compiled statements, which is pointed at the database of the next life."""

    def __init__(self, address: str, folder: Path, mail: str) -> None:
        self.address = address
        self.engine = pointed_engine(address, self)
        self.live(Life(address, folder / "bus", mail))

    def live(self, life: Life) -> Account:
        self.address = life.database
        settings = Settings(database=life.database, configs=CONFIGS, proof="none", mail=SecretStr(life.mail))
        points = KillPoints(life.die_at)
        if life.observed:
            points.observe = Observer(life.database, life.bus, points.passed)
        with watched(points, self.engine, life.bus):
            office = Office(settings, self.engine, resumed_at(self.engine))
            live(office)
            done = account(office, points)
        self.engine.dispose()
        return done


def main() -> None:
    """Warm up; then answer each life with its account, or None if it was killed."""
    os.environ["SSL_CERT_FILE"] = lone_certificate().name  # otherwise each mail would read all certificate authorities
    with TemporaryDirectory() as folder:
        mail, *addresses = sys.argv[1:]
        warm = {make_url(a).get_backend_name(): Warm(a, Path(folder), mail) for a in addresses}
    assert threading.active_count() == 1, "a fork has only the thread that forks"
    gc.disable()
    _tell(WARM)
    while True:
        try:
            life = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the test
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            done = warm[make_url(life.database).get_backend_name()].live(life)
            _tell(done)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            _tell(os.waitstatus_to_exitcode(status))


def _tell(answer: object) -> None:
    pickle.dump(answer, sys.stdout.buffer)
    sys.stdout.buffer.flush()


class ForkServer:
    """The test's side of the process; it warms up on the databases ``warm_up``."""

    def __init__(self, mail: str, *warm_up: str) -> None:
        path = os.pathsep.join(p for p in sys.path if p)
        command = [sys.executable, "-m", "crash.fork_server", mail, *warm_up]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
        )

    def live(self, life: Life) -> Account | int:
        """Return the account of a life, or how it ended without one (minus the number of the signal)."""
        assert self._process.stdin is not None
        pickle.dump(life, self._process.stdin)
        self._process.stdin.flush()
        answer: Account | int = self._answer()
        return answer

    def wait_until_warm(self) -> None:
        assert self._answer() == WARM

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return pickle.load(self._process.stdout)  # noqa: S301 - from our own child

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


if __name__ == "__main__":
    # The module's own name, under which the other side unpickles.
    from crash import fork_server

    fork_server.main()
