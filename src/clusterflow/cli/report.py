"""Reports: the dossier of an initiative, as one HTML file or as a PDF; the portfolio, as one or as data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import AsOf, KnownAt, day, write_whole
from clusterflow.cli.portfolio import PortfolioFormat, portfolio_file
from clusterflow.errors import ClusterflowError, Mistake, Mistakes
from clusterflow.reports.portfolio.tables import PortfolioTable
from clusterflow.services.context import Context
from clusterflow.services.reports.dossier import dossier
from clusterflow.services.reports.pdf import pdf_of

To = Annotated[Path | None, Parameter(name="--to", help="a file, replaced whole; standard output where none is named")]
Pdf = Annotated[bool, Parameter(name="--pdf", negative="", help="as a PDF; also where the file is called .pdf")]


def report(
    initiative: Annotated[str | None, Parameter(help="the initiative's id; none with --portfolio")] = None,
    *,
    portfolio: Annotated[bool, Parameter(name="--portfolio", negative="", help="all initiatives on one page")] = False,
    to: To = None,
    pdf: Pdf = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    form: Annotated[
        PortfolioFormat | None,
        Parameter(name="--format", help="of the portfolio: html, csv or json; else what the file's name tells"),
    ] = None,
    table: Annotated[PortfolioTable | None, Parameter(name="--table", help="which part, as csv")] = None,
) -> None:
    """The dossier of an initiative for a board that decides, or the portfolio: one file that stands for itself."""
    on_paper = pdf or (to is not None and to.suffix.lower() == ".pdf")
    if portfolio:
        if initiative is not None:
            raise Mistakes([Mistake("--portfolio", f"it is of all initiatives, and «{initiative}» is one")])
        wanted = PortfolioFormat.PDF if on_paper else form
        _put(portfolio_file(to, language(), day(as_of, "--as-of"), wanted, table, day(known_at, "--known-at")), to)
        return
    if initiative is None:
        raise Mistakes([Mistake("report", "no initiative is named", "an initiative's id, or --portfolio")])
    if form is not None or table is not None:
        raise Mistakes([Mistake("--format, --table", "a dossier is HTML or, with --pdf, a PDF", "with --portfolio")])
    made = dossier(Context.open(), initiative, day(as_of, "--as-of"), stated_language(), day(known_at, "--known-at"))
    _put(pdf_of(made.html) if on_paper else made.html.encode(), to)


def _put(content: bytes, to: Path | None) -> None:
    if to is not None:
        write_whole(to, content)
        return
    if sys.stdout.isatty() and content.startswith(b"%PDF"):
        raise ClusterflowError("a PDF is not shown here; name a file for it: --to FILE")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
