"""The facts of an initiative: lists, one fact with its trace, and forms to enter, correct, end and withdraw."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.access import Right
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.services.facts import listing, recording
from clusterflow.services.facts.permission import is_administrator, may_record, recordable
from clusterflow.services.facts.recording import Author, FactVersion, Outcome
from clusterflow.services.views.initiative import name_of
from clusterflow.web.fact_form import GROUPS, form_facts
from clusterflow.web.render import page
from clusterflow.web.request import Form, signed_in, site_of, view_of, visible_initiative, visitor_of

SHARED_PLACE = "/registry"
_KEY = re.compile("[0-9a-f]{32}")


def place_of(request: Request) -> str:
    """The initiative whose facts the address is about, or the registry, which only administrators see as a whole.

    Raises:
        HTTPException: 404 for everybody else.
    """
    if "initiative" in request.path_params:
        return visible_initiative(request, Right.RECORD)
    if not is_administrator(site_of(request).context, signed_in(request).id):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return REGISTRY


def base_of(initiative: str) -> str:
    return SHARED_PLACE if initiative == REGISTRY else f"/initiatives/{initiative}"


def record_of(request: Request, initiative: str) -> str:
    """The record type of the address, if the visitor may record it here."""
    record = str(request.path_params["record"])
    fits = record in RECORDS and not (initiative == REGISTRY and RECORDS[record].of_initiative)
    if not fits or not may_record(site_of(request).context, signed_in(request).id, initiative, record):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return record


def author_of(request: Request, initiative: str) -> Author:
    return Author(signed_in(request).id, initiative, visitor_of(request).language)


def show_types(request: Request) -> Response:
    """Show what can be recorded, with the number of facts of each type."""
    initiative, context = place_of(request), site_of(request).context
    allowed = recordable(context, signed_in(request).id, initiative)
    groups = [(title, [r for r in records if r in allowed and _belongs(r, initiative)]) for title, records in GROUPS]
    own = [r for _, records in groups for r in records if RECORDS[r].of_initiative or initiative == REGISTRY]
    counted = listing.counted(context, initiative, own)
    return page(
        request, "facts", base=base_of(initiative), whose=name_of(context, initiative), counted=counted,
        groups=[(title, records) for title, records in groups if records], is_registry=initiative == REGISTRY,
    )  # fmt: skip


def _belongs(record: str, initiative: str) -> bool:
    shared = record in ("organisation", "person", "representation")
    return not RECORDS[record].of_initiative if initiative == REGISTRY else RECORDS[record].of_initiative or shared


def show_list(request: Request) -> Response:
    """Show one page of the facts of a type."""
    initiative = place_of(request)
    record, context, parameters = record_of(request, initiative), site_of(request).context, request.query_params
    language = visitor_of(request).language
    fields = {f.name: f for f in listing.fields_of(record)}
    chosen = {
        n: v for n, f in fields.items() if (v := parameters.get(n)) and (f.choices or f.reference or _is_flag(f, v))
    }
    state = parameters.get("state", "current")
    sort = parameters.get("sort") if parameters.get("sort") in fields else None
    query = listing.facts_query(
        context, signed_in(request).id, initiative, record,
        state=listing.FactState(state) if state in set(listing.FactState) else listing.FactState.CURRENT,
        search=parameters.get("q", "")[:100], sort=sort, descending=parameters.get("order") == "down",
        where={n: v == "true" if v in ("true", "false") and not fields[n].choices else v for n, v in chosen.items()},
    )  # fmt: skip
    found = view_of(
        request, initiative, ("facts", record, signed_in(request).id, language, str(parameters)),
        lambda: listing.table(context, query, language, parameters.get("after"), parameters.get("before")),
    )  # fmt: skip
    shown = {k: v for k, v in {"q": query.search, "state": query.state.value, **chosen}.items() if v}
    return page(
        request, "fact_list", base=base_of(initiative), whose=name_of(context, initiative), record=record, found=found,
        fields=fields, chosen=chosen, query=query, with_states=not listing.is_happening(record), shown=shown,
        filters=[f for f in fields.values() if f.choices],
        link=lambda **more: "?" + urlencode({k: v for k, v in {**shown, **more}.items() if v}),
    )  # fmt: skip


def _is_flag(one: listing.FormField, value: str) -> bool:
    return one.kind is listing.Kind.YES_NO and value in ("true", "false")


def show_fact(request: Request) -> Response:
    initiative = place_of(request)
    record, context = record_of(request, initiative), site_of(request).context
    author, version = author_of(request, initiative), _version(request, initiative, record)
    query = listing.facts_query(context, author.person, initiative, record)
    return page(
        request, "fact", base=base_of(initiative), whose=name_of(context, initiative), record=record, version=version,
        title=listing.called(context, query, version.record, author.language),
        cells=listing.all_cells(context, query, version.record, author.language),
        fields={f.name: f for f in listing.fields_of(record)},
        versions=listing.trace(context, query, version.record, author.language),
        holds=version.superseded_by is None and not version.retracted,
        doubts=recording.doubts_about(context, version.record, author.language),
        is_happening=listing.is_happening(record), key=secrets.token_hex(16), today=query.on,
    )  # fmt: skip


def show_new(request: Request) -> Response:
    initiative = place_of(request)
    record = record_of(request, initiative)
    known = {f.name for f in listing.fields_of(record)}
    filled = {n: v[:300] for n, v in request.query_params.items() if n.partition(".")[0] in known}
    return _form_page(request, initiative, record, filled)


def enter(request: Request, form: Form) -> Response:
    initiative = place_of(request)
    record, context = record_of(request, initiative), site_of(request).context
    done = recording.enter(context, author_of(request, initiative), record, form, form_key(form))
    if done.entry is not None or done.repeated:
        return _done(initiative, record, done)
    return _form_page(request, initiative, record, form, done)


def _done(initiative: str, record: str, done: Outcome) -> Response:
    """Lead to the fact, or to the list where the same form was sent before."""
    of_type = f"{base_of(initiative)}/facts/{record}"
    return RedirectResponse(of_type if done.entry is None else f"{of_type}/{done.entry}", 303)


def show_correction(request: Request) -> Response:
    initiative = place_of(request)
    record = record_of(request, initiative)
    version = _version(request, initiative, record)
    values = recording.form_values(version.record, visitor_of(request).language)
    return _form_page(request, initiative, record, values, version=version)


def correct(request: Request, form: Form) -> Response:
    """Correct a fact. Where somebody else changed it meanwhile, both are shown, and the author chooses."""
    initiative = place_of(request)
    record, context = record_of(request, initiative), site_of(request).context
    version = _version(request, initiative, record)
    agreed = form.get("replaces", "")
    replaces = int(agreed) if agreed.isascii() and agreed.isdigit() and len(agreed) < 16 else version.entry
    done = recording.correct(context, author_of(request, initiative), version, form, replaces, form_key(form))
    if done.entry is not None:
        return _done(initiative, record, done)
    return _form_page(request, initiative, record, form, done, version)


def end(request: Request, form: Form) -> Response:
    initiative = place_of(request)
    record, context = record_of(request, initiative), site_of(request).context
    version, author = _version(request, initiative, record), author_of(request, initiative)
    text = form.get("valid_to", "")
    done = recording.end(context, author, version, text, form_key(form))
    values = {**recording.form_values(version.record, author.language), "valid_to": text}
    return _after(request, initiative, record, done, values, version)


def withdraw(request: Request, form: Form) -> Response:
    initiative = place_of(request)
    record, context = record_of(request, initiative), site_of(request).context
    version, author = _version(request, initiative, record), author_of(request, initiative)
    done = recording.withdraw(context, author, version, form_key(form))
    return _after(request, initiative, record, done, recording.form_values(version.record, author.language), version)


def _after(
    request: Request, initiative: str, record: str, done: Outcome, values: Form, version: FactVersion
) -> Response:
    if done.entry is not None:
        return _done(initiative, record, done)
    return _form_page(request, initiative, record, values, done, version)


def _version(request: Request, initiative: str, record: str) -> FactVersion:
    context = site_of(request).context
    number = str(request.path_params["entry"])
    entry = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    version = recording.version_of(context, author_of(request, initiative), record, entry)
    if version is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return version


def form_key(form: Form) -> str | None:
    """The idempotency key of a form."""
    key = form.get("key", "")
    return f"web-{key}" if _KEY.fullmatch(key) else None


def _form_page(
    request: Request,
    initiative: str,
    record: str,
    values: Mapping[str, str],
    done: Outcome | None = None,
    version: FactVersion | None = None,
) -> Response:
    """Show a form: with all that was typed, each mistake at its field, and both facts where two people changed it."""
    context, author = site_of(request).context, author_of(request, initiative)
    status = 200 if done is None else 409 if done.other is not None else 422
    return page(
        request, "fact_form", status, base=base_of(initiative), whose=name_of(context, initiative), record=record,
        form=values, version=version, key=secrets.token_hex(16), done=done or Outcome(),
        **form_facts(context, author, record, values, version, done, visitor_of(request).page_language),
    )  # fmt: skip
