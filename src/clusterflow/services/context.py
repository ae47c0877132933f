"""The context of a use case: one opened database, with the settings, the clock and the source of ids."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, date, datetime, time
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from clusterflow.domain.text import Language
from clusterflow.engine.command import CommandContext
from clusterflow.services import holiday_cache
from clusterflow.services.statement_cache import STATEMENTS
from clusterflow.settings import Settings
from clusterflow.store.database import CORRECTED_DAYS, PUBLIC_HOLIDAYS, check_schema, read_connection, shared_database
from clusterflow.store.statement_text import STATEMENT_TEXTS

if TYPE_CHECKING:  # start-up time: not every command needs the models and the dues
    from clusterflow.domain.dues import Scheme
    from clusterflow.domain.lifecycle import LifecycleModel
    from clusterflow.rules.work_calendar import CorrectedDay

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def noon(day: date) -> datetime:
    """The moment that stands for a whole day, in UTC."""
    return datetime.combine(day, time(12), UTC)


def _log_as_json(settings: Settings) -> None:
    # Start-up time: few processes write such a log.
    hidden = import_module("clusterflow.settings.secret_values").secret_values(settings)
    import_module("clusterflow.telemetry.logs").begin(hidden)


class Context:
    """What every use case needs: settings, database, clock and ids.

    ``models`` and ``schemes`` replace the files of the office: a simulation runs on models that are in no file.
    """

    models: Mapping[str, LifecycleModel] | None = None
    schemes: Mapping[str, Scheme] | None = None

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        self.settings, self.clock = settings, clock
        self.database = database.execution_options(
            **{
                CORRECTED_DAYS: lambda: self.corrected_days,
                PUBLIC_HOLIDAYS: holiday_cache.public_holidays,
                STATEMENT_TEXTS: STATEMENTS,
            }
        )

    @classmethod
    def open(cls, settings: Settings | None = None, clock: Clock = system_clock) -> Self:
        """Open the database of the settings.

        Raises:
            SchemaMismatch: the schema of the database does not fit this version.
        """
        chosen = settings or Settings()
        if chosen.log == "json":
            _log_as_json(chosen)
        database = shared_database(chosen.database_url)
        check_schema(database)
        return cls(chosen, database, clock).at(chosen.today)

    def at(self, day: date | None) -> Self:
        """Return the same context with the clock stopped at noon (UTC) of a day; ``None`` changes nothing."""
        if day is None:
            return self
        moment = noon(day)
        twin = copy(self)
        twin.clock = lambda: moment
        return twin

    @property
    def language(self) -> Language:
        """The language of names and pages in Prefect."""
        return "es" if self.settings.language == "es" else "en"

    @cached_property
    def code_key(self) -> bytes | None:
        """The key for one-time codes; ``None`` if deciders need no code."""
        return self.settings.code_key() if self.settings.proof == "code" else None

    def keyed_hash(self, purpose: str, text: str) -> str:
        """Return the keyed hash of a secret. The purpose is part of it, so that no secret serves two purposes."""
        return hmac.new(self.settings.code_key(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()

    @cached_property
    def corrected_days(self) -> tuple[CorrectedDay, ...]:
        """The holidays that the office corrects.

        Raises:
            Mistakes: what is wrong with the file.
        """
        return holiday_cache.corrected_days(self.settings.configs / "holidays.yaml")

    @staticmethod
    def new_id() -> str:
        """Return a random id of 32 hexadecimal digits."""
        return secrets.token_hex(16)

    def reading(self) -> Connection:
        """Open a read-only connection."""
        return read_connection(self.database)

    def command(self, actor: str | None = None, key: str | None = None) -> CommandContext:
        """Return the facts about a command for the engine: when, by whom, and under which idempotency key."""
        return CommandContext(self.clock(), actor or self.settings.actor, self.new_id, key)
