"""Some days of an office: facts, evaluations, gates, decisions, notices. A process plays them and may be killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, NullPool, create_engine
from support.bus import Bus, connect_relay_to
from support.world import model, stage, stated

from clusterflow.domain.terms import DecisionKind, Role
from clusterflow.intake.assignments import read_assignments
from clusterflow.prefect.publish import publish
from clusterflow.rules.ballot import Ballot
from clusterflow.services import enrolment, gates, outbox, registry, review
from clusterflow.services.context import Context
from clusterflow.services.notifications import sending
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings
from clusterflow.store.ledger import heads
from clusterflow.store.schema import whole_schema

MODEL = model(
    stage("first", (), stated("first", keep=">= 1/2"), need=2, roles=(Role.MANAGER, Role.BOARD_CHAIR)),
    stage("second", ("first",), roles=(Role.MANAGER,)),
    stage("third", ("second",), open_ended=True, roles=(Role.COMMITTEE_CHAIR,)),
)
BEGUN = datetime(2024, 1, 10, 8, tzinfo=UTC)
LATER = timedelta(minutes=3)
"""After this time, another process may take over what a killed process had claimed."""


@dataclass(slots=True)
class KillPoints:
    """The points that a process passes. It is killed at one of them."""

    die_at: int | None = None
    observe: Callable[[], bytes] = bytes
    """Reads what outlives the process."""
    passed: list[str] = field(default_factory=list)
    outlasting: list[bytes] = field(default_factory=list)
    """By point: what a process killed there would leave, as a digest."""

    def __call__(self, what: str) -> None:
        self.passed.append(what)
        self.outlasting.append(self.observe())
        if len(self.passed) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self(f"before {what}")
            answer = function(*args, **named)
            self(f"after {what}")
            return answer

        return call


class Observer:
    """Reads everything that outlives a process, over a connection of its own: committed rows, requests, mails.

    Args:
        points: the points passed so far, because mails leave for a server whose mailbox cannot be read from here.
    """

    def __init__(self, database: str, bus: Path, points: list[str]) -> None:
        self._engine = create_engine(database, poolclass=NullPool)
        self._bus, self._points = bus, points

    def __call__(self) -> bytes:
        digest = sha256(str(self._points.count("after mail")).encode())
        digest.update(self._bus.read_bytes() if self._bus.exists() else b"")
        with self._engine.connect() as connection:
            for table in whole_schema().sorted_tables:
                rows = connection.exec_driver_sql(f"SELECT * FROM {table.name}")
                digest.update(repr(sorted(map(repr, rows))).encode())
        return digest.digest()


@contextmanager
def watched(points: KillPoints, database: Engine, bus: Path) -> Iterator[None]:
    """Make a point before and after every commit, every request to Prefect and every mail."""
    with (
        patch.object(database.dialect, "do_commit", points.around("commit", database.dialect.do_commit)),
        patch.object(sending, "deliver", points.around("mail", sending.deliver)),
        connect_relay_to(Bus(bus, points)),
    ):
        yield


@dataclass(slots=True)
class Office:
    """Plays the days. Each command has its own key, so a process that starts again repeats nothing."""

    settings: Settings
    database: Engine
    now: datetime = BEGUN
    number: int = 0
    context: Context = field(init=False)

    def __post_init__(self) -> None:
        self.context = Context(self.settings, self.database, lambda: self.now)
        self.context.models = {MODEL.id: MODEL}

    def key(self) -> str:
        self.number += 1
        self.now += timedelta(minutes=1)
        return f"step-{self.number}"

    def record(self, *lines: str) -> None:
        words = (line.split() for line in lines)
        registry.record(self.context, [read_assignments(first, rest) for first, *rest in words], key=self.key())

    def figure(self, value: int) -> None:
        self.record(f"observation initiative=one metric=first numerator={value} denominator=1 on={self.now.date()}")

    def decide(self, stage_id: str, person: str, kind: DecisionKind = DecisionKind.GO, **more: Any) -> None:
        ballot = Ballot(stage=stage_id, decision=kind, reason=f"says {person}", **more)
        gates.decide(self.context, "one", person, ballot, self.key())

    def relay(self) -> None:
        asyncio.run(publish(self.context))
        Dispatcher(self.context, senders=1).run()  # one after the other: each run passes the same points


def live(office: Office) -> None:
    """Play the days from the first to the last. A process that was killed starts again with the first."""
    office.record(
        "organisation id=firm name=Firm helix=company size=small from=2020-01-01",
        "organisation id=works name=Works helix=company size=small from=2020-01-01",
        "person id=mona name=Mona email=mona@firm.example from=2020-01-01 language=en",
        "person id=bruno name=Bruno email=bruno@works.example from=2020-01-01 language=es",
    )
    fields = "id=one name=Initiative country=ES from=2024-01-10"
    enrolment.enrol(office.context, read_assignments("initiative", fields.split()), MODEL.id, key=office.key())
    seats = (
        "body id=management kind=management name=Management",
        "body id=board kind=board name=Board",
        "seat body=management person=mona role=manager organisation=firm",
        "seat body=board person=bruno role=chair organisation=works",
    )
    office.record(*(f"{seat} initiative=one from=2020-01-01" for seat in seats))
    office.figure(1)
    office.relay()
    office.decide("first", "mona")
    office.decide("first", "bruno")
    office.relay()
    office.figure(0)
    review.evaluate(office.context, "one")
    gates.open_gate(office.context, "one", "second", key=office.key())
    office.decide("second", "mona", DecisionKind.CONDITIONAL_GO, due_all=date(2024, 2, 1))
    gates.open_gate(office.context, "one", "third", key=office.key())
    drain(office)


def drain(office: Office) -> None:
    """Work until nothing waits. The claims of a killed process expire after a while."""
    for _ in range(6):
        office.relay()
        waiting = outbox.backlog(office.context)
        if not waiting.events and not waiting.notices:
            return
        office.now += LATER
    raise AssertionError(f"waits for ever: {outbox.backlog(office.context)}")


def resumed_at(database: Engine) -> datetime:
    """A while after the last entry was written."""
    with database.connect() as connection:
        return max([BEGUN, *(h.at + LATER for h in heads(connection) if h.at is not None)])
