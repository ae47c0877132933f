"""The report flow: the portfolio and the dossiers of its initiatives, into a folder and onto pages of Prefect."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from clusterflow.errors import ClusterflowError
from clusterflow.prefect.dossier_artifact import publish_dossier
from clusterflow.prefect.names import report_run_name
from clusterflow.services.context import Context
from clusterflow.services.output_folder import Folder
from clusterflow.services.reports.dossier import write_dossiers
from clusterflow.services.reports.portfolio import write_portfolio


@flow(name="report", flow_run_name=report_run_name, persist_result=False)
async def report(initiative: str | None = None, as_of: date | None = None) -> State[None]:
    """Write the portfolio and dossiers into the folder of CLUSTERFLOW_REPORTS, and show where they lie.

    Args:
        initiative: the id of one, as `clusterflow status` lists it; empty for all that go on, and the portfolio.
        as_of: a day gone by, to see how things stood then; empty for today.
    """
    context = Context.open()
    written, troubled = 0, 0
    try:
        folder = Folder.of_reports(context.settings)
        if initiative is None:
            get_run_logger().info("%s", write_portfolio(context, folder, as_of))
        for filed, made in write_dossiers(context, folder, initiative, as_of):
            if made is None:
                get_run_logger().error("%s: %s", filed.initiative, filed.problem)
                troubled += 1
                continue
            await publish_dossier(filed, made)
            get_run_logger().info("%s: %s", filed.initiative, filed.address)
            written += 1
    except ClusterflowError as problem:
        return Failed(message=str(problem))
    message = (
        f"{written} written, {troubled} in trouble"
        if context.language == "en"
        else f"{written} escritos, {troubled} con problemas"
    )
    return Failed(message=message) if troubled and not written else Completed(message=message)
