"""The attendance of a meeting as one sheet: quick with a thumb on a telephone."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.access import Right
from clusterflow.services.facts.attendance import AttendanceSheet, SheetOutcome, sheet_of, take
from clusterflow.services.views.initiative import name_of
from clusterflow.web.facts import author_of, form_key
from clusterflow.web.render import page
from clusterflow.web.request import Form, site_of, visible_initiative

ANSWER, FOR = "answer.", "for."


def show(request: Request) -> Response:
    initiative = visible_initiative(request, Right.RECORD)
    return _page(request, initiative, _sheet(request, initiative))


def save(request: Request, form: Form) -> Response:
    """Record the sheet. Where somebody else answered meanwhile, both answers are shown, and nothing is recorded."""
    initiative = visible_initiative(request, Right.RECORD)
    sheet = _sheet(request, initiative)
    pairs = (part.rpartition("=") for part in form.get("entries", "").split())
    entries = {person: int(entry) for person, _, entry in pairs if entry.isascii() and entry.isdigit()}
    done = take(
        site_of(request).context, author_of(request, initiative), sheet,
        {one.person: form.get(ANSWER + one.person, "") for one in sheet.people},
        {one.person: form.get(FOR + one.person, "") for one in sheet.people},
        entries, form_key(form),
    )  # fmt: skip
    if done.mistakes or done.changed:
        return _page(request, initiative, sheet, form, done)
    return RedirectResponse(f"{request.url.path}?saved={done.recorded}", 303)


def _sheet(request: Request, initiative: str) -> AttendanceSheet:
    return sheet_of(site_of(request).context, initiative, request.path_params["meeting"])


def _page(
    request: Request,
    initiative: str,
    sheet: AttendanceSheet,
    form: Form | None = None,
    done: SheetOutcome | None = None,
) -> Response:
    saved = request.query_params.get("saved", "")
    return page(
        request, "attendance", 200 if done is None else 409 if done.changed else 422, base=f"/initiatives/{initiative}",
        whose=name_of(site_of(request).context, initiative), sheet=sheet, form=form or {}, done=done or SheetOutcome(),
        key=secrets.token_hex(16), saved=saved if saved.isascii() and saved.isdigit() else "",
    )  # fmt: skip
