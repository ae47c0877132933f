"""The dues of an initiative: what is invoiced, paid and owed, each invoice as a page that prints, and payments."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.access import Right
from clusterflow.domain.number_style import numbers_of
from clusterflow.errors import NotPossible
from clusterflow.services import access, dues
from clusterflow.services.views.dues import (
    InvoicePage,
    PaymentOutcome,
    Shown,
    dues_page,
    invoice_page,
    record_payment,
)
from clusterflow.services.views.initiative import name_of
from clusterflow.web.facts import author_of, form_key
from clusterflow.web.render import page
from clusterflow.web.request import Form, page_number, signed_in, site_of, visible_initiative, visitor_of


def show(request: Request) -> Response:
    """Show the dues of a year: all of them to those who may see them, to others those of their own organisations."""
    initiative = visible_dues(request)
    query, language, person = request.query_params, visitor_of(request).language, signed_in(request)
    context = site_of(request).context
    shown = query.get("show", "")
    found = dues_page(
        context, person.id, initiative, language, _year(query.get("year", "")),
        Shown(shown) if shown in set(Shown) else Shown.ALL, query.get("q", "")[:100], page_number(request),
    )  # fmt: skip
    chosen = {"year": str(found.plan.year), "show": shown if shown in set(Shown) else "", "q": query.get("q", "")[:100]}
    with numbers_of(language, found.country):
        return page(
            request, "dues", base=f"/initiatives/{initiative}", whose=name_of(context, initiative), found=found,
            chosen=chosen, may_record=Right.RECORD in access.rights_in(context, person.id, initiative),
            states=tuple(Shown), key=secrets.token_hex(16), issued=_number(query.get("issued", "")),
            link=lambda **more: "?" + urlencode({k: v for k, v in {**chosen, **more}.items() if v}),
        )  # fmt: skip


def issue(request: Request, form: Form) -> Response:
    """Issue the invoices of a year that are to be issued."""
    initiative = visible_initiative(request, Right.RECORD)
    context, year = site_of(request).context, _year(form.get("year", ""))
    done = dues.issue(context, initiative, year, signed_in(request).id)
    return RedirectResponse(f"/initiatives/{initiative}/dues?year={done.year}&issued={done.issued}", 303)


def show_invoice(request: Request) -> Response:
    initiative = visible_dues(request)
    found = _invoice(request, initiative)
    context = site_of(request).context
    may_record = Right.RECORD in access.rights_in(context, signed_in(request).id, initiative)
    with numbers_of(visitor_of(request).language, found.country):
        return page(
            request, "invoice", base=f"/initiatives/{initiative}", whose=name_of(context, initiative), found=found,
            may_record=may_record,
        )  # fmt: skip


def show_payment(request: Request) -> Response:
    initiative = visible_initiative(request, Right.RECORD)
    found = _invoice(request, initiative)
    filled = {"amount": str(found.owed).split()[0], "valid_from": str(found.today)} if found.owed.minor else {}
    return _payment(request, initiative, found, filled)


def pay(request: Request, form: Form) -> Response:
    """Record a payment, or show the form again with what was typed and what is wrong."""
    initiative = visible_initiative(request, Right.RECORD)
    found = _invoice(request, initiative)
    try:
        done = record_payment(
            site_of(request).context, author_of(request, initiative), found, form, form_key(form)
        )  # fmt: skip
    except NotPossible:
        raise HTTPException(HTTPStatus.CONFLICT) from None
    if done.recorded:
        return RedirectResponse(f"/initiatives/{initiative}/dues/{found.invoice.id}", 303)
    return _payment(request, initiative, _invoice(request, initiative), form, done)


def _payment(
    request: Request, initiative: str, found: InvoicePage, form: Form, done: PaymentOutcome | None = None
) -> Response:
    status = 200 if done is None else HTTPStatus.CONFLICT if done.changed else HTTPStatus.UNPROCESSABLE_ENTITY
    with numbers_of(visitor_of(request).language, found.country):
        return page(
            request, "payment", status, base=f"/initiatives/{initiative}", form=form, found=found,
            whose=name_of(site_of(request).context, initiative), done=done or PaymentOutcome(),
            key=secrets.token_hex(16),
        )  # fmt: skip


def _invoice(request: Request, initiative: str) -> InvoicePage:
    context, person = site_of(request).context, signed_in(request).id
    return invoice_page(context, person, initiative, request.path_params["invoice"], visitor_of(request).language)


def visible_dues(request: Request) -> str:
    """The initiative of the address, if the visitor may see dues in it: all of them, or those of a member.

    Raises:
        HTTPException: 404.
    """
    initiative, context = visible_initiative(request), site_of(request).context
    if dues.visible_members(context, signed_in(request).id, initiative) == frozenset():
        return visible_initiative(request, Right.DUES)
    return initiative


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 and "1900" <= text <= "2999" else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
