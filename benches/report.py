"""Measures the portfolio page of a thousand initiatives, with its plots.

The target is a page in under 20 s. The comparison reads the same initiatives one by one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from benches import databases
from benches.measuring import headline, quick, spread, timed
from benches.small_world import open_context
from clusterflow.reports.portfolio.artifact import Waiting, portfolio_page
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.reports.portfolio.portfolio import Portfolio
from clusterflow.reports.portfolio.tables import PortfolioTable, table_csv
from clusterflow.services import registry, standing
from clusterflow.services.reports.portfolio import gather
from tests.support.crowd import gather_crowd

END = date(2026, 6, 1)


def run(short: bool) -> None:
    number, times = (12, 1) if short else (1000, 5)
    headline(f"the report of a portfolio of {number} initiatives (SQLite)")
    with databases.sqlite() as url:
        context = open_context(url)
        gather_crowd(context, number, END)
        context.clock = lambda: datetime.combine(END, time(12), UTC)
        found = gather(context, language="es")
        then = END - timedelta(days=200)
        spread(
            "the whole page, from the database", [timed(lambda: _page(gather(context))) for _ in range(times)], "< 20 s"
        )
        spread("  of this: gathered", [timed(lambda: gather(context)) for _ in range(times)])
        spread("  of this: written, with its plots", [timed(lambda: _page(found)) for _ in range(times)])
        spread("gathered as of a day gone by", [timed(lambda: gather(context, then)) for _ in range(times)])
        spread("the page in Prefect", [timed(lambda: _artifact(found)) for _ in range(times)])
        spread("the answers to all criteria as CSV", [timed(lambda: _csv(found)) for _ in range(times)])
        spread("the board of «clusterflow status»", [timed(lambda: standing.board(context)) for _ in range(times)])
        print(f"  a page of {len(_page(found)) / 1e6:.1f} MB, an artifact of {_artifact(found) / 1e6:.2f} MB")
        one_by_one = timed(lambda: [standing.status(context, i) for i in registry.initiatives(context)])
        spread("rival: the board asked for one by one", [one_by_one])


def _page(found: Portfolio) -> str:
    return portfolio_html(found, "es")


def _artifact(found: Portfolio) -> int:
    return len(portfolio_page(found, "es", Waiting(events=0, notices=0, refused=0, given_up=0)))


def _csv(found: Portfolio) -> str:
    return table_csv(found, PortfolioTable.CRITERIA)


if __name__ == "__main__":
    run(quick(__doc__))
