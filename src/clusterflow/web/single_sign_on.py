"""Signing in with the office's OpenID provider: to the provider, and back."""

from __future__ import annotations

import logging
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.errors import NotPossible
from clusterflow.services import sign_in, single_sign_on
from clusterflow.web.render import page
from clusterflow.web.request import GUESSES_PER_CLIENT, Site, client_of, site_of
from clusterflow.web.sign_in import own_path

logger = logging.getLogger(__name__)

SIGN_ON_PAGE = "/sign-on"
CALLBACK = f"{SIGN_ON_PAGE}/callback"


def depart(request: Request) -> Response:
    site, destination = site_of(request), own_path(request.query_params.get("next", "/"))
    if not single_sign_on.is_offered(site.context):
        return _failed(request)
    try:
        to = single_sign_on.depart(site.context, _callback(site))
    except NotPossible as problem:
        logger.warning("%s", problem)
        return _failed(request)
    response = RedirectResponse(to.address, 303)
    site.set_cookie(response, _cookie(site), f"{to.state}{destination}")
    return response


def arrive(request: Request) -> Response:
    """Begin a session, if the browser is the one that departed. Nobody can be led into the session of another."""
    site, query = site_of(request), request.query_params
    site.check_rate(GUESSES_PER_CLIENT, "sign-on", client_of(request))
    state, slash, path = request.cookies.get(_cookie(site), "").partition("/")
    returned = query.get("state", "")
    if not state or not secrets.compare_digest(state.encode(), returned.encode()) or "code" not in query:
        return _failed(request)
    try:
        person = single_sign_on.arrive(site.context, _callback(site), state, query["code"])
    except NotPossible as problem:
        logger.warning("%s", problem)
        person = None
    if person is None:
        return _failed(request)
    response = RedirectResponse(own_path(f"{slash}{path}"), 303)
    site.set_cookie(response, site.session_cookie, sign_in.begin_session(site.context, person.id))
    for used in (site.form_cookie, _cookie(site)):
        site.delete_cookie(response, used)
    return response


def _callback(site: Site) -> str:
    return f"{site.context.settings.site}{CALLBACK}"


def _cookie(site: Site) -> str:
    return f"{site.session_cookie}-state"


def _failed(request: Request) -> Response:
    site = site_of(request)
    response = page(request, "error", 403, title="sign_on_failed_title", advice="sign_on_failed_advice")
    site.delete_cookie(response, _cookie(site))
    return response
