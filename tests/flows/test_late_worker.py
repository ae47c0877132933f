"""A worker whose claim of a part ended while it worked has failed in nothing: the part is done."""

from __future__ import annotations

import logging

import pytest
from support.world import World

from clusterflow.prefect import shards
from clusterflow.services.context import Context
from clusterflow.services.shards import Job, Shard, ShardResult


async def test_a_part_that_two_workers_did_is_no_failure_of_the_slower_one(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(World(sqlite_url).context, "run-1")
    job.begin("review", [["a"], ["b"]])
    mine = job.claim(1)
    assert mine is not None
    monkeypatch.setattr(shards, "get_run_logger", lambda: logging.getLogger(__name__))

    async def work(context: Context, shard: Shard) -> ShardResult:
        slower = Job(context, "run-1", lambda: shard.until)
        another = slower.claim(shard.number)
        assert another is not None
        assert slower.finish(another, ShardResult(looked_at=1, changed=1))
        return ShardResult(looked_at=1)

    assert await shards.work_on(job, mine, work) == ShardResult(looked_at=1)
    assert (job.result().looked_at, job.result().changed, job.result().given_up) == (1, 1, {})
