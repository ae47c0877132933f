"""Signing in and out. A link alone changes nothing: mail scanners follow links, so only the button signs in."""

from __future__ import annotations

import logging
import re

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.text import NoticeLanguage
from clusterflow.services import sign_in, single_sign_on
from clusterflow.web.language import preferred_language
from clusterflow.web.render import page
from clusterflow.web.request import (
    GUESSES_PER_CLIENT,
    LINKS_PER_ADDRESS,
    LINKS_PER_CLIENT,
    Form,
    Site,
    client_of,
    signed_in,
    site_of,
    visitor_of,
)

logger = logging.getLogger(__name__)

LONGEST_ADDRESS = 254
_PATH = re.compile(r"/(?!/)[A-Za-z0-9._~/-]*")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def own_path(text: str) -> str:
    """The path of one of our pages; the first page in the place of anything else, so that no link leads elsewhere."""
    return text if len(text) <= 300 and _PATH.fullmatch(text) else "/"


def show(request: Request) -> Response:
    destination = own_path(request.query_params.get("next", "/"))
    if visitor_of(request).person is not None:
        return RedirectResponse(destination, 303)
    return page(request, "sign_in", address="", destination=destination, mistake=None, **_offer(request))


def _offer(request: Request) -> dict[str, bool]:
    return {"sign_on": single_sign_on.is_offered(site_of(request).context)}


def send_link(request: Request, form: Form) -> Response:
    """Mail a link. The answer is the same, and as fast, whether or not somebody has the address."""
    site, address = site_of(request), form.get("address", "").strip()
    destination = own_path(form.get("next", "/"))
    if not _ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        return page(
            request,
            "sign_in",
            422,
            address=address,
            destination=destination,
            mistake="address_mistake",
            **_offer(request),
        )
    site.check_rate(LINKS_PER_CLIENT, "links of a client", client_of(request))
    site.check_rate(LINKS_PER_ADDRESS, "links to an address", address.casefold())
    preferred = preferred_language(request.headers.get("accept-language", ""), site.context.language)
    answer = page(request, "link_sent", address=address, minutes=int(sign_in.LINK_LIFETIME.total_seconds()) // 60)
    answer.background = BackgroundTask(_mail, site, address, destination, preferred)
    return answer


def _mail(site: Site, address: str, destination: str, language: NoticeLanguage) -> None:
    # Start-up time: only a mail needs what writes and sends mails.
    from clusterflow.services.sign_in_mails import mail_links  # noqa: PLC0415

    for answer in mail_links(site.context, address, destination, site.context.settings.site, language):
        if not answer.delivered:
            logger.error("a link to sign in could not be mailed: %s", answer.text)


def show_button(request: Request) -> Response:
    site = site_of(request)
    site.check_rate(GUESSES_PER_CLIENT, "links opened", client_of(request))
    valid = sign_in.is_valid(site.context, request.path_params["secret"])
    return page(request, "sign_in_button", 200 if valid else 410, valid=valid)


def begin_session(request: Request, _: Form) -> Response:
    site = site_of(request)
    site.check_rate(GUESSES_PER_CLIENT, "links used", client_of(request))
    done = sign_in.sign_in(site.context, request.path_params["secret"])
    if done is None:
        return page(request, "sign_in_button", 410, valid=False)
    response = RedirectResponse(done.destination, 303)
    site.set_cookie(response, site.session_cookie, done.cookie)
    site.delete_cookie(response, site.form_cookie)
    return response


def end_session(request: Request, _: Form) -> Response:
    site = site_of(request)
    cookie = request.cookies.get(site.session_cookie)
    if cookie:
        sign_in.sign_out(site.context, cookie)
    return _signed_out(site)


def end_all_sessions(request: Request, _: Form) -> Response:
    site = site_of(request)
    sign_in.sign_out_everywhere(site.context, signed_in(request).id)
    return _signed_out(site)


def _signed_out(site: Site) -> Response:
    response = RedirectResponse("/sign-in", 303)
    site.delete_cookie(response, site.session_cookie)
    return response
