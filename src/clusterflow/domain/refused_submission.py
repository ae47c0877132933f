"""Refused submissions of other systems, which wait until somebody mends or drops them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clusterflow.domain.text import Frozen
from clusterflow.errors import Mistake


class RefusalState(StrEnum):
    """What became of it."""

    WAITING = "waiting"
    MENDED = "mended"
    DROPPED = "dropped"


class Refusal(Frozen):
    """A refused submission. ``source`` is ``event:ID`` or ``file:SHA-256:DROP``, ``address`` what people know it by."""

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
