"""The portfolio: gathered by a few statements over all initiatives, and written into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from clusterflow.domain.text import Language
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.reports.portfolio.portfolio import Portfolio, portfolio_of
from clusterflow.services import rulebooks, standing
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.output_folder import Folder
from clusterflow.store.database import read_connection
from clusterflow.store.lapses import lapses, last_facts
from clusterflow.store.portfolio import snapshots

LOOKED_BACK = timedelta(days=365)
"""How long a lapse that ended is still reported."""


def gather(
    context: Context, as_of: date | None = None, language: Language | None = None, known_on: date | None = None
) -> Portfolio:
    """Gather the portfolio, today or at the end of a day. A broken initiative is left out, with its problem.

    Args:
        known_on: entries that were made after that day do not count.
    """
    now = context.clock()
    day = as_of or now.date()
    until = min((one for one in (as_of, known_on) if one is not None), default=None)

    def compute(only: Sequence[str] | None) -> Portfolio:
        with read_connection(context.database) as connection:
            found = snapshots(connection, now, until, only)
            lapsed = lapses(connection, found, day - LOOKED_BACK)
            recorded = last_facts(connection, found)
        return portfolio_of(found, lapsed, recorded, day, language or context.language)

    portfolio, problems = compute_without_broken(compute, lambda: standing.enrolled(context))
    judged = rulebooks.matrix(context, as_of, language or context.language, known_on=known_on)
    matrix = judged if any(line.cells for line in judged.lines) else None
    return portfolio.model_copy(update={"rulebooks": matrix, "problems": {**judged.problems, **problems}})


def write_portfolio(context: Context, folder: Folder, as_of: date | None = None) -> str:
    """Write the portfolio into a folder, and return its address there.

    Raises:
        NotPossible: the folder does not take it.
    """
    found = gather(context, as_of)
    return folder.put(f"portfolio/{found.as_of}.html", portfolio_html(found, context.language).encode())
