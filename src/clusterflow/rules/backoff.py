"""Retry policy of notices: which channel to try, how long to wait, when to give up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
"""How long to wait after each failed attempt on the last channel; after the last one the notice is dead."""

ATTEMPTS_PER_CHANNEL = 3
"""Attempts per channel before the next channel is tried. The last channel gets all attempts of ``BACKOFF``."""

JITTER = 0.25
"""The largest share by which a delay is shortened at random, so that retries do not all come at once."""


def channel_to_try(channels: Sequence[str], failures: Mapping[str, int]) -> str | None:
    """The first of a person's channels, in their order, that is not given up; None where all are: a dead letter."""
    for channel in channels[:-1]:
        if failures.get(channel, 0) < ATTEMPTS_PER_CHANNEL:
            return channel
    last = channels[-1] if channels else None
    return last if last is not None and failures.get(last, 0) <= len(BACKOFF) else None


def retry_delay(key: str, channel: str, failures: int) -> timedelta:
    """Return the delay after a number of failures on a channel. It is the same each time for the same notice."""
    whole = BACKOFF[min(max(failures, 1), len(BACKOFF)) - 1]
    drawn = int.from_bytes(sha256(f"{key} {channel} {failures}".encode()).digest()[:4]) / 2**32
    return whole * (1 - JITTER * drawn)
