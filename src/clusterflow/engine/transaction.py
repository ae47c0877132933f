"""One command, one transaction: guarded by the chain's head, recognised by its key when it is repeated."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy import Engine as Database
from sqlalchemy.exc import IntegrityError, OperationalError

from clusterflow.domain.events import Entry, Event
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Standing
from clusterflow.engine.command import CommandContext
from clusterflow.errors import Conflict, NotPossible
from clusterflow.rules.deadlines import deadlines_of
from clusterflow.rules.projection import apply
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import deadlines, ledger, registry, tables
from clusterflow.store.ledger import Head, VersionConflict
from clusterflow.store.pinned_models import load_model
from clusterflow.store.state import cache_state, load_cached_state, save_state, sort_rows

A = TypeVar("A", bound=BaseModel)

MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ before a command is refused as coming from the past."""

TICK = timedelta(microseconds=1)

MAX_ATTEMPTS = 8

_EARLIER = select(tables.command).where(tables.command.c.key == bindparam("key"))
_DONE = insert(tables.command)


@dataclass(slots=True)
class Transaction:
    """What one command reads and writes, in its transaction."""

    connection: Connection
    context: CommandContext
    name: str
    heads: dict[str, Head] = field(default_factory=dict)
    calendars: dict[str, WorkCalendar] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def command(self) -> str:
        return self.context.key or self.name

    def head(self, chain: str) -> Head:
        if chain not in self.heads:
            self.heads[chain] = ledger.read_head(self.connection, chain)
        return self.heads[chain]

    def moment(self, chain: str) -> datetime:
        """When this command writes to the chain: now, but always after what it holds already.

        The clocks of two machines differ; what is asked about a past day must not change by the slower one. And no two
        commands have the same moment, so that it tells which entries were written together.
        """
        if chain not in self.moments:
            last = self.head(chain).at
            self.moments[chain] = self.now if last is None else max(self.now, last + TICK)
        return self.moments[chain]

    def state(self, initiative: str) -> InitiativeState | None:
        return load_cached_state(self.connection, self.head(initiative))

    def calendar(self, initiative: str) -> WorkCalendar:
        """The calendar that the initiative lives by on the command's day."""
        if initiative not in self.calendars:
            self.calendars[initiative] = registry.calendar_of(self.connection, self.now.date(), initiative)
        return self.calendars[initiative]

    def append(self, chain: str, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Write the events to the ledger, whence the relay takes them out.

        Raises:
            NotPossible: the chain already holds later entries; history is not written backwards.
        """
        head = self.head(chain)
        if head.at is not None and self.now < head.at - MAX_CLOCK_SKEW:
            raise NotPossible(
                f"«{chain}» already has entries of {head.at:%Y-%m-%d %H:%M}; nothing can be entered as of "
                f"{self.now:%Y-%m-%d %H:%M}. A late fact is recorded today, with the day it was true from"
            )
        entries = ledger.append(self.connection, head, events, self.moment(chain), self.context.actor, self.command)
        if entries:
            last = entries[-1]
            self.heads[chain] = Head(chain, last.version, last.hash, last.at)
        return entries

    def apply_events(self, state: InitiativeState, events: Sequence[Event]) -> InitiativeState:
        """Append events of an initiative's life and save what they change."""
        after: InitiativeState | None = state
        for entry in self.append(state.initiative, events):
            after = apply(after, entry)
        assert after is not None  # noqa: S101 - an enrolled state stays one
        # In the order in which it would be loaded: what a command writes must not hang on who remembers what.
        after = sort_rows(after)
        save_state(self.connection, state, after)
        cache_state(self.head(state.initiative), after)
        self._move_deadlines(state, after)
        return after

    def _move_deadlines(self, before: InitiativeState, after: InitiativeState) -> None:
        """Keep what becomes due in step with the state, in the same transaction."""
        if after.standing is Standing.STOPPED:
            deadlines.drop_all(self.connection, after.initiative)
            return
        model = load_model(self.connection, after.model_hash)
        old, new = deadlines_of(model, before), deadlines_of(model, after)
        if old != new:
            calendar = self.calendar(after.initiative)
            deadlines.update_moments(
                self.connection, after.initiative, old - new, {d: calendar.due_at(d.day) for d in new - old}
            )


def _as_it_was(answer: A, _: datetime) -> A:
    return answer


def perform(
    database: Database,
    context: CommandContext,
    name: str,
    request: str,
    answer: type[A],
    run: Callable[[Transaction], A],
    again: Callable[[A, datetime], A] = _as_it_was,
) -> A:
    """Run one command to its end, or not at all.

    Args:
        request: what is asked, as text; the same key with another request is a mistake of the caller.
        answer: the type of what the command answers; a repeat gets the first answer again.
        again: what a repeat is told instead, made of the first answer and its moment.

    Raises:
        Conflict: others changed the same chain each time it was tried.
    """
    digest = hashlib.sha256(f"{name}\n{request}".encode()).hexdigest()
    for attempt in range(MAX_ATTEMPTS):
        try:
            with database.begin() as connection:
                earlier = _earlier(connection, context, digest)
                if earlier is not None:
                    return again(answer.model_validate_json(earlier.answer), earlier.at)
                done = run(Transaction(connection, context, name))
                if context.key is not None:
                    answered = {"digest": digest, "at": context.now, "answer": done.model_dump_json()}
                    _keep_answer(connection, {"key": context.key, **answered})
                return done
        except (VersionConflict, OperationalError) as lost:
            if isinstance(lost, OperationalError) and not _deadlocked(lost):
                raise
            # The other one has committed; a short, uneven wait lets several losers pass one by one.
            time.sleep(random.uniform(0.001, 0.005) * attempt)  # noqa: S311 - no secret
    raise Conflict("others keep changing the same initiative at this moment; try again")


def _deadlocked(problem: OperationalError) -> bool:
    """Whether PostgreSQL gave this command up so that another one, which waited for it in a circle, could go on."""
    return getattr(problem.orig, "sqlstate", None) == "40P01"


def _keep_answer(connection: Connection, row: dict[str, object]) -> None:
    """Keep what the command answered; who did the same under the same key a moment ago is found by another try."""
    try:
        connection.execute(_DONE, row)
    except IntegrityError:
        raise VersionConflict(str(row["key"])) from None


def _earlier(connection: Connection, context: CommandContext, digest: str) -> Row[Any] | None:
    """What was done before under the key of this command."""
    if context.key is None:
        return None
    row = connection.execute(_EARLIER, {"key": context.key}).one_or_none()
    if row is None:
        return None
    if row.digest != digest:
        raise NotPossible(f"the key «{context.key}» was already used for another command, on {row.at:%Y-%m-%d}")
    return row
