"""A large portfolio is cut into parts. Each is done once, though workers die, and gives what the whole gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.crowd import gather_crowd
from support.world import CONFIGS, World

from clusterflow.intake.assignments import read_assignments
from clusterflow.services import ledger, registry, review, standing
from clusterflow.services.context import Context, system_clock
from clusterflow.services.shards import KEPT, LEASE, RETRY_DELAY, Job, ShardResult, cut, parts_of
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade
from clusterflow.store.shards import MOST_ATTEMPTS

END = date(2025, 6, 2)
NIGHT = datetime(2025, 6, 2, 3, tzinfo=UTC)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=4), st.sampled_from(["", "north", "south"])), st.integers(0, 9)
)
def test_every_initiative_is_in_one_part_and_offices_stay_together(offices: dict[str, str], size: int) -> None:
    parts = cut(offices, size)
    together = [one for part in parts for one in part]
    assert sorted(together) == sorted(offices)
    assert [offices[one] for one in together] == sorted(offices.values())
    assert all(parts)
    assert all(not size or len(part) <= size for part in parts)
    if size and parts:
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
        assert len(parts) == -(-len(offices) // size)


class Clock:
    def __init__(self) -> None:
        self.now = NIGHT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def job(database_url: str, clock: Clock) -> Iterator[Job]:
    context = World(database_url).context
    made = Job(context, "run-1", clock)
    assert made.begin("review", [["a", "b"], ["c"], ["d"]]) == 3
    yield made
    context.database.dispose()


def test_a_job_that_begins_again_keeps_its_parts(job: Job) -> None:
    first = job.claim()
    assert first is not None
    assert job.begin("review", [["x"], ["y"]]) == 3
    taken = [job.claim(), job.claim(), job.claim()]
    assert [t and t.initiatives for t in (first, *taken)] == [("d",), ("c",), ("a", "b"), None]


def test_who_wants_a_part_gets_it_or_else_another_one(job: Job) -> None:
    claims = [job.claim(1), job.claim(1), job.claim(3), job.claim(2)]
    assert [c and c.number for c in claims] == [1, 3, 2, None]


def test_a_part_whose_worker_died_is_done_by_another_one_and_counts_once(job: Job, clock: Clock) -> None:
    dead = job.claim(1)
    assert dead is not None
    clock.now += LEASE - timedelta(seconds=1)
    assert job.claim(1) != dead
    clock.now += timedelta(seconds=1)
    second = job.claim(1)
    assert second is not None
    assert (second.number, second.attempts) == (1, 2)
    assert job.finish(second, ShardResult(looked_at=2, changed=1))
    assert not job.finish(dead, ShardResult(looked_at=2, changed=2)), "the worker was only slow; its result came late"
    assert (job.result().looked_at, job.result().changed, job.result().open) == (2, 1, 2)


def test_a_part_that_fails_each_time_is_told_by_its_initiatives_and_the_others_end(job: Job, clock: Clock) -> None:
    for attempt in range(MOST_ATTEMPTS):
        failing = job.claim(1)
        assert failing is not None
        assert (failing.number, failing.attempts) == (1, attempt + 1)
        job.fail(failing, "ArithmeticError: a number that nobody foresaw")
        assert job.result().given_up == {}
        clock.now += RETRY_DELAY
    for number in (3, 2):
        part = job.claim(1)
        assert part is not None
        assert part.number == number
        job.finish(part, ShardResult(looked_at=1))
    found = job.result()
    assert (found.parts, found.open, found.looked_at) == (3, 0, 2)
    assert found.given_up == dict.fromkeys("ab", "ArithmeticError: a number that nobody foresaw")


def test_a_part_that_kills_its_workers_is_given_up(job: Job, clock: Clock) -> None:
    for _ in range(MOST_ATTEMPTS):
        assert job.claim(2) is not None
        clock.now += LEASE
    assert job.result().given_up == {"c": "its worker died each time"}


def test_a_job_that_is_run_again_begins_what_was_given_up_anew(job: Job, clock: Clock) -> None:
    assert not job.begin_again(), "it has not ended"
    for number in (1, 2):
        done = job.claim(number)
        assert done is not None
        job.finish(done, ShardResult(looked_at=1))
    for _ in range(MOST_ATTEMPTS):
        assert job.claim(3) is not None
        clock.now += LEASE
    assert (job.result().open, list(job.result().given_up)) == (0, ["d"])
    assert job.begin_again()
    again = job.claim()
    assert again is not None
    assert (again.initiatives, job.result().given_up, job.claim()) == (("d",), {}, None)
    assert job.finish(again, ShardResult(looked_at=1))
    assert (job.result().looked_at, job.result().open) == (3, 0)


def test_a_part_that_failed_once_is_tried_again_and_is_no_failure(job: Job, clock: Clock) -> None:
    part = job.claim(2)
    assert part is not None
    job.fail(part, "OperationalError: away")
    assert job.claim(2) != part
    clock.now += RETRY_DELAY
    again = job.claim(2)
    assert again is not None
    assert job.finish(again, ShardResult(looked_at=1))
    assert job.result().given_up == {}


def test_the_parts_of_old_jobs_are_deleted(job: Job, clock: Clock) -> None:
    clock.now += KEPT + timedelta(seconds=1)
    assert Job(job.context, "run-2", clock).begin("review", [["a"], ["b"]]) == 2
    assert job.result().parts == 0


def reviewed(context: Context) -> dict[str, list[dict[str, object]]]:
    """The life of each initiative in the ledger; the digests of facts have random salts."""
    return {
        line.initiative: [
            {"at": e.at, "actor": e.actor, **e.event.model_dump()}
            for e in ledger.entries(context, line.initiative)
            if not e.event.kind.startswith("record.")
        ]
        for line in standing.board(context).lines
    }


@pytest.mark.parametrize("seed", range(2))
def test_parts_give_what_the_whole_gives(database_url: str, tmp_path: Path, seed: int) -> None:
    whole, parted = _portfolio(f"sqlite:///{tmp_path}/whole.db", seed), _portfolio(database_url, seed)
    expected = review.review_portfolio(whole, actor="review")
    job, dice = Job(parted, "night"), random.Random(seed)
    parts = parts_of(parted, standing.enrolled(parted), dice.randrange(1, 9))
    assert job.begin("review", parts) == len(parts) > 1
    changed = set()
    while (shard := job.claim(dice.randrange(1, len(parts) + 1))) is not None:
        found = review.review_initiatives(parted, shard.initiatives, actor="review")
        changed |= {(c.initiative, c.version, c.changes) for c in found.changed}
        job.finish(shard, ShardResult(looked_at=found.looked_at, problems=found.problems))
    assert changed == {(c.initiative, c.version, c.changes) for c in expected.changed} != set()
    assert (job.result().looked_at, job.result().problems) == (expected.looked_at, expected.problems)
    assert reviewed(parted) == reviewed(whole)
    assert review.review_portfolio(parted, actor="review").changed == ()
    parted.database.dispose()


def _portfolio(url: str, seed: int) -> Context:
    """Initiatives at random points of their lives, some with facts that change answers, some with what is due."""
    engine = open_database(url)
    upgrade(engine, system_clock())
    context = Context(Settings(database=url, configs=CONFIGS, proof="none"), engine, lambda: NIGHT)
    dice, crowd = random.Random(seed), gather_crowd(context, 12, END - timedelta(days=60), seed)
    lines = [f"organisation id=o{n} name=O{n} helix=company size=small from=2020-01-01" for n in range(6)]
    lines += [
        f"membership initiative={one} organisation=o{n} founder=true commitment=regular-fee from=2024-01-15"
        for one in crowd
        for n in range(6)
        if dice.random() < 0.6
    ]
    registry.record(context, [read_assignments(name, words) for name, *words in map(str.split, lines)])
    return context
