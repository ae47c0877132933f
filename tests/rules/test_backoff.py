"""How long a notice is tried: the pauses grow, repeat, and end; the next channel comes before the end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.rules.backoff import ATTEMPTS_PER_CHANNEL, BACKOFF, JITTER, channel_to_try, retry_delay

NAMES = st.lists(st.sampled_from(["mail", "telegram", "teams"]), min_size=1, max_size=3, unique=True)


@given(NAMES)
def test_every_channel_is_tried_in_order_and_each_to_its_end(channels: list[str]) -> None:
    failures: dict[str, int] = {}
    tried = []
    while (channel := channel_to_try(channels, failures)) is not None:
        tried.append(channel)
        failures[channel] = failures.get(channel, 0) + 1
    expected = [c for c in channels[:-1] for _ in range(ATTEMPTS_PER_CHANNEL)]
    assert tried == expected + [channels[-1]] * (1 + len(BACKOFF))


def test_who_has_no_channel_is_tried_by_none() -> None:
    assert channel_to_try([], {}) is None


def test_a_channel_that_a_person_names_later_is_tried_though_the_others_failed() -> None:
    assert channel_to_try(["telegram", "mail"], {"mail": 9}) == "telegram"


@given(st.text(), st.integers(1, 20))
def test_a_pause_is_shorter_by_a_quarter_at_most_and_always_the_same(key: str, failures: int) -> None:
    whole = BACKOFF[min(failures, len(BACKOFF)) - 1]
    assert whole * (1 - JITTER) - timedelta(seconds=1) <= retry_delay(key, "mail", failures) <= whole
    assert retry_delay(key, "mail", failures) == retry_delay(key, "mail", failures)


def test_what_failed_together_does_not_come_back_together() -> None:
    pauses = {retry_delay(f"key-{n}", "mail", 1) for n in range(100)}
    assert len(pauses) > 90
    assert min(pauses) < BACKOFF[0] * (1 - 0.9 * JITTER) < BACKOFF[0] * (1 - 0.1 * JITTER) < max(pauses)
