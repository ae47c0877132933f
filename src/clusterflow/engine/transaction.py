"""Runs one command in one transaction, guarded by the chain's head. A repeat is recognised by its idempotency key."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy import Engine as Database
from sqlalchemy.exc import IntegrityError, OperationalError

from clusterflow.domain.events import Entry, Event
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Standing
from clusterflow.engine.command import CommandContext
from clusterflow.errors import Conflict, KeyTaken, NotPossible
from clusterflow.rules.deadlines import Deadline, deadlines_of
from clusterflow.rules.projection import apply
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import coming_turns, deadlines, ledger, registry, tables
from clusterflow.store.ledger import Head, VersionConflict
from clusterflow.store.ledger_entries import command_numbers
from clusterflow.store.pinned_models import load_model
from clusterflow.store.state import cache_state, load_cached_state, save_state, sort_rows
from clusterflow.store.write_batch import write_together
from clusterflow.telemetry.commands import CommandWatch, is_observed, watched

A = TypeVar("A", bound=BaseModel)

MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ before a command is refused as being in the past."""

TICK = timedelta(microseconds=1)

MAX_ATTEMPTS = 8

_EARLIER = select(tables.command).where(tables.command.c.key == bindparam("key"))
_DONE = insert(tables.command)


@dataclass(slots=True)
class Transaction:
    """The open transaction of one command, with what it has read."""

    connection: Connection
    context: CommandContext
    name: str
    heads: dict[str, Head] = field(default_factory=dict)
    calendars: dict[str, WorkCalendar] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    number: int | None = None
    """The number of the command in the ledger, once it has written something."""

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def command(self) -> str:
        return self.context.key or self.name

    def initiatives(self) -> tuple[str, ...]:
        """The initiatives that the command has read or written so far."""
        return tuple(chain for chain in self.heads if chain != REGISTRY)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the command that is undone if it raises: in the database, and what was read of it."""
        heads, calendars, moments = dict(self.heads), dict(self.calendars), dict(self.moments)
        number = self.number
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            self.heads, self.calendars, self.moments, self.number = heads, calendars, moments, number
            raise

    def head(self, chain: str) -> Head:
        if chain not in self.heads:
            self.heads[chain] = ledger.read_head(self.connection, chain)
        return self.heads[chain]

    def moment(self, chain: str) -> datetime:
        """Return the time of this command's entries: now, but always later than the last entry of the chain.

        The clocks of two machines differ, and a slow clock must not change answers about past days. No two commands
        write at the same moment, so the moment shows which entries were written together.
        """
        if chain not in self.moments:
            last = self.head(chain).at
            self.moments[chain] = self.now if last is None else max(self.now, last + TICK)
        return self.moments[chain]

    def state(self, initiative: str) -> InitiativeState | None:
        return load_cached_state(self.connection, self.head(initiative))

    def calendar(self, initiative: str) -> WorkCalendar:
        """Return the initiative's work calendar on the command's day."""
        if initiative not in self.calendars:
            self.calendars[initiative] = registry.calendar_of(self.connection, self.now.date(), initiative)
        return self.calendars[initiative]

    def append(self, chain: str, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Write the events to the ledger. The relay publishes them from there.

        Raises:
            NotPossible: the chain already has later entries.
        """
        self._check_clock(chain)
        head = self.head(chain)
        by = self.context.actor, self.command, self._number() if events else None
        entries = ledger.append(self.connection, head, events, self.moment(chain), *by)
        if entries:
            last = entries[-1]
            self.heads[chain] = Head(chain, last.version, last.hash, last.at)
        return entries

    def append_many(self, events: Mapping[str, Sequence[Event]]) -> None:
        """Append events to many chains, as ``append`` does to one."""
        for chain in events:
            self._check_clock(chain)
        added = [(self.head(chain), of_chain, self.moment(chain)) for chain, of_chain in events.items() if of_chain]
        by = self.context.actor, self.command, self._number() if added else None
        for head in ledger.append_many(self.connection, added, *by):
            self.heads[head.chain] = head

    def _number(self) -> int:
        if self.number is None:
            self.number = command_numbers(self.connection, [self.command])[self.command]
        return self.number

    def _check_clock(self, chain: str) -> None:
        head = self.head(chain)
        if head.at is not None and self.now < head.at - MAX_CLOCK_SKEW:
            raise NotPossible(
                f"«{chain}» already has entries of {head.at:%Y-%m-%d %H:%M}; nothing can be entered as of "
                f"{self.now:%Y-%m-%d %H:%M}. A late fact is recorded today, with the day it was true from"
            )

    def apply_events(self, state: InitiativeState, events: Sequence[Event]) -> InitiativeState:
        """Append events of an initiative to the ledger and save the state that results."""
        chain = state.initiative
        self._check_clock(chain)
        by = self.context.actor, self.command, self._number() if events else 0
        new = ledger.new_entries(self.head(chain), events, self.moment(chain), *by)
        after: InitiativeState | None = state
        for entry in new.entries:
            after = apply(after, entry)
        assert after is not None  # noqa: S101 - an enrolled state stays one
        # Sort as a load would, so that what a command writes does not depend on the cache.
        after = sort_rows(after)
        obsolete, coming = self._deadline_changes(state, after)
        with write_together(self.connection) as batch:
            ledger.write_entries(batch, new)
            save_state(batch, state, after)
            if after.standing is Standing.STOPPED:
                deadlines.drop_all(batch, chain)
            else:
                deadlines.update_moments(batch, chain, obsolete, coming)
        self.heads[chain] = new.end
        cache_state(new.end, after)
        if after.standing is Standing.STOPPED or after.model_hash != state.model_hash:
            # They were found under the former model, whose stages and criteria the new one may not have.
            coming_turns.delete_turns(self.connection, after.initiative)
        return after

    def _deadline_changes(
        self, before: InitiativeState, after: InitiativeState
    ) -> tuple[frozenset[Deadline], dict[Deadline, datetime]]:
        """Return the deadlines that are obsolete after a change of the state, and the new ones with their moments."""
        if after.standing is Standing.STOPPED:
            return frozenset(), {}
        old = deadlines_of(load_model(self.connection, before.model_hash), before)
        new = deadlines_of(load_model(self.connection, after.model_hash), after)
        if old == new:
            return frozenset(), {}
        calendar = self.calendar(after.initiative)
        return frozenset(old - new), {d: calendar.due_at(d.day) for d in new - old}


