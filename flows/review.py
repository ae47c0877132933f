"""The review flow: evaluates the whole portfolio as a set."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from clusterflow.prefect.names import portfolio_run_name
from clusterflow.prefect.portfolio_artifact import publish_portfolio
from clusterflow.prefect.publish import Published, publish
from clusterflow.prefect.reconcile import reconcile
from clusterflow.services import review as review_service
from clusterflow.services.context import Context
from clusterflow.services.isolation import describe_problem


@flow(name="review", flow_run_name=portfolio_run_name, persist_result=False)
async def review(as_of: date | None = None) -> dict[str, int] | State[Any]:
    """Bring every initiative up to the day; a pass starts only where an answer changed.

    A step that fails does not stop the next one; the run then ends as failed and names the step.

    Args:
        as_of: a day gone by, to see the portfolio as it stood then, changing nothing; empty for today.
    """
    context, log = Context.open(), get_run_logger()
    if as_of is not None and as_of < context.clock().date():
        portfolio = await publish_portfolio(context, as_of)
        for initiative, text in portfolio.problems.items():
            log.error("%s: %s", initiative, text)
        return {"initiatives": portfolio.initiatives, "changed": 0, "passes": 0}
    failed = list[str]()
    found = review_service.review_portfolio(context, actor="review")
    problems = {f"{initiative}: {text}" for initiative, text in found.problems.items()}
    published = Published()
    try:
        published = await publish(context)
        problems |= set(published.problems)
    except Exception as problem:
        failed.append(f"publishing the outbox: {describe_problem(problem)}")
    try:
        problems |= set((await reconcile(context)).problems)
    except Exception as problem:
        failed.append(f"reconciling the forms: {describe_problem(problem)}")
    try:
        portfolio = await publish_portfolio(context)
        problems |= {f"{initiative}: {text}" for initiative, text in portfolio.problems.items()}
    except Exception as problem:
        failed.append(f"publishing the portfolio: {describe_problem(problem)}")
    for text in sorted(problems) + failed:
        log.error("%s", text)
    if failed:
        return Failed(message="; ".join(failed))
    return {"initiatives": found.looked_at, "changed": len(found.changed), "passes": published.passes}
