"""Publishes the artifact of the portfolio. A module of its own, so that other flows need not import the plots."""

from __future__ import annotations

from datetime import date

from prefect.artifacts import acreate_markdown_artifact

from clusterflow.prefect import names
from clusterflow.reports.labels import word
from clusterflow.reports.portfolio.artifact import Waiting, portfolio_page
from clusterflow.reports.portfolio.portfolio import Portfolio
from clusterflow.reports.rulebook_page import rulebooks_page
from clusterflow.reports.rulebook_words import rulebook_word
from clusterflow.services import outbox
from clusterflow.services.context import Context
from clusterflow.services.reports.portfolio import gather


async def publish_portfolio(context: Context, as_of: date | None = None) -> Portfolio:
    """Publish the portfolio and its matrix of rulebooks, today or as of the end of a day, and return it."""
    portfolio, backlog = gather(context, as_of), outbox.backlog(context)
    waiting = Waiting(
        events=backlog.events, notices=backlog.notices, refused=backlog.refused, given_up=backlog.given_up
    )
    await acreate_markdown_artifact(
        portfolio_page(portfolio, context.language, waiting),
        key=names.PORTFOLIO_KEY,
        description=f"{word('portfolio', context.language)} · {portfolio.as_of}",
    )
    if portfolio.rulebooks is not None:
        await acreate_markdown_artifact(
            rulebooks_page(portfolio.rulebooks, context.language),
            key=names.RULEBOOKS_KEY,
            description=f"{rulebook_word('rulebooks', context.language)} · {portfolio.as_of}",
        )
    return portfolio