def _as_it_was(answer: A, _: datetime) -> A:
    return answer


def perform(
    database: Database,
    context: CommandContext,
    name: str,
    request: str | Callable[[], str | None],
    answer: type[A],
    run: Callable[[Transaction], A],
    again: Callable[[A, datetime], A] = _as_it_was,
) -> A:
    """Run one command completely, or not at all.

    Args:
        request: the request as text; the same key with another request is an error. A function gives the digest of
            a large request when it is needed; None where the key itself is one.
        answer: the type of the command's answer; a repeat returns the first answer.
        again: makes the answer of a repeat from the first answer and its time.

    Raises:
        Conflict: others changed the same chain at every attempt.
    """
    digest = request if callable(request) else lambda: digest_of(name, [request])
    if not is_observed():
        return _perform(database, context, name, digest, answer, run, again, CommandWatch())
    with watched(name) as watch:
        done = _perform(database, context, name, digest, answer, run, again, watch)
        if getattr(done, "refused", None) is not None:  # an ordinary refusal is an answer
            watch.outcome = "refused"
        return done


def _perform(
    database: Database,
    context: CommandContext,
    name: str,
    digest: Callable[[], str | None],
    answer: type[A],
    run: Callable[[Transaction], A],
    again: Callable[[A, datetime], A],
    watch: CommandWatch,
) -> A:
    for attempt in range(MAX_ATTEMPTS):
        try:
            with database.begin() as connection:
                earlier = _earlier(connection, context, digest)
                if earlier is not None:
                    watch.outcome = "repeated"
                    return again(answer.model_validate_json(earlier.answer), earlier.at)
                transaction = Transaction(connection, context, name)
                watch.attempts, watch.initiatives = attempt + 1, transaction.initiatives
                done = run(transaction)
                if context.key is not None:
                    answered = {"digest": digest() or "", "at": context.now, "answer": done.model_dump_json()}
                    _keep_answer(connection, {"key": context.key, **answered})
                return done
        except (VersionConflict, OperationalError) as lost:
            if isinstance(lost, OperationalError) and not _deadlocked(lost):
                raise
            # The other command has committed. A short random wait lets several losers retry one by one.
            time.sleep(random.uniform(0.001, 0.005) * attempt)  # noqa: S311 - no secret
    raise Conflict("others keep changing the same initiative at this moment; try again")


def _deadlocked(problem: OperationalError) -> bool:
    """Return whether PostgreSQL aborted this command to resolve a deadlock."""
    return getattr(problem.orig, "sqlstate", None) == "40P01"


def _keep_answer(connection: Connection, row: dict[str, object]) -> None:
    """Store the command's answer. If another process stored one under the same key, the next attempt finds it."""
    try:
        connection.execute(_DONE, row)
    except IntegrityError:
        raise VersionConflict(str(row["key"])) from None


def digest_of(name: str, request: Iterable[str]) -> str:
    """Return the digest of a request, given as parts of its text."""
    digest = hashlib.sha256(f"{name}\n".encode())
    for part in request:
        digest.update(part.encode())
    return digest.hexdigest()


def _earlier(connection: Connection, context: CommandContext, digest: Callable[[], str | None]) -> Row[Any] | None:
    """Return the stored answer of an earlier command with the same key, or None."""
    if context.key is None:
        return None
    row = connection.execute(_EARLIER, {"key": context.key}).one_or_none()
    if row is None:
        return None
    if row.digest != (digest() or row.digest):
        raise KeyTaken(f"the key «{context.key}» was already used for another command, on {row.at:%Y-%m-%d}")
    return row
