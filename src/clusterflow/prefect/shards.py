"""Shares the work over a large portfolio between workers: a run for each part, and the run that began them.

A run takes a part by claiming it in our database, so each part is done once, whatever Prefect does with the runs. The
run that began the job takes parts, too: without another worker, it does them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date

from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from clusterflow.errors import ClusterflowError, NotPossible
from clusterflow.prefect import names, runs
from clusterflow.services import review
from clusterflow.services.coming_turns import refresh_coming_turns
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import describe_problem
from clusterflow.services.shards import Job, JobResult, Shard, ShardResult, parts_of

DEPLOYMENT = "shard/part"

PAUSE_SECONDS = 1.0
"""Between two looks of the run that began the job, once every part is claimed."""

AWAY_SECONDS = 5.0
LONGEST_AWAY = 120
"""How often the run that began the job tries again, after so many seconds, while the database does not answer."""

NAMED = 20
"""How many initiatives of parts that were given up a message names."""

Work = Callable[[Context, Shard], Awaitable[ShardResult]]


async def review_part(context: Context, shard: Shard) -> ShardResult:
    """Bring the initiatives of a part up to date."""
    found = review.review_initiatives(context, shard.initiatives, actor="review")
    problems = {**refresh_coming_turns(context, shard.initiatives), **found.problems}
    return ShardResult(looked_at=found.looked_at, changed=len(found.changed), problems=problems)


async def share(
    context: Context, kind: str, initiatives: Collection[str], size: int, work: Work, as_of: date | None = None
) -> JobResult | None:
    """Cut work into parts of at most ``size`` initiatives, and return once all are done or given up.

    A run that is taken up after its worker died continues with the parts that it began. One that is run again after it
    ended does the parts that were given up.

    Returns:
        ``None`` if it is one part: then nothing is done.
    """
    job = Job(context, str(flow_run.id))
    if job.result().parts == 0:
        parts = parts_of(context, initiatives, size)
        if len(parts) < 2:
            return None
        job.begin(kind, parts, as_of)
    else:
        job.begin_again()
    await _start_runs(job, kind, as_of)
    away = 0
    while True:
        try:
            shard = job.claim()
            if shard is not None:
                await work_on(job, shard, work)
                continue
            result, away = job.result(), 0
            if result.open == 0:
                return result
        except OperationalError as problem:
            away += 1
            if away > LONGEST_AWAY:
                raise
            get_run_logger().warning("the database does not answer: %s", describe_problem(problem))
            await asyncio.sleep(AWAY_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)


async def _start_runs(job: Job, kind: str, as_of: date | None) -> None:
    context, parts = job.context, job.result().parts
    day = as_of or context.clock().date()
    for number in range(1, parts + 1):
        try:
            await runs.start(
                DEPLOYMENT,
                {"job": job.name, "number": number},
                idempotency_key=f"shard:{job.name}:{number}",
                name=names.shard_run_name(kind, number, parts, day, context.language),
            )
        except ClusterflowError as problem:
            # Not deployed yet, or Prefect is away: then this run does the parts alone.
            get_run_logger().warning("part %s is not offered to other workers: %s", number, problem)
            return


async def work_on(job: Job, shard: Shard, work: Work) -> ShardResult | None:
    """Do a claimed part and record its result; ``None`` if it failed."""
    try:
        with job.renewed(shard):
            result = await work(job.context, shard)
        if not job.finish(shard, result):
            get_run_logger().warning("part %s: the claim had ended, and another worker did it, too", shard.number)
        return result
    except Exception as problem:
        text = describe_problem(problem)
        get_run_logger().error("part %s, attempt %s: %s", shard.number, shard.attempts, text)
        try:
            job.fail(shard, text)
        except SQLAlchemyError:
            # The database is away. The claim ends by itself, and then somebody tries the part again.
            get_run_logger().warning("the failure of part %s could not be recorded", shard.number)
        return None


async def take_part(job: Job, number: int, work: Mapping[str, Work]) -> tuple[Shard | None, ShardResult | None]:
    """Do this part of a job or, if somebody else has it, another one. Both are ``None`` if none is left."""
    shard = job.claim(number)
    return shard, None if shard is None else await work_on(job, shard, work[shard.kind])


def require_all(result: JobResult) -> None:
    """Check that no part was given up.

    Raises:
        NotPossible: the message names the initiatives of the parts that were given up, and the error.
    """
    if lost := result.given_up:
        more = " ..." if len(lost) > NAMED else ""
        named = ", ".join(sorted(lost)[:NAMED])
        raise NotPossible(f"{len(lost)} initiatives were left out: {named}{more}: {next(iter(lost.values()))}")
