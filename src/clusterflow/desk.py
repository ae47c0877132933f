"""The front desk: takes facts in and tells how things stand, out of the database alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import UTC, date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlalchemy import Engine as Database

from clusterflow.engine import record as recording
from clusterflow.engine.record import Recorded, Submission
from clusterflow.engine.verify import Verified, verify
from clusterflow.engine.work import Context, perform
from clusterflow.errors import Mistake, NotPossible, UnknownName
from clusterflow.model.events import Entry
from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.records.parties import Initiative
from clusterflow.model.state import InitiativeState
from clusterflow.model.text import Frozen, Language
from clusterflow.reports.board import Board, board_of
from clusterflow.reports.status import InitiativeStatus, status_in
from clusterflow.rules.fold import replay
from clusterflow.rules.mistakes import nearest
from clusterflow.settings import Settings
from clusterflow.store import ledger, notices, outbox, refused, registry, tables
from clusterflow.store.database import check_schema, reading, shared_database
from clusterflow.store.dead import DeadLetter, dead_letters
from clusterflow.store.lives import Life, life_of, lives
from clusterflow.store.models import kept_model
from clusterflow.store.registry import calendar_of, initiative_records
from clusterflow.store.state import in_order, load_state

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def noon(day: date) -> datetime:
    """The moment that stands for a day which the office pretends to live in."""
    return datetime.combine(day, time(12), UTC)


class Backlog(Frozen):
    """What waits: events for Prefect, notices for people, refused submissions for somebody; and what was given up."""

    events: int = 0
    notices: int = 0
    given_up: int = 0
    refused: int = 0
    error: str | None = None
    dead: tuple[DeadLetter, ...] = ()
    """The newest of what was given up."""


class Desk:
    """clusterflow, opened on one database; what needs the office's files, too, is behind the door (``app.App``)."""

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        self.settings, self.database, self.clock = settings, database, clock

    @classmethod
    def open(cls, settings: Settings | None = None, clock: Clock = system_clock) -> Self:
        """Open the database of the settings.

        Raises:
            SchemaMismatch: it has another schema than this version works on.
        """
        chosen = settings or Settings()
        database = shared_database(chosen.database_url)
        check_schema(database)
        return cls(chosen, database, clock).at(chosen.today)

    def at(self, day: date | None) -> Self:
        """The same, as if it were that day (at noon, UTC); None leaves the clock alone."""
        if day is None:
            return self
        moment = noon(day)
        twin = copy(self)
        twin.clock = lambda: moment
        return twin

    @property
    def language(self) -> Language:
        return "es" if self.settings.language == "es" else "en"

    def _context(self, actor: str | None, key: str | None) -> Context:
        return Context(self.clock(), actor or self.settings.actor, self.new_id, key)

    @staticmethod
    def new_id() -> str:
        return secrets.token_hex(16)

    def record(
        self,
        submissions: Sequence[Submission],
        actor: str | None = None,
        key: str | None = None,
        mistakes: Sequence[Mistake] = (),
    ) -> Recorded:
        """Record facts: all of them or none; what could not be read of them, ``mistakes``, is told with the rest."""
        request = repr([(s.type, s.initiative, sorted(s.fields.items()), s.retract) for s in submissions])
        return perform(
            self.database, self._context(actor, None if mistakes else key), "record", request, Recorded,
            lambda work: recording.record(work, submissions, mistakes), Recorded.again,
        )  # fmt: skip

    # Questions

    def _reading(self) -> Connection:
        return reading(self.database)

    def _days(self, connection: Connection, initiatives: Sequence[str]) -> dict[str, date]:
        now = self.clock()
        records = initiative_records(connection, now.date(), initiatives)
        zones = {i: records[i].timezone if i in records else "UTC" for i in initiatives}
        return {i: now.astimezone(ZoneInfo(zone)).date() for i, zone in zones.items()}

    def initiatives(self) -> list[str]:
        with self._reading() as connection:
            table = tables.initiative_state
            return list(connection.execute(select(table.c.initiative).order_by(table.c.initiative)).scalars())

    def _state(self, connection: Connection, initiative: str, as_of: date | None) -> InitiativeState:
        heads = ledger.heads(connection, [initiative])
        now = load_state(connection, heads[0]) if heads else None
        if now is None:
            known = connection.execute(select(tables.initiative_state.c.initiative)).scalars()
            raise UnknownName("enrolled initiative", initiative, nearest(initiative, known))
        if as_of is None:
            return now
        until = self._end_of(connection, initiative, as_of)
        entries = (e for e in ledger.read_entries(connection, initiative) if e.at <= until)
        then = replay(entries)
        if then is None:
            raise NotPossible(f"on {as_of} «{initiative}» was not yet enrolled; it was on {now.enrolled_on}")
        return in_order(then)

    @staticmethod
    def _end_of(connection: Connection, initiative: str, day: date) -> datetime:
        """Where the initiative is: what happened at 20:00 in Monterrey belongs to that day, though not in UTC."""
        return datetime.combine(day, time.max, ZoneInfo(calendar_of(connection, day, initiative).timezone))

    def state(self, initiative: str, as_of: date | None = None) -> InitiativeState:
        """The stored state, or what the ledger adds up to at the end of a day."""
        with self._reading() as connection:
            return self._state(connection, initiative, as_of)

    def status(self, initiative: str, as_of: date | None = None, language: Language | None = None) -> InitiativeStatus:
        """Where an initiative stands, today or at the end of a day."""
        with self._reading() as connection:
            life = life_of(connection, self._state(connection, initiative, as_of), self.clock(), as_of)
        return status_in(life, language or self.language)

    def board(self, as_of: date | None = None, language: Language | None = None) -> Board:
        """The portfolio, today or at the end of a day; who was not yet enrolled then is left out."""
        told = language or self.language
        statuses = [status_in(life, told) for life in self.lives(as_of)]
        return board_of(statuses, as_of or self.clock().date(), told)

    def lives(self, as_of: date | None = None) -> list[Life]:
        """Every initiative, today or at the end of a day; who was not yet enrolled then is left out."""
        with self._reading() as connection:
            return lives(connection, self.clock(), as_of)

    def record_of(self, initiative: str) -> Initiative | None:
        """What is recorded of the initiative itself."""
        with self._reading() as connection:
            return initiative_records(connection, self.clock().date(), [initiative]).get(initiative)

    def model_of(self, initiative: str) -> LifecycleModel:
        """The model that the initiative is pinned to."""
        with self._reading() as connection:
            return kept_model(connection, self._state(connection, initiative, None).model_hash)

    def entries(
        self, chain: str, after: int = 0, until: int | None = None, on: date | None = None
    ) -> tuple[Entry, ...]:
        """The ledger of an initiative; until the end of a day, where one is given."""
        with self._reading() as connection:
            if not ledger.heads(connection, [chain]):
                raise self._no_ledger(connection, chain)
            found = ledger.read_entries(connection, chain, after, until)
            if on is None:
                return tuple(found)
            end = self._end_of(connection, chain, on)
            return tuple(e for e in found if e.at <= end)

    def parties(
        self, chain: str, types: Iterable[str], since: int, until: int, limit: int
    ) -> tuple[tuple[str, str], ...]:
        """The organisations and bodies that some entries' facts are about; none where they are more than the limit."""
        with self._reading() as connection:
            found = registry.parties(connection, chain, types, since, until, limit + 1)
        return found if len(found) <= limit else ()

    def verify(self, chain: str | None = None) -> list[Verified]:
        """Whether a chain is what was written, or each that there is: its hashes, its facts, its state.

        Raises:
            UnknownName: nothing is recorded of it.
        """
        with self._reading() as connection:
            heads = ledger.heads(connection, None if chain is None else [chain])
            if chain is not None and not heads:
                raise self._no_ledger(connection, chain)
            return [verify(connection, head) for head in heads]

    @staticmethod
    def _no_ledger(connection: Connection, chain: str) -> UnknownName:
        known = [h.chain for h in ledger.heads(connection)]
        return UnknownName("initiative in the ledger", chain, nearest(chain, known))

    def first_break(self, chain: str) -> int | None:
        """The first entry at which the chain does not verify, or None where it is whole."""
        with self._reading() as connection:
            return ledger.first_break(connection, chain)

    def backlog(self) -> Backlog:
        """What waits to go out, and why."""
        with self._reading() as connection:
            waiting = outbox.backlog(connection)
            mails = notices.tally(connection)
            return Backlog(
                events=waiting["event"] + refused.count_untold(connection),
                notices=waiting["notice"] + mails["waiting"],
                given_up=mails["dead"],
                refused=refused.waiting(connection),
                error=outbox.last_error(connection),
                dead=tuple(dead_letters(connection, 5)),
            )
