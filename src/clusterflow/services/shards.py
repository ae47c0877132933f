"""Shards: a job over a large portfolio is cut into parts, which several workers share.

The parts are rows of our own database. A worker claims one for a time, renews the claim while it works, and records
the result with it. If the worker dies, the claim ends and another one takes the part. So each part is done once, and
neither a worker nor the run that began the job has to live until the end.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from math import ceil

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from clusterflow.domain.text import Frozen
from clusterflow.services.context import Clock, Context, system_clock
from clusterflow.store import shards
from clusterflow.store.database import read_connection
from clusterflow.store.registry import initiative_records
from clusterflow.store.shards import Shard as Shard

LEASE = timedelta(seconds=60)
"""How long a claimed part belongs to one worker, unless it renews its claim. After that, another may claim it."""

RENEWAL_SECONDS = 15.0

RETRY_DELAY = timedelta(seconds=5)
"""How long a part that failed waits before it is tried again."""

KEPT = timedelta(days=30)
"""How long the parts of a job stay in the database, for diagnosis."""

_log = logging.getLogger("clusterflow.shards")


class ShardResult(Frozen):
    """What the work on a part gave."""

    looked_at: int = 0
    changed: int = 0
    problems: Mapping[str, str] = {}
    """By initiative, what went wrong with it alone."""


class JobResult(Frozen):
    """What a job gave so far: the results of its parts, and those that were given up."""

    parts: int
    open: int
    """The parts that are still to be done."""
    looked_at: int = 0
    changed: int = 0
    problems: Mapping[str, str] = {}
    given_up: Mapping[str, str] = {}
    """By initiative, the error of the part that it belongs to, which failed each time."""


def cut(initiatives: Mapping[str, str], size: int) -> list[list[str]]:
    """Cut initiatives into parts of at most ``size`` that are as even as can be. Those of an office stay together.

    Args:
        initiatives: the office of each initiative; empty if none is recorded.
        size: 0 for one part, whatever the number.
    """
    ordered = sorted(initiatives, key=lambda one: (initiatives[one], one))
    parts = ceil(len(ordered) / size) if size else min(1, len(ordered))
    bounds = [round(len(ordered) * n / parts) for n in range(parts + 1)] if parts else []
    return [ordered[start:end] for start, end in pairwise(bounds)]


def parts_of(context: Context, initiatives: Collection[str], size: int) -> list[list[str]]:
    """Cut initiatives into parts by their offices of today and by number."""
    with context.reading() as connection:
        records = initiative_records(connection, context.clock().date(), sorted(initiatives))
    offices = {one: (records[one].office or "") if one in records else "" for one in initiatives}
    return cut(offices, size)


class Job:
    """The parts of a job. It can be opened again, by its name, in any process."""

    def __init__(self, context: Context, name: str, clock: Clock = system_clock) -> None:
        """
        Args:
            name: the same after a restart; the id of the flow run that began the job.
            clock: real time, because claims last for real time, also in a rehearsal.
        """
        self.context, self.name, self.clock = context, name, clock

    def begin(self, kind: str, parts: Sequence[Sequence[str]], as_of: date | None = None) -> int:
        """Store the parts, once: a job that began before keeps its parts. Return their number."""
        now = self.clock()
        try:
            with self.context.database.begin() as connection:
                shards.delete_before(connection, now - KEPT)
                return shards.create(connection, self.name, kind, parts, as_of, now)
        except IntegrityError:  # the same run, begun twice, on PostgreSQL: the other one stored them
            return self.result().parts

    def begin_again(self) -> bool:
        """Let the parts that were given up be tried again, if the job has ended; return whether there are any."""
        found = self.result()
        if found.open or not found.given_up:
            return False
        with self.context.database.begin() as connection:
            shards.reopen(connection, self.name, self.clock())
        return True

    def claim(self, wanted: int | None = None) -> Shard | None:
        """Claim the wanted part, or else another one; ``None`` if none is free now."""
        now = self.clock()
        with self.context.database.begin() as connection:
            return shards.claim(connection, self.name, wanted, now, now + LEASE)

    @contextmanager
    def renewed(self, shard: Shard) -> Iterator[None]:
        """Renew the claim of a part while the block runs."""
        end = threading.Event()

        def renew() -> None:
            while not end.wait(RENEWAL_SECONDS):
                try:
                    with self.context.database.begin() as connection:
                        shards.renew(connection, shard, self.clock() + LEASE)
                except SQLAlchemyError as problem:  # the next one may succeed; if none does, the claim ends
                    _log.warning("the claim of part %s could not be renewed: %s", shard.number, problem)

        thread = threading.Thread(target=renew, name="shard-claim", daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def finish(self, shard: Shard, result: ShardResult) -> bool:
        """Record the result of a part; ``False`` if its claim had ended and another worker took it."""
        with self.context.database.begin() as connection:
            return shards.finish(connection, shard, result.model_dump_json(), self.clock())

    def fail(self, shard: Shard, error: str) -> None:
        """Record why a part failed; somebody tries it again after a moment."""
        with self.context.database.begin() as connection:
            shards.fail(connection, shard, error, self.clock() + RETRY_DELAY)

    def result(self) -> JobResult:
        """Return what the job gave so far."""
        now = self.clock()
        with read_connection(self.context.database) as connection:
            parts = shards.of_job(connection, self.name)
        done = [ShardResult.model_validate_json(p.result) for p in parts if p.result is not None]
        lost = [p for p in parts if p.is_given_up(now)]
        return JobResult(
            parts=len(parts),
            open=len(parts) - len(done) - len(lost),
            looked_at=sum(d.looked_at for d in done),
            changed=sum(d.changed for d in done),
            problems={one: text for d in done for one, text in d.problems.items()},
            given_up={one: p.error or "its worker died each time" for p in lost for one in p.initiatives},
        )
