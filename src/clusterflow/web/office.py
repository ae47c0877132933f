"""*Office*: the portfolio, what waits for the staff, and the enrolment of initiatives. Others get a 404.

A refused submission is corrected by everybody who records facts of its initiatives.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.intake.record_forms.public_codes import countries, time_zones
from clusterflow.reports.translations import mistake_text
from clusterflow.rules.stage_progress import Wait
from clusterflow.services import access
from clusterflow.services.notifications import dead_letters
from clusterflow.services.notifications.pages import WORK_PAGE
from clusterflow.services.views import office, refused_submissions
from clusterflow.web.render import page
from clusterflow.web.request import Form, is_staff, page_number, signed_in, site_of, visitor_of

OFFICE_PAGE = "/office"
ACTOR = "web"
FIELDS = ("id", "name", "country", "office", "place", "sector", "timezone")
_KEY = re.compile("[0-9a-f]{32}")


def show(request: Request) -> Response:
    person, context = staff_of_office(request), site_of(request).context
    query, language = request.query_params, visitor_of(request).language
    waits = query.get("waits", "")
    wanted = office.BoardFilter(
        model=query.get("model", "")[:64],
        search=query.get("search", "")[:200],
        waits=waits if waits == office.OVERDUE or waits in set(Wait) else "",
    )
    found = office.board(context, person, language, wanted, page_number(request), site_of(request).boards)
    refused = refused_submissions.refusals(context, person)
    return page(
        request,
        "office",
        board=found,
        pages=max(1, -(-found.total // office.PAGE)),
        wanted=wanted,
        waits=tuple(Wait),
        link=lambda number: "?" + urlencode({"page": number, **{k: v for k, v in wanted.model_dump().items() if v}}),
        letters=dead_letters.dead_letters_of_office(context, person),
        refusals=[(one, [mistake_text(m, language) for m in one.mistakes]) for one in refused],
        offices=access.offices_of(context, person),
        administers=access.is_administrator(context, person),
    )


def resend(request: Request, form: Form) -> Response:
    person = staff_of_office(request)
    with suppress(Mistakes):  # its gate closed meanwhile: the page says so
        dead_letters.resend_by_office(site_of(request).context, person, _number(form.get("number", "")), ACTOR)
    return RedirectResponse(f"{OFFICE_PAGE}#letters", 303)


def show_refusal(request: Request) -> Response:
    return _refusal(request)


def retry(request: Request, form: Form) -> Response:
    """Record a corrected submission, or show what is still wrong with it."""
    person, number, text = signed_in(request).id, _number(request.path_params["number"]), form.get("text", "")
    try:
        refused_submissions.retry(site_of(request).context, person, number, text, ACTOR)
    except Mistakes as found:
        language = visitor_of(request).language
        return _refusal(request, text, [mistake_text(m, language) for m in found.mistakes])
    return RedirectResponse(f"{OFFICE_PAGE}#refusals" if is_staff(request) else WORK_PAGE, 303)


def show_enrolment(request: Request) -> Response:
    return _enrolment(request)


def enrol(request: Request, form: Form) -> Response:
    person, context = staff_of_office(request), site_of(request).context
    fields = {name: form.get(name, "").strip() for name in FIELDS}
    mistakes = {n: f"{n}_missing" for n in ("id", "name", "country", "office") if not fields[n]}
    if form.get("model", "") not in dict(office.model_choices(context, visitor_of(request).language)):
        mistakes["model"] = "model_missing"
    if mistakes:
        return _enrolment(request, form, mistakes)
    key = form.get("key", "")
    try:
        done = office.enrol(
            context, person, fields, form["model"], ACTOR, f"web-{key}" if _KEY.fullmatch(key) else None
        )
    except Mistakes as found:
        language = visitor_of(request).language
        return _enrolment(request, form, {}, [mistake_text(m, language) for m in found.mistakes])
    except NotPossible:
        return _enrolment(request, form, {"id": "id_taken"})
    return RedirectResponse(f"/initiatives/{done.initiative}", 303)


def staff_of_office(request: Request) -> str:
    """Return the visitor, if they work for an office.

    Raises:
        HTTPException: 404.
    """
    person = signed_in(request).id
    if not access.is_staff(site_of(request).context, person):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return person


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return int(text)


def _refusal(request: Request, text: str | None = None, mistakes: list[str] | None = None) -> Response:
    person, number = signed_in(request).id, _number(request.path_params["number"])
    found = next((r for r in refused_submissions.refusals(site_of(request).context, person) if r.id == number), None)
    if found is None:
        raise UnknownName("refused submission", str(number))
    language = visitor_of(request).language
    return page(
        request,
        "refusal",
        HTTPStatus.UNPROCESSABLE_ENTITY if mistakes else 200,
        refusal=found,
        text=found.payload if text is None else text,
        is_short=len(found.payload) <= refused_submissions.LONGEST_PAYLOAD,
        problems=mistakes or [mistake_text(m, language) for m in found.mistakes],
    )


def _enrolment(
    request: Request,
    form: Form | None = None,
    mistakes: Mapping[str, str] | None = None,
    problems: list[str] | None = None,
) -> Response:
    person, context = staff_of_office(request), site_of(request).context
    return page(
        request,
        "enrolment",
        HTTPStatus.UNPROCESSABLE_ENTITY if form else 200,
        form=form or {},
        mistakes=mistakes or {},
        problems=problems or [],
        offices=access.offices_of(context, person),
        models=dict(office.model_choices(context, visitor_of(request).language)),
        countries=countries(visitor_of(request).page_language),
        time_zones=time_zones(visitor_of(request).page_language),
        key=secrets.token_hex(16),
    )
