"""Presence: a process sends heartbeats, and learns whether it fits the other processes of the same database."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from clusterflow import __version__
from clusterflow.domain.text import Text
from clusterflow.errors import NotPossible
from clusterflow.rules.process_conflicts import Difference, Traits, differences
from clusterflow.services.context import Clock, Context, system_clock
from clusterflow.store import processes
from clusterflow.store.database import HEAD
from clusterflow.store.processes import Process as Process

Kind = Literal["web", "relay", "worker"]

_log = logging.getLogger("clusterflow.processes")

TEXTS = {
    Difference.VERSION: Text(
        es="este proceso es clusterflow {version}; también están en marcha: {others}",
        en="this process is clusterflow {version}; there also run: {others}",
    ),
    Difference.SECRET: Text(
        es="el secreto de este proceso no es el de {others}: sus códigos y enlaces no valdrían. Ponga el mismo "
        "CLUSTERFLOW_SECRET en todas las máquinas",
        en="the secret of this process is not that of {others}: its codes and links would not be valid. Set the same "
        "CLUSTERFLOW_SECRET on all machines",
    ),
    Difference.CLOCK: Text(
        es="el reloj de esta máquina difiere en {seconds} segundos del de la base de datos: tomaría lo que otros "
        "procesos ya tienen. Póngalo en hora (NTP)",
        en="the clock of this machine differs from that of the database by {seconds} seconds: it would take what other "
        "processes have claimed. Set it right (NTP)",
    ),
}


class Presence:
    """The heartbeats of this process, and what sets it apart from the others."""

    def __init__(self, context: Context, kind: Kind, clock: Clock = system_clock) -> None:
        """``clock`` is the real one of this machine, also in a rehearsal."""
        self.context, self.clock = context, clock
        now = clock()
        self.me = Process(
            id=context.new_id(), kind=kind, host=socket.gethostname(), pid=os.getpid(), version=__version__,
            schema=HEAD, secret=fingerprint(context), begun_at=now, heard_at=now,
        )  # fmt: skip
        self.found: tuple[Difference, ...] = ()
        self.others: Sequence[Process] = ()

    def beat(self) -> None:
        """Send a heartbeat and read those of the others."""
        with self.context.database.begin() as connection:
            before = self.clock()
            there = processes.database_clock(connection, before)
            # The answer was made at some moment between the two.
            here = before + (self.clock() - before) / 2
            ahead = round((here - there).total_seconds())
            self.me = processes.beat(connection, replace(self.me, ahead_seconds=ahead), there)
            known = processes.fresh(connection, there)
        self.others = [p for p in known if p.id != self.me.id and (p.begun_at, p.id) < (self.me.begun_at, self.me.id)]
        self.found = tuple(differences(_traits(self.me), [_traits(p) for p in self.others]))

    @property
    def is_fit(self) -> bool:
        """Whether this process may work."""
        return not any(d.is_harmful for d in self.found)

    def texts(self) -> dict[Difference, Text]:
        """What sets this process apart, in words."""
        return {d: describe(d, self.me, self.others) for d in self.found}

    def end(self) -> None:
        """Delete the heartbeat."""
        with suppress(SQLAlchemyError), self.context.database.begin() as connection:
            processes.forget(connection, self.me)


def describe(difference: Difference, one: Process, others: Sequence[Process]) -> Text:
    """Say how a process differs, and what to do."""
    if difference is Difference.VERSION:
        others = [p for p in others if p.version != one.version]
    values = {"version": one.version, "seconds": abs(one.ahead_seconds), "others": ", ".join(map(str, others[:3]))}
    pattern = TEXTS[difference]
    return Text(es=pattern.es.format(**values), en=pattern.en.format(**values))


def fingerprint(context: Context) -> str:
    """Return a keyed fingerprint of the office's secret. It tells two secrets apart and reveals neither."""
    return context.keyed_hash("fingerprint", "clusterflow")[:16]


def _traits(process: Process) -> Traits:
    return Traits(process.version, process.secret, process.ahead_seconds)


@contextmanager
def present(
    context: Context, kind: Kind, say: Callable[[str], None], clock: Clock = system_clock
) -> Iterator[Presence]:
    """Send heartbeats while the block runs.

    Raises:
        NotPossible: this process must not work beside the others; the text says why, and what to do.
    """
    presence = Presence(context, kind, clock)
    presence.beat()
    end = threading.Event()
    thread = threading.Thread(target=_keep_beating, args=(presence, end), name="heartbeat", daemon=True)
    try:
        for difference, text in presence.texts().items():
            if difference.is_harmful:
                raise NotPossible(text.to(context.language))
            say(text.to(context.language))
        thread.start()
        yield presence
    finally:
        end.set()
        if thread.ident is not None:
            thread.join()
        presence.end()


def _keep_beating(presence: Presence, end: threading.Event) -> None:
    while not end.wait(processes.BEAT_SECONDS):
        before = presence.found
        try:
            presence.beat()
        except SQLAlchemyError as problem:
            _log.warning("the heartbeat could not be sent: %s", problem)
            continue
        for difference in presence.found if presence.found != before else ():
            _log.warning("%s", describe(difference, presence.me, presence.others).to(presence.context.language))
