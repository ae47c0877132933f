"""*Me*: language, time zone, digest day, channels, what was sent to me, my calendar, my API tokens, my sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.term_labels import WEEKDAY
from clusterflow.domain.text import NOTICE_LANGUAGES
from clusterflow.errors import Mistakes, NotPossible
from clusterflow.intake.record_forms.public_codes import time_zones
from clusterflow.services import api_tokens, calendar_feeds, profile
from clusterflow.web.render import page
from clusterflow.web.request import GUESSES_PER_CLIENT, Form, client_of, signed_in, site_of, visitor_of

ME_PAGE = "/me"
ACTOR = "web"


def show(request: Request) -> Response:
    return _page(request)


def change_preferences(request: Request, form: Form) -> Response:
    person = signed_in(request)
    values = {name: form.get(name, "").strip() or None for name in profile.PREFERENCES}
    try:
        profile.change_preferences(site_of(request).context, person.id, values, ACTOR)
    except Mistakes:
        # The page offers choices alone. Of what a program sends, the time zone is what can be mistaken.
        return _page(request, 422, form=form, mistakes={"timezone": "timezone_mistake"})
    return RedirectResponse(f"{ME_PAGE}#preferences", 303)


def change_channel(request: Request, form: Form) -> Response:
    """Add a channel, or change its address and rank."""
    person, context = signed_in(request), site_of(request).context
    _require_change_of_channels(request)
    channel, address = form.get("channel", ""), form.get("channel_address", "").strip() or None
    if channel not in profile.channel_names(context):
        return _page(request, 422, form=form, mistakes={"channel": "channel_mistake"})
    try:
        profile.change_channel(context, person.id, channel, address, form.get("rank") or 1, ACTOR)
    except Mistakes:
        return _page(request, 422, form=form, mistakes={"channel_address": "channel_address_mistake"})
    return RedirectResponse(f"{ME_PAGE}#channels", 303)


def remove_channel(request: Request, form: Form) -> Response:
    person, context = signed_in(request), site_of(request).context
    _require_change_of_channels(request)
    channel = form.get("channel", "")
    if channel in {c.channel for c in profile.channels_of_person(context, person.id)}:
        profile.remove_channel(context, person.id, channel, ACTOR)
    return RedirectResponse(f"{ME_PAGE}#channels", 303)


def new_calendar_address(request: Request, _: Form) -> Response:
    """Make the address of the calendar, or another one, and show it this once."""
    site, person = site_of(request), signed_in(request)
    secret = calendar_feeds.new_secret(site.context, person.id)
    return _page(request, feed=f"{site.context.settings.site}/calendars/{secret}.ics")


def remove_calendar_address(request: Request, _: Form) -> Response:
    calendar_feeds.remove(site_of(request).context, signed_in(request).id)
    return RedirectResponse(f"{ME_PAGE}#calendar", 303)


def new_token(request: Request, form: Form) -> Response:
    """Make a token for the JSON API, and show it this once."""
    person, name = signed_in(request), form.get("token_name", "").strip()
    if not name or len(name) > api_tokens.LONGEST_NAME:
        return _page(request, 422, form=form, mistakes={"token_name": "token_name_mistake"})
    try:
        token = api_tokens.new_token(site_of(request).context, person.id, name)
    except NotPossible:
        return _page(request, 422, form=form, mistakes={"token_name": "too_many_tokens"})
    return _page(request, new_token=token)


def revoke_token(request: Request, form: Form) -> Response:
    api_tokens.revoke(site_of(request).context, signed_in(request).id, form.get("token_id", ""))
    return RedirectResponse(f"{ME_PAGE}#tokens", 303)


def calendar(request: Request) -> Response:
    """A person's calendar, for a calendar program: it cannot sign in, so the address is the secret."""
    site = site_of(request)
    site.check_rate(GUESSES_PER_CLIENT, "calendars", client_of(request))
    content = calendar_feeds.feed(site.context, request.path_params["secret"])
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="text/calendar; charset=utf-8")


def _require_change_of_channels(request: Request) -> None:
    if not profile.may_change_channels(site_of(request).context):
        raise HTTPException(404)


def _page(
    request: Request,
    status: int = 200,
    form: Form | None = None,
    mistakes: Mapping[str, str] | None = None,
    **shown_once: str,
) -> Response:
    person, context = signed_in(request), site_of(request).context
    before = request.query_params.get("before", "")
    notices, older = profile.notices_of(context, person.id, int(before) if _is_number(before) else None)
    facts: dict[str, Any] = {
        "languages": NOTICE_LANGUAGES,
        "weekdays": tuple(WEEKDAY),
        "time_zones": time_zones(visitor_of(request).page_language),
        "channels": profile.channels_of_person(context, person.id),
        "channel_names": profile.channel_names(context),
        "may_change_channels": profile.may_change_channels(context),
        "feed_since": calendar_feeds.created_at(context, person.id),
        "tokens": api_tokens.tokens_of(context, person.id),
        "notices": notices,
        "older": older,
        "feed": None,
        "new_token": None,
    }
    form = form or {name: getattr(person, name) or "" for name in profile.PREFERENCES}
    return page(request, "me", status, form=form, mistakes=mistakes or {}, **{**facts, **shown_once})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
