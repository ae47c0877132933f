"""The portfolio: all initiatives on one page that stands for itself, or as data."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from clusterflow.calendars import replace_file
from clusterflow.cli.output import day, harmless
from clusterflow.desk import Desk
from clusterflow.errors import ClusterflowError, Mistake, Mistakes
from clusterflow.model.text import Language
from clusterflow.reports.portfolio.tables import PortfolioTable, table_csv
from clusterflow.scribe.portfolio import gather


class PortfolioFormat(StrEnum):
    HTML = "html"
    CSV = "csv"
    JSON = "json"


SUFFIXES = {".html": PortfolioFormat.HTML, ".htm": PortfolioFormat.HTML} | {f".{f}": f for f in PortfolioFormat}


def portfolio(
    to: Path | None,
    lang: Language | None,
    as_of: str | None,
    form: PortfolioFormat | None,
    table: PortfolioTable | None,
) -> None:
    """Write the portfolio where it is wanted, in the format that was named or that the file's name tells.

    Raises:
        Mistakes: the file's name tells no format, or a table is asked of a format that has none.
    """
    chosen = form or (PortfolioFormat.CSV if table else _told_by(to))
    if table is not None and chosen is not PortfolioFormat.CSV:
        raise Mistakes([Mistake("--table", f"a table of a portfolio as {chosen}", "--format csv has tables")])
    desk = Desk.open()
    told = lang or desk.language
    found = gather(desk, day(as_of, "--as-of"), told)
    if chosen is PortfolioFormat.CSV:
        content = table_csv(found, table or PortfolioTable.BOARD)
    elif chosen is PortfolioFormat.JSON:
        content = harmless(found.model_dump_json(indent=2)) + "\n"
    else:
        # Pictures are drawn by a library that takes its time to load.
        content = import_module("clusterflow.reports.portfolio.document").portfolio_html(found, told)
    _put(content, chosen, to)


def _told_by(to: Path | None) -> PortfolioFormat:
    if to is None:
        return PortfolioFormat.HTML
    form = SUFFIXES.get(to.suffix.lower())
    if form is None:
        known = ", ".join(f".{form}" for form in PortfolioFormat)
        raise Mistakes([Mistake("--to", f"«{to.name}» tells no format", f"{known}; or --format")])
    return form


def _put(content: str, form: PortfolioFormat, to: Path | None) -> None:
    if to is None:
        sys.stdout.write(content)
        return
    # Without the mark, some spreadsheets read a file's accents as something else.
    encoding = "utf-8-sig" if form is PortfolioFormat.CSV else "utf-8"
    try:
        replace_file(to, content.encode(encoding))
    except OSError as problem:
        raise ClusterflowError(f"{to} cannot be written: {problem}") from None
