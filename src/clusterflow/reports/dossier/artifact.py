"""A dossier as a page in Prefect: the address of the file, and the plots with their numbers."""

from __future__ import annotations

from base64 import b64encode

from clusterflow.domain.text import Text
from clusterflow.reports.dossier.compose import Dossier
from clusterflow.reports.html_page import FRAME, Figure
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import PAGES, escaped, table
from clusterflow.reports.plots import as_png

_FILE = Text(es="El dossier completo", en="The whole dossier")


def dossier_page(made: Dossier, address: str, page_of_initiative: str) -> str:
    """The page as Markdown with embedded pictures. Browsers follow no ``file:`` link, so its text is the address."""
    language = made.language
    link = f"<{address}>" if address.startswith(("http://", "https://")) else f"`{address}`"
    parts = [
        f"# {escaped(made.name)} · {made.as_of}",
        f"[{word('initiative', language)}]({page_of_initiative}) · [{word('portfolio', language)}]({PAGES}/portfolio)",
        f"{_FILE.to(language)}: {link}",
    ]
    for figure in made.figures:
        parts += [
            f"## {escaped(figure.caption)}",
            _picture(made, figure),
            _numbers(figure, FRAME["unknown"].to(language)),
        ]
    return "\n\n".join(parts) + "\n"


def _picture(made: Dossier, figure: Figure) -> str:
    plot = made.plots[figure.name.removeprefix("fig-")]
    return f"![{escaped(figure.caption)}](data:image/png;base64,{b64encode(as_png(plot, dots_per_inch=110)).decode()})"


def _numbers(figure: Figure, unknown: str) -> str:
    rows = [[escaped(unknown if cell is None else cell) for cell in row] for row in figure.table.rows]
    return table([escaped(head) for head in figure.table.heads], rows)
