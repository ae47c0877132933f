"""The review flow: the whole portfolio, measured as a set."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.app import App
from clusterflow.prefect.names import portfolio_run_name
from clusterflow.prefect.portfolio import publish_portfolio
from clusterflow.prefect.publish import publish
from clusterflow.prefect.reconcile import reconcile


@flow(name="review", flow_run_name=portfolio_run_name, persist_result=False)
async def review(as_of: date | None = None) -> dict[str, int]:
    """Bring every initiative up to the day; a pass begins only where an answer changed.

    Args:
        as_of: a day gone by, to see the portfolio as it stood then, changing nothing; empty for today.
    """
    app = App.open()
    if as_of is not None and as_of < app.clock().date():
        return {"initiatives": await publish_portfolio(app, as_of), "changed": 0, "passes": 0}
    found = app.review(actor="review")
    for initiative, problem in found.problems.items():
        get_run_logger().error("%s: %s", initiative, problem)
    published = await publish(app)
    await reconcile(app)
    await publish_portfolio(app)
    return {"initiatives": found.looked_at, "changed": len(found.changed), "passes": published.passes}
