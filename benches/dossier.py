"""Measures the dossier of a large cluster: a hundred members, five years of meetings, dues and surveys.

First in a fresh process (with matplotlib and the compilation of statements), then warm, then as a PDF. The comparison
is the minimum of any plot in Python: importing matplotlib and drawing one empty figure, in its own process.
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from benches import databases
from benches.large_cluster import enrol_large_cluster
from benches.measuring import headline, quick, spread, timed
from benches.small_world import open_context

EMPTY = (
    "import io; from matplotlib.figure import Figure; from matplotlib.backends.backend_svg import FigureCanvasSVG; "
    "canvas = Figure(); canvas.add_subplot(); FigureCanvasSVG(canvas).print_svg(io.BytesIO())"
)


def run(short: bool) -> None:
    headline("a dossier (SQLite)")
    with databases.sqlite() as url:
        enrol_large_cluster(open_context(url), members=40 if short else 100, strangers=0 if short else 2000)
        with ProcessPoolExecutor(1, get_context("spawn")) as another:
            cold, warm, paper = another.submit(_times, url, 1 if short else 10).result()
        spread("first dossier of a process (matplotlib imported)", [cold], "target < 3 s")
        spread("dossier, warm", warm)
        spread("the same page as a PDF (WeasyPrint imported)", [paper])
        rival = [timed(lambda: _start(EMPTY)) for _ in range(1 if short else 5)]
        spread("rival: a process that imports matplotlib, draws nothing", rival)
        spread("rival: python -c 'pass'", [timed(lambda: _start("pass")) for _ in range(1 if short else 5)])


def _times(url: str, times: int) -> tuple[float, list[float], float]:
    """Return the time of the first dossier, of later ones, and of the PDF, in a fresh process."""
    pages: list[str] = []
    cold, *warm = (timed(lambda: pages.append(_page(url))) for _ in range(1 + times))
    return cold, warm, timed(lambda: import_module("clusterflow.services.reports.pdf").pdf_of(pages[0]))


def _page(url: str) -> str:
    """Make the page as a command does: the plotting library is imported only here."""
    made = import_module("clusterflow.services.reports.dossier").dossier(open_context(url), "large")
    return str(made.html)


def _start(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


if __name__ == "__main__":
    run(quick(__doc__))
