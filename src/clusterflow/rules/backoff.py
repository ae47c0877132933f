"""How long a notice is tried: by which channel, after which pause, until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
"""How long to wait after each failed attempt on the last channel; after the last one the notice is dead."""

ATTEMPTS_PER_CHANNEL = 3
"""How often a channel is tried while the person has another one; the last has all the patience."""

JITTER = 0.25
"""By how much of itself a pause is shorter at most, so that not all come back at once."""


def channel_to_try(channels: Sequence[str], failures: Mapping[str, int]) -> str | None:
    """The first of a person's channels, in their order, that is not given up; None where all are: a dead letter."""
    for channel in channels[:-1]:
        if failures.get(channel, 0) < ATTEMPTS_PER_CHANNEL:
            return channel
    last = channels[-1] if channels else None
    return last if last is not None and failures.get(last, 0) <= len(BACKOFF) else None


def retry_delay(key: str, channel: str, failures: int) -> timedelta:
    """How long after so many failures on a channel: the same for the same notice whenever it is asked."""
    whole = BACKOFF[min(max(failures, 1), len(BACKOFF)) - 1]
    drawn = int.from_bytes(sha256(f"{key} {channel} {failures}".encode()).digest()[:4]) / 2**32
    return whole * (1 - JITTER * drawn)
