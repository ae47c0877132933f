"""The plots of an initiative: those of its dossier, each with its numbers, as pictures from an address of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from clusterflow.reports.html_page import Table
from clusterflow.services.views.initiative import name_of
from clusterflow.web.render import page
from clusterflow.web.site import site_of, view_of, visible_initiative, visitor_of


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of the dossier, drawn. Its table holds the same numbers for who cannot see it."""

    caption: str
    alt: str
    svg: bytes
    table: Table
    note: str


def show(request: Request) -> Response:
    initiative = visible_initiative(request)
    name = view_of(request, initiative, "name", lambda: name_of(site_of(request).context, initiative))
    return page(request, "plots", initiative=initiative, whose=name, plots=_plots(request, initiative))


def show_picture(request: Request) -> Response:
    """Answer one plot as SVG."""
    plot = _plots(request, visible_initiative(request)).get(request.path_params["plot"])
    if plot is None:
        raise HTTPException(404)
    return Response(plot.svg, media_type="image/svg+xml")


def _plots(request: Request, initiative: str) -> Mapping[str, Plot]:
    """Return the plots by name. They are drawn once, and again after a fact has changed."""
    language = visitor_of(request).language
    return view_of(request, initiative, ("plots", language), lambda: _drawn(request, initiative))


def _drawn(request: Request, initiative: str) -> Mapping[str, Plot]:
    # Start-up time: plots need matplotlib, and only dossiers have plots.
    from clusterflow.services.reports.dossier import dossier  # noqa: PLC0415

    made = dossier(site_of(request).context, initiative, language=visitor_of(request).language)
    drawn = ((figure.name.removeprefix("fig-"), figure) for figure in made.figures)
    return {
        name: Plot(figure.caption, made.plots[name].alt, figure.svg.encode(), figure.table, figure.note)
        for name, figure in drawn
    }
