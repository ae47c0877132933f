"""The results of commands, in words and when a command is repeated."""

from __future__ import annotations

from datetime import UTC, datetime

from clusterflow.engine.submission import RecordResult
from clusterflow.engine.submissions import DeliveryResult

AT = datetime(2024, 1, 10, tzinfo=UTC)


def test_a_result_counts_in_words() -> None:
    assert str(RecordResult(entered=2, corrected=1, retracted=3)) == "2 entered, 1 corrected, 3 retracted"
    assert str(RecordResult(entered=1, unchanged=2)) == "1 entered, 2 unchanged"
    assert str(RecordResult()) == "nothing changed"


def test_a_repeat_says_when_it_was_done_first_and_that_nothing_changed() -> None:
    repeated = RecordResult(entered=2, corrected=1, retracted=3, unchanged=4).again(AT)
    assert repeated == RecordResult(unchanged=10, already=AT)
    assert str(repeated) == "already taken in on 2024-01-10; nothing changed"
    assert DeliveryResult(refused=4).again(AT) == DeliveryResult(refused=4, already=AT)
