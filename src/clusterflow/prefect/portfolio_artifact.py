"""Publishes the artifact of the portfolio. A module of its own, so that other flows need not import the plots."""

from __future__ import annotations

from datetime import date

from prefect.artifacts import acreate_markdown_artifact

from clusterflow.prefect import names
from clusterflow.reports.labels import word
from clusterflow.reports.portfolio.artifact import Waiting, portfolio_page
from clusterflow.reports.portfolio.portfolio import Portfolio
from clusterflow.services import outbox
from clusterflow.services.context import Context
from clusterflow.services.reports.portfolio import gather


async def publish_portfolio(context: Context, as_of: date | None = None) -> Portfolio:
    """Publish the portfolio, today or as it stood at the end of a day, and return it."""
    portfolio, backlog = gather(context, as_of), outbox.backlog(context)
    waiting = Waiting(
        events=backlog.events, notices=backlog.notices, refused=backlog.refused, given_up=backlog.given_up
    )
    await acreate_markdown_artifact(
        portfolio_page(portfolio, context.language, waiting),
        key=names.PORTFOLIO_KEY,
        description=f"{word('portfolio', context.language)} · {portfolio.as_of}",
    )
    return portfolio
