"""What a command brings to the engine: the actor, the time, the source of ids and the idempotency key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from clusterflow.settings import NOBODY

LONGEST_KEY = 128
"""The longest idempotency key that the database keeps."""


class CommandContext(NamedTuple):
    """Who commands, when, and how new ids are made. The engine reads no clock and makes no id itself."""

    now: datetime
    actor: str
    ids: Callable[[], str]
    key: str | None = None
    """The idempotency key: a command is executed once under one key."""

    @property
    def has_actor(self) -> bool:
        """Whether the command names who gave it."""
        return self.actor != NOBODY
