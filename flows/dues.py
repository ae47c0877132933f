"""The dues flow: issues the invoices that the schemes ask for."""

from __future__ import annotations

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.domain.text import Text
from clusterflow.reports.dues import remark_text
from clusterflow.services import dues as dues_service
from clusterflow.services.context import Context


def dues_run_name() -> str:
    """Return the name of a run, by the day."""
    context = Context.open()
    return f"{Text(es='Cuotas', en='Dues').to(context.language)} · {context.clock().date()}"


@flow(name="dues", flow_run_name=dues_run_name, persist_result=False)
async def dues() -> dict[str, int]:
    """Issue what is to be issued today in every initiative that adopted a scheme; what is not known is reported."""
    context = Context.open()
    found = dues_service.issue_all(context, actor="dues")
    for initiative, problem in found.problems.items():
        get_run_logger().error("%s: %s", initiative, problem)
    for plan in found.plans:
        for remark in plan.remarks:
            get_run_logger().warning("%s: %s", plan.initiative, remark_text(remark, plan.initiative, context.language))
    return {"initiatives": len(found.plans), "invoices": found.issued, "problems": len(found.problems)}
