"""What sets a process apart from the others that use the same database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

CLOCK_TOLERANCE_SECONDS = 30
"""By how much a clock may differ from the database's. Claims last for a minute and more."""


class Difference(StrEnum):
    VERSION = "version"
    SECRET = "secret"  # noqa: S105 - names what differs
    CLOCK = "clock"

    @property
    def is_harmful(self) -> bool:
        """Whether a process must not work: its codes and links would be wrong, or it would take what others claimed."""
        return self is not Difference.VERSION


@dataclass(frozen=True, slots=True)
class Traits:
    """What must be alike in all processes."""

    version: str
    secret: str
    ahead_seconds: int


def differences(mine: Traits, others: Sequence[Traits]) -> list[Difference]:
    """Return how a process differs from those that run longer, or from the clock of the database."""
    found = []
    if any(mine.version != other.version for other in others):
        found.append(Difference.VERSION)
    if others and mine.secret != others[0].secret:
        found.append(Difference.SECRET)
    if abs(mine.ahead_seconds) > CLOCK_TOLERANCE_SECONDS:
        found.append(Difference.CLOCK)
    return found
