"""The shard flow: one part of the work over a large portfolio."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from clusterflow.domain.text import Text
from clusterflow.prefect.names import DOSSIERS, REVIEW
from clusterflow.prefect.shards import Work, review_part, take_part
from clusterflow.services.context import Context
from clusterflow.services.shards import Job, Shard, ShardResult

TAKEN = Text(es="otro trabajador la hizo o la está haciendo", en="another worker did it, or is doing it")
DONE = Text(es="parte {number}; iniciativas: {looked_at}", en="part {number}; initiatives: {looked_at}")
FAILED = Text(
    es="parte {number}: falló; se intenta de nuevo (el registro dice por qué)",
    en="part {number}: failed, and is tried again (the log says why)",
)


async def _publish_dossiers(context: Context, part: Shard) -> ShardResult:
    from clusterflow.prefect.dossier_artifact import publish_part  # noqa: PLC0415 - start-up time: it loads plots

    return await publish_part(context, part)


WORK: dict[str, Work] = {REVIEW: review_part, DOSSIERS: _publish_dossiers}


@flow(name="shard", persist_result=False)
async def shard(job: str, number: int) -> State[Any]:
    """Do a part of a job that is still to be done.

    Args:
        job: the id of the run that began the job.
        number: the part to begin with; if another worker has it, another one is done.
    """
    context = Context.open()
    taken, result = await take_part(Job(context, job), number, WORK)
    if taken is None:
        return Completed(message=TAKEN.to(context.language))
    if result is None:
        return Failed(message=FAILED.to(context.language).format(number=taken.number))
    for initiative, problem in result.problems.items():
        get_run_logger().error("%s: %s", initiative, problem)
    done = DONE.to(context.language).format(number=taken.number, looked_at=result.looked_at)
    return Completed(message=done)
