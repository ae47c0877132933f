"""The report flow: the portfolio and the dossiers of its initiatives, into a folder and onto pages of Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import ceil

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from clusterflow.domain.text import Text, count_words
from clusterflow.errors import ClusterflowError
from clusterflow.prefect.names import DOSSIERS, report_run_name
from clusterflow.prefect.shards import share
from clusterflow.prefect.steps import failed
from clusterflow.services.context import Context
from clusterflow.services.output_folder import Folder

WRITTEN = Text(es="escritos: {n}", en="written: {n}")
IN_TROUBLE = Text(es="con problemas: {n}", en="in trouble: {n}")

DOSSIERS_TO_REVIEWS = 10
"""A part of the dossiers has so many times fewer initiatives than a part of the review: each takes longer."""


@flow(name="report", flow_run_name=report_run_name, persist_result=False)
async def report(initiative: str | None = None, as_of: date | None = None) -> State[None]:
    """Write the portfolio and dossiers into the folder of CLUSTERFLOW_REPORTS, and show where they lie.

    Args:
        initiative: the id of one, as `clusterflow status` lists it; empty for all that go on, and the portfolio.
        as_of: a day gone by, to see how things stood then; empty for today.
    """
    # Start-up time: ``prefect deploy`` and every worker load this module, and plots need matplotlib.
    from clusterflow.services.reports.portfolio import write_portfolio  # noqa: PLC0415

    context = Context.open()
    try:
        folder = Folder.of_reports(context.settings)
        if initiative is None:
            get_run_logger().info("%s", write_portfolio(context, folder, as_of))
        written, problems = await _write_dossiers(context, [initiative] if initiative else None, as_of)
    except ClusterflowError as problem:
        return failed(problem, context.language)
    for one, text in problems.items():
        get_run_logger().error("%s: %s", one, text)
    message = count_words(((written, WRITTEN), (len(problems), IN_TROUBLE)), context.language)
    return Failed(message=message) if problems and not written else Completed(message=message)


async def _write_dossiers(
    context: Context, chosen: list[str] | None, as_of: date | None
) -> tuple[int, Mapping[str, str]]:
    """Write the chosen dossiers, or all: those of many initiatives in parts that the workers share.

    Returns:
        How many were written, and what went wrong with the others, by initiative.
    """
    # Start-up time, as above.
    from clusterflow.prefect.dossier_artifact import publish_dossiers, publish_part  # noqa: PLC0415
    from clusterflow.services.reports.dossier import active_initiatives  # noqa: PLC0415

    initiatives = chosen or active_initiatives(context, as_of)
    size = ceil(context.settings.shard / DOSSIERS_TO_REVIEWS)
    job = await share(context, DOSSIERS, initiatives, size, publish_part, as_of)
    if job is not None:
        return job.changed, {**job.problems, **job.given_up}
    done = await publish_dossiers(context, initiatives, as_of)
    return done.changed, done.problems
