"""The figures that tell whether an installation works: what waits, for how long, and which processes run.

``doctor`` and the metrics read them here, so both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from clusterflow.domain.text import Frozen
from clusterflow.services.context import system_clock
from clusterflow.store import late_work, notices, outbox, processes, refused_submissions
from clusterflow.store.outbox import Topic
from clusterflow.store.processes import Process

TOPICS: tuple[Topic, ...] = ("event", "notice")


class Waiting(Frozen):
    """How many things wait, and the moment since which the oldest does; ``None`` if none waits."""

    count: int
    since: datetime | None = None

    def age_seconds(self, now: datetime) -> float:
        """Return for how long the oldest has waited; 0 if none waits."""
        return max(0.0, (now - self.since).total_seconds()) if self.count and self.since is not None else 0.0


class NoticeFigures(Frozen):
    """The notices that were not sent, by what happened to them."""

    waiting: int
    """For their first attempt, also those that wait for their hour."""
    refused: int
    """A channel refused them; they are tried again."""
    dead: int
    """They were given up."""
    overdue: Waiting
    """Those whose time has come."""


class ProcessFigures(Frozen):
    """The processes of one kind that were heard lately, and how long ago the newest heartbeat was."""

    count: int
    heartbeat_age_seconds: float


class Figures(Frozen):
    """All figures at one moment, in the time of the office (``at``) and in that of the heartbeats."""

    at: datetime
    outbox: Mapping[Topic, Waiting]
    deadlines: Waiting
    notices: NoticeFigures
    refused_submissions: int
    processes: Mapping[str, ProcessFigures]


def read_figures(connection: Connection, now: datetime) -> Figures:
    """Read all figures.

    Args:
        now: the office's time, which may be pretended. Heartbeats are judged by the clock of the database.
    """
    return Figures(
        at=now,
        outbox=read_outbox(connection),
        deadlines=read_deadlines(connection, now),
        notices=read_notices(connection, now),
        refused_submissions=read_refused_submissions(connection),
        processes=read_processes(connection),
    )


def read_outbox(connection: Connection) -> dict[Topic, Waiting]:
    """Read how many ledger entries wait to be published, and how many for their notices to be made."""
    counts = outbox.backlog(connection)
    return {
        topic: Waiting(count=counts[topic], since=outbox.oldest_pending(connection, topic) if counts[topic] else None)
        for topic in TOPICS
    }


def read_deadlines(connection: Connection, now: datetime) -> Waiting:
    """Read how many deadlines are due and not yet processed."""
    count, since = late_work.late_deadlines(connection, now)
    return Waiting(count=count, since=since)


def read_notices(connection: Connection, now: datetime) -> NoticeFigures:
    """Read how many notices are on their way, and how many reached nobody."""
    waiting, refused = late_work.unsent_notices(connection)
    overdue, since = notices.overdue(connection, now)
    return NoticeFigures(
        waiting=waiting,
        refused=refused,
        dead=late_work.dead_notices(connection),
        overdue=Waiting(count=overdue, since=since),
    )


def read_refused_submissions(connection: Connection) -> int:
    """Read how many refused submissions nobody has corrected yet."""
    return refused_submissions.count_waiting(connection)


def fresh_processes(connection: Connection) -> list[Process]:
    """Read the processes that were heard lately, the longest running first."""
    return processes.fresh(connection, processes.database_clock(connection, system_clock()))


def read_processes(connection: Connection) -> dict[str, ProcessFigures]:
    """Read which kinds of processes were heard lately."""
    now = processes.database_clock(connection, system_clock())
    ages: dict[str, list[float]] = {}
    for process in fresh_processes(connection):
        ages.setdefault(process.kind, []).append(max(0.0, (now - process.heard_at).total_seconds()))
    return {
        kind: ProcessFigures(count=len(of_kind), heartbeat_age_seconds=min(of_kind)) for kind, of_kind in ages.items()
    }
