"""The plots of an initiative: those of its dossier, each with its numbers, as pictures from an address of our own."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from clusterflow.domain.text import NoticeLanguage, Text
from clusterflow.reports.dossier.texts import WORDS
from clusterflow.reports.html_page import Table
from clusterflow.services.views.initiative import PLOTTED, name_of
from clusterflow.web.render import page
from clusterflow.web.request import site_of, view_of, visible_initiative, visitor_of
from clusterflow.web.texts import TEXTS
from clusterflow.web.translations import translated

CAPTIONS: Mapping[str, Text] = {
    "attendance": WORDS["attendance_caption"],
    "person-turnover": WORDS["turnover_caption"],
    "dues-collected": WORDS["dues_caption"],
    "trust": WORDS["trust_caption"],
    "objectives": WORDS["objectives_caption"],
}
"""The captions of the plots on the page of an initiative, which does not compute them."""

BROAD = frozenset({"members", "objectives"})
"""The plots that are too small to read in a column."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of the dossier, drawn. Its table holds the same numbers for who cannot see it."""

    caption: str
    alt: str
    compressed: bytes
    """The SVG, by gzip. A picture holds no secret, so unlike a page it can be sent compressed."""
    table: Table
    note: str


class _NotDrawn(Exception):
    """The plots have to be drawn first."""


async def show(request: Request) -> Response:
    return await _drawing_in_turn(request, _page)


async def show_picture(request: Request) -> Response:
    return await _drawing_in_turn(request, _picture)


async def _drawing_in_turn(request: Request, answer: Callable[[Request, bool], Response]) -> Response:
    """Answer at once from plots that are drawn already; others are drawn for one initiative at a time.

    A page asks for all of its pictures at once: the first request draws them. The others wait without a thread of their
    own, so that pages without plots are answered meanwhile.
    """
    try:
        return await run_in_threadpool(answer, request, False)
    except _NotDrawn:
        async with site_of(request).drawing:
            return await run_in_threadpool(answer, request, True)


def _page(request: Request, may_draw: bool) -> Response:
    initiative = visible_initiative(request)
    name = view_of(request, initiative, "name", lambda: name_of(site_of(request).context, initiative))
    plots = _plots(request, initiative, may_draw)
    return page(request, "plots", initiative=initiative, whose=name, plots=plots, broad=BROAD)


def _picture(request: Request, may_draw: bool) -> Response:
    """Answer one plot as SVG. Where its facts give no number yet, the picture says so."""
    name, plots = request.path_params["plot"], _plots(request, visible_initiative(request), may_draw)
    if name not in plots and name not in PLOTTED:
        raise HTTPException(404)
    plot = plots.get(name)
    compressed = plot.compressed if plot else _empty(visitor_of(request).page_language)
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compressed, media_type="image/svg+xml", headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(compressed), media_type="image/svg+xml", headers=headers)


def _plots(request: Request, initiative: str, may_draw: bool) -> Mapping[str, Plot]:
    """Return the plots by name. They are drawn once, and again after a fact has changed.

    Raises:
        _NotDrawn: they may not be drawn now, and are not kept.
    """

    def draw() -> Mapping[str, Plot]:
        if not may_draw:
            raise _NotDrawn
        return _drawn(request, initiative)

    return view_of(request, initiative, ("plots", visitor_of(request).language), draw)


def _drawn(request: Request, initiative: str) -> Mapping[str, Plot]:
    # Start-up time: plots need matplotlib, and only dossiers have plots.
    from clusterflow.services.reports.dossier import dossier  # noqa: PLC0415

    made = dossier(site_of(request).context, initiative, language=visitor_of(request).language)
    drawn = ((figure.name.removeprefix("fig-"), figure) for figure in made.figures)
    return {
        name: Plot(
            figure.caption, made.plots[name].alt, gzip.compress(figure.svg.encode(), mtime=0), figure.table, figure.note
        )
        for name, figure in drawn
    }


def _empty(language: NoticeLanguage) -> bytes:
    text = escape(translated(TEXTS["plot_without_numbers"], language))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 60"><text x="160" y="34" text-anchor="middle" '
        f'font-family="sans-serif" font-size="12" fill="#4c5a67">{text}</text></svg>'
    )
    return gzip.compress(svg.encode(), mtime=0)
