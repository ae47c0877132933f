"""The portfolio as a file: its format and its content."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path

from clusterflow.domain.text import Language, harmless
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.reports.portfolio.tables import PortfolioTable, table_csv
from clusterflow.services.context import Context
from clusterflow.services.reports.pdf import pdf_of
from clusterflow.services.reports.portfolio import gather


class PortfolioFormat(StrEnum):
    HTML = "html"
    PDF = "pdf"
    CSV = "csv"
    JSON = "json"


def portfolio_file(
    to: Path | None,
    lang: Language,
    as_of: date | None,
    form: PortfolioFormat | None,
    table: PortfolioTable | None,
    known_on: date | None = None,
) -> bytes:
    """The portfolio in the format that is asked for, or that the file's name tells.

    Raises:
        Mistakes: the file's name tells no format, or a table is asked of a format that has none.
    """
    chosen = form or (PortfolioFormat.CSV if table else _told_by(to))
    if table is not None and chosen is not PortfolioFormat.CSV:
        raise Mistakes([Mistake("--table", f"a portfolio as {chosen} has no tables of its own", "--format csv")])
    context = Context.open()
    found = gather(context, as_of, lang, known_on)
    if chosen is PortfolioFormat.CSV:
        # Without the mark, some spreadsheets read a file's accents as something else; a pipe wants none.
        return table_csv(found, table or PortfolioTable.BOARD).encode("utf-8-sig" if to else "utf-8")
    if chosen is PortfolioFormat.JSON:
        return (harmless(found.model_dump_json(indent=2)) + "\n").encode()
    page = portfolio_html(found, lang)
    return pdf_of(page) if chosen is PortfolioFormat.PDF else page.encode()


def _told_by(to: Path | None) -> PortfolioFormat:
    suffix = to.suffix.lower().removeprefix(".") if to else "html"
    if suffix not in tuple(PortfolioFormat):
        known = ", ".join(f".{form}" for form in PortfolioFormat)
        raise Mistakes([Mistake("--to", f"«{to}» tells no format", known, "Or say it with --format")])
    return PortfolioFormat(suffix)
