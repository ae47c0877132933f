"""The artifact of the portfolio. A room of its own: no other flow waits for what draws plots to be imported."""

from __future__ import annotations

from datetime import date

from prefect.artifacts import acreate_markdown_artifact

from clusterflow.prefect import names
from clusterflow.reports.labels import word
from clusterflow.reports.portfolio.artifact import Waiting, portfolio_page
from clusterflow.services import outbox
from clusterflow.services.context import Context
from clusterflow.services.reports.portfolio import gather


async def publish_portfolio(context: Context, as_of: date | None = None) -> int:
    """The portfolio, today or as it stood at the end of a day; how many initiatives it shows."""
    portfolio, backlog = gather(context, as_of), outbox.backlog(context)
    waiting = Waiting(
        events=backlog.events, notices=backlog.notices, refused=backlog.refused, given_up=backlog.given_up
    )
    await acreate_markdown_artifact(
        portfolio_page(portfolio, context.language, waiting),
        key=names.PORTFOLIO_KEY,
        description=f"{word('portfolio', context.language)} · {portfolio.as_of}",
    )
    return portfolio.initiatives
