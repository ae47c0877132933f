"""The review flow: the whole portfolio, measured as a set."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.logging import get_run_logger

from clusterflow.app import App
from clusterflow.prefect.names import portfolio_run_name
from clusterflow.prefect.pages import publish_portfolio
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
        await publish_portfolio(app, as_of)
        return {"initiatives": len(app.board(as_of).lines), "changed": 0, "passes": 0}
    found = app.review(actor="review")
    for initiative, problem in found.problems.items():
        get_run_logger().error("%s: %s", initiative, problem)
    await publish_portfolio(app)
    published = await publish(app)
    await reconcile(app)
    return {"initiatives": found.looked_at, "changed": len(found.changed), "passes": published.passes}
