"""Builds the site: its addresses, its headers, and its answers to errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from clusterflow.errors import Conflict, NotPossible, UnknownName
from clusterflow.services.context import Context
from clusterflow.services.notifications.pages import GATE_PAGE, INITIATIVE_PAGE, WORK_PAGE
from clusterflow.web import gate, initiative, me, office, office_pages, sign_in, single_sign_on, work
from clusterflow.web.addresses import KnownCharacters
from clusterflow.web.api.routes import api
from clusterflow.web.fact_routes import fact_routes
from clusterflow.web.headers import HEADERS, SecurityHeaders
from clusterflow.web.render import FOLDER, page
from clusterflow.web.request import NotSignedIn, Site, post, short, to_sign_in
from clusterflow.web.texts import TEXTS


def build_app(context: Context) -> Starlette:
    """Build the site on an opened context."""
    site = Site(context)
    app = Starlette(
        routes=[
            Route(WORK_PAGE, short(work.show)),
            Route("/sign-in", sign_in.show),
            post("/sign-in", sign_in.send_link),
            Route("/sign-in/{secret}", sign_in.show_button),
            post("/sign-in/{secret}", sign_in.begin_session),
            post("/sign-out", sign_in.end_session),
            post("/sign-out-everywhere", sign_in.end_all_sessions),
            Route(INITIATIVE_PAGE, short(initiative.show)),
            Route(GATE_PAGE, short(gate.show)),
            post(GATE_PAGE, gate.vote),
            post(f"{GATE_PAGE}/review", gate.request_review),
            post(f"{GATE_PAGE}/code", gate.send_code),
            Route(me.ME_PAGE, short(me.show)),
            post(f"{me.ME_PAGE}/preferences", me.change_preferences),
            post(f"{me.ME_PAGE}/channels", me.change_channel),
            post(f"{me.ME_PAGE}/channels/remove", me.remove_channel),
            post(f"{me.ME_PAGE}/calendar", me.new_calendar_address),
            post(f"{me.ME_PAGE}/calendar/remove", me.remove_calendar_address),
            post(f"{me.ME_PAGE}/tokens", me.new_token),
            post(f"{me.ME_PAGE}/tokens/revoke", me.revoke_token),
            Route("/calendars/{secret}.ics", me.calendar),
            Route(office.OFFICE_PAGE, office.show),
            post(f"{office.OFFICE_PAGE}/letters", office.resend),
            Route(f"{office.OFFICE_PAGE}/submissions/{{number}}", office.show_refusal),
            post(f"{office.OFFICE_PAGE}/submissions/{{number}}", office.retry),
            Route(f"{office.OFFICE_PAGE}/people", office_pages.show_people),
            Route(f"{office.OFFICE_PAGE}/notices", office_pages.show_notices),
            Route(f"{office.OFFICE_PAGE}/enrolment", office.show_enrolment),
            post(f"{office.OFFICE_PAGE}/enrolment", office.enrol),
            api(),
            *fact_routes(),
            Route(single_sign_on.SIGN_ON_PAGE, single_sign_on.depart),
            Route(single_sign_on.CALLBACK, single_sign_on.arrive),
            Route("/health", _health),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        middleware=[Middleware(SecurityHeaders, secure=site.secure), Middleware(KnownCharacters)],
        exception_handlers={
            HTTPException: _http_error,
            NotSignedIn: to_sign_in,
            UnknownName: _unknown,
            NotPossible: _not_possible,
            Conflict: _conflict,
            Exception: _failure,
        },
    )
    app.state.site = site
    return app


def _health(request: Request) -> Response:
    """Answer a monitor; nothing is looked up."""
    return PlainTextResponse("ok")


KNOWN = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.FORBIDDEN: "old_form",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not_found",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many",
    HTTPStatus.CONFLICT: "conflict",
}
"""The text of each error page; ``texts`` has its title and what to do."""


async def _http_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for it alone
    response = await _error(request, problem.status_code)
    response.headers.update(problem.headers or {})
    return response


async def _unknown(request: Request, _: Exception) -> Response:
    return await _error(request, HTTPStatus.NOT_FOUND)


async def _not_possible(request: Request, _: Exception) -> Response:
    return await _error(request, HTTPStatus.CONFLICT)


async def _conflict(request: Request, _: Exception) -> Response:
    return await _error(request, HTTPStatus.CONFLICT)


async def _failure(request: Request, _: Exception) -> Response:
    """Answer a failure of ours: in plain text if even the page fails, because the database may be what failed."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    response: Response
    try:
        response = await _error(request, status)
    except Exception:
        texts = TEXTS["failure_title"], TEXTS["failure_advice"]
        response = PlainTextResponse("\n".join(". ".join((t.es, t.en)) for t in texts), status)
    # Starlette answers failures outside of all other layers, so the headers are added here.
    response.headers.update({**HEADERS, "Cache-Control": "no-store"})
    return response


async def _error(request: Request, status: int) -> Response:
    name = KNOWN.get(HTTPStatus(status), "failure")
    facts: dict[str, Any] = {"title": f"{name}_title", "advice": f"{name}_advice"}
    return await run_in_threadpool(page, request, "error", status, **facts)
