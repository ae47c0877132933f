"""The page of an initiative."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from clusterflow.domain.access import Right
from clusterflow.services import access
from clusterflow.services.views.initiative import initiative_page
from clusterflow.web.render import page
from clusterflow.web.site import signed_in, site_of, visible_initiative, visitor_of


def show(request: Request) -> Response:
    initiative = visible_initiative(request)
    found = initiative_page(site_of(request).context, initiative, visitor_of(request).language)
    rights = access.rights_in(site_of(request).context, signed_in(request).id, initiative)
    return page(
        request, "initiative", status_=found.status, history=found.history, found=found,
        may_record=Right.RECORD in rights,
    )  # fmt: skip
