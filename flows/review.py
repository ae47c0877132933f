"""The review flow: evaluates the whole portfolio as a set."""

from __future__ import annotations

from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clusterflow.domain.text import Text
from clusterflow.prefect.names import REVIEW, portfolio_run_name
from clusterflow.prefect.publish import Published, publish
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.shards import require_all, review_part, share
from clusterflow.prefect.steps import PUBLISHING, RECONCILING, Steps
from clusterflow.reports.portfolio.portfolio import Portfolio
from clusterflow.services import review as review_service
from clusterflow.services.coming_turns import refresh_coming_turns
from clusterflow.services.context import Context
from clusterflow.services.standing import enrolled

REVIEWING = Text(es="revisar el portafolio", en="reviewing")
REVIEWING_PARTS = Text(es="revisar todas las partes", en="reviewing all parts")
PUBLISHING_PORTFOLIO = Text(es="publicar el portafolio", en="publishing the portfolio")


@flow(name="review", flow_run_name=portfolio_run_name, persist_result=False)
async def review(as_of: date | None = None) -> dict[str, int] | State[Any]:
    """Bring every initiative up to the day; a pass starts only where an answer changed.

    Args:
        as_of: a day gone by, to see the portfolio as it stood then, changing nothing; empty for today.
    """
    context = Context.open()
    steps = Steps(context.language)
    if as_of is not None and as_of < context.clock().date():
        portfolio = await _publish_portfolio(context, as_of)
        steps.report(f"{initiative}: {text}" for initiative, text in portfolio.problems.items())
        return {"initiatives": portfolio.initiatives, "changed": 0, "passes": 0}
    counts = {"initiatives": 0, "changed": 0}
    with steps.step(REVIEWING):
        counts = await _review(context, steps)
    published = Published()
    with steps.step(PUBLISHING):
        published = await publish(context)
        steps.report(published.problems)
    with steps.step(RECONCILING):
        steps.report((await reconcile(context)).problems)
    with steps.step(PUBLISHING_PORTFOLIO):
        portfolio = await _publish_portfolio(context)
        steps.report(f"{initiative}: {text}" for initiative, text in portfolio.problems.items())
    return steps.end({**counts, "passes": published.passes})


async def _publish_portfolio(context: Context, as_of: date | None = None) -> Portfolio:
    # Start-up time: ``prefect deploy`` and every worker load this module, and plots need matplotlib.
    from clusterflow.prefect.portfolio_artifact import publish_portfolio  # noqa: PLC0415

    return await publish_portfolio(context, as_of)


async def _review(context: Context, steps: Steps) -> dict[str, int]:
    """Review the portfolio: a small one here, a large one in parts that the workers share."""
    everyone = enrolled(context)
    job = await share(context, REVIEW, everyone, context.settings.shard, review_part)
    if job is None:
        found = review_service.review_portfolio(context, actor="review")
        problems = {**refresh_coming_turns(context), **found.problems}
        steps.report(f"{initiative}: {text}" for initiative, text in problems.items())
        return {"initiatives": found.looked_at, "changed": len(found.changed)}
    steps.report(f"{initiative}: {text}" for initiative, text in {**job.problems, **job.given_up}.items())
    with steps.step(REVIEWING_PARTS):
        require_all(job)
    return {"initiatives": job.looked_at, "changed": job.changed, "parts": job.parts}
