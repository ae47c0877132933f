"""Refused submissions of other systems. They wait until somebody corrects or drops them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clusterflow.domain.text import Frozen
from clusterflow.errors import Mistake


class RefusalState(StrEnum):
    """What happened to a refused submission."""

    WAITING = "waiting"
    MENDED = "mended"
    DROPPED = "dropped"


class Refusal(Frozen):
    """A refused submission. ``source`` is ``event:ID`` or ``file:SHA-256:DROP``; ``address`` is the name that people
    see.
    """

    id: int
    source: str
    address: str
    line: int | None
    received_at: datetime
    state: RefusalState
    mistakes: tuple[Mistake, ...]
    told_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    reason: str | None = None
    payload: str
