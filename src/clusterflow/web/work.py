"""*My work*: the gates that wait for the reader, and the reader's initiatives."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from clusterflow.reports.translations import mistake_text
from clusterflow.services.views.work import PAGE, work_of
from clusterflow.web.render import page
from clusterflow.web.request import page_number, signed_in, site_of, visitor_of


def show(request: Request) -> Response:
    person = signed_in(request)
    site = site_of(request)
    language = visitor_of(request).language
    work = work_of(site.context, person.id, language, page_number(request), site.views)
    submissions = [(one, [mistake_text(m, language) for m in one.refusal.mistakes]) for one in work.submissions]
    return page(request, "work", work=work, submissions=submissions, pages=max(1, -(-work.total // PAGE)))
