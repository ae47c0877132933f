"""*My work*: the gates that wait for the reader, and the reader's initiatives."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from clusterflow.services.views.work import PAGE, work_of
from clusterflow.web.render import page
from clusterflow.web.request import is_staff, page_number, signed_in, site_of, visitor_of


def show(request: Request) -> Response:
    person = signed_in(request)
    site = site_of(request)
    work = work_of(site.context, person.id, visitor_of(request).language, page_number(request), site.views)
    return page(request, "work", work=work, is_staff=is_staff(request), pages=max(1, -(-work.total // PAGE)))
