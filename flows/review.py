"""The review flow: the whole portfolio, measured as a set."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.prefect.names import portfolio_run_name
from clusterflow.prefect.portfolio_artifact import publish_portfolio
from clusterflow.prefect.publish import publish
from clusterflow.prefect.reconcile import reconcile
from clusterflow.services import review as review_service
from clusterflow.services.context import Context


@flow(name="review", flow_run_name=portfolio_run_name, persist_result=False)
async def review(as_of: date | None = None) -> dict[str, int]:
    """Bring every initiative up to the day; a pass begins only where an answer changed.

    Args:
        as_of: a day gone by, to see the portfolio as it stood then, changing nothing; empty for today.
    """
    context = Context.open()
    if as_of is not None and as_of < context.clock().date():
        return {"initiatives": await publish_portfolio(context, as_of), "changed": 0, "passes": 0}
    found = review_service.review_portfolio(context, actor="review")
    for initiative, problem in found.problems.items():
        get_run_logger().error("%s: %s", initiative, problem)
    published = await publish(context)
    reconciled = await reconcile(context)
    for problem in (*published.problems, *reconciled.problems):
        get_run_logger().error("%s", problem)
    await publish_portfolio(context)
    return {"initiatives": found.looked_at, "changed": len(found.changed), "passes": published.passes}
