"""The page of an initiative."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from clusterflow.domain.access import Right
from clusterflow.services import dues
from clusterflow.services.views.initiative import initiative_page
from clusterflow.web.plots import BROAD, CAPTIONS
from clusterflow.web.render import page
from clusterflow.web.request import rights_of_visitor, signed_in, site_of, view_of, visible_initiative, visitor_of


def show(request: Request) -> Response:
    initiative = visible_initiative(request)
    context, language, person = site_of(request).context, visitor_of(request).page_language, signed_in(request).id
    found = view_of(
        request, initiative, ("initiative", language), lambda: initiative_page(context, initiative, language)
    )
    members = view_of(
        request, initiative, ("dues of", person), lambda: dues.visible_members(context, person, initiative)
    )
    rights = rights_of_visitor(request)
    return page(
        request, "initiative", status_=found.status, history=found.history, found=found,
        may_record=Right.RECORD in rights, sees_dues=members is None or bool(members),
        plots={name: CAPTIONS[name] for name in found.plots}, broad=BROAD,
    )  # fmt: skip


def download_dossier(request: Request) -> Response:
    """Answer the dossier as a file: its page has styles of its own, which the policy of the site does not allow."""
    # Start-up time: plots need matplotlib, and only dossiers have plots.
    from clusterflow.services.reports.dossier import dossier  # noqa: PLC0415

    initiative = visible_initiative(request)
    made = dossier(site_of(request).context, initiative, language=visitor_of(request).language)
    name = f"{initiative}-{made.as_of}.html"
    return Response(
        made.html, media_type="text/html", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
