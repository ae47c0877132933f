"""*Office*: the people and their roles, and the preview of notices."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from clusterflow.domain.access import RIGHTS, Right
from clusterflow.services import access
from clusterflow.services.views.people import people_of_office
from clusterflow.web.office import staff_of_office
from clusterflow.web.render import page
from clusterflow.web.request import PREVIEWS_PER_PERSON, page_number, site_of

PATIENCE_SECONDS = 2.0
"""How long a preview waits for another one to end."""

DAYS = (1, 3, 7, 14, 31)


def show_people(request: Request) -> Response:
    """Show who holds what in the office's initiatives. Roles are given and ended on the pages of facts."""
    person, context = staff_of_office(request), site_of(request).context
    search = request.query_params.get("search", "")[:100]
    return page(
        request, "office_people", found=people_of_office(context, person, search, page_number(request)), search=search,
        rights=tuple(Right), table=RIGHTS, administers=access.is_administrator(context, person),
    )  # fmt: skip


def show_notices(request: Request) -> Response:
    """Show what would be sent in the next days. A button asks for it, because it works on a copy of the database."""
    person, site = staff_of_office(request), site_of(request)
    wanted = request.query_params.get("days", "")
    days = int(wanted) if wanted in {str(number) for number in DAYS} else None
    messages = None
    if days is not None:
        site.check_rate(PREVIEWS_PER_PERSON, "previews", person)
        # Who waited here for the previews of others would hold a thread that pages need.
        if not site.preview.acquire(timeout=PATIENCE_SECONDS):
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "60"})
        try:
            # Start-up time: no other page needs what makes notices.
            from clusterflow.services.notifications.office_preview import preview_of_office  # noqa: PLC0415

            messages = preview_of_office(site.context, person, days)
        finally:
            site.preview.release()
    return page(request, "office_notices", days=days, choices=DAYS, messages=messages)
