"""*My work*: the gates that wait for the reader, and the reader's initiatives."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from clusterflow.services.views.work import PAGE, work_of
from clusterflow.web.render import page
from clusterflow.web.site import is_staff, signed_in, site_of, visitor_of


def show(request: Request) -> Response:
    person = signed_in(request)
    wanted = request.query_params.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
    site = site_of(request)
    work = work_of(site.context, person.id, visitor_of(request).language, number, site.views)
    return page(request, "work", work=work, is_staff=is_staff(request), pages=max(1, -(-work.total // PAGE)))
