"""The portfolio: gathered by a few statements over all initiatives, and written into a folder."""

from __future__ import annotations

from datetime import date, timedelta

from clusterflow.domain.text import Language
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.reports.portfolio.portfolio import Portfolio, portfolio_of
from clusterflow.services.context import Context
from clusterflow.services.folder import Folder
from clusterflow.store.database import read_connection
from clusterflow.store.portfolio import lapses, last_facts, snapshots

LOOKED_BACK = timedelta(days=365)
"""How long a lapse that ended is still reported."""


def gather(context: Context, as_of: date | None = None, language: Language | None = None) -> Portfolio:
    """Gather the portfolio, today or at the end of a day."""
    now = context.clock()
    day = as_of or now.date()
    with read_connection(context.database) as connection:
        found = snapshots(connection, now, as_of)
        lapsed = lapses(connection, found, day - LOOKED_BACK)
        heard = last_facts(connection, found)
    return portfolio_of(found, lapsed, heard, day, language or context.language)


def write_portfolio(context: Context, folder: Folder, as_of: date | None = None) -> str:
    """Write the portfolio into a folder, and return its address there.

    Raises:
        NotPossible: the folder does not take it.
    """
    found = gather(context, as_of)
    return folder.put(f"portfolio/{found.as_of}.html", portfolio_html(found, context.language).encode())
