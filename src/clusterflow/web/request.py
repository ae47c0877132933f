"""What a handler reads of a request: who is signed in, with which rights, the form, and the state of the process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from threading import Lock
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from anyio import CapacityLimiter, to_thread
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from clusterflow.domain.access import Right
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Person
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, Language, NoticeLanguage, model_language
from clusterflow.services import access, sign_in
from clusterflow.services.context import Context
from clusterflow.services.views.cache import Basis, ViewCache, bases_of
from clusterflow.services.views.session import visit_of
from clusterflow.web.language import preferred_language

FORM_BYTES = 64 * 1024
"""The largest form. A reason of many pages fits."""
FORM_FIELDS = 2500

LINKS_PER_ADDRESS = parse("5 per 15 minutes")
LINKS_PER_CLIENT = parse("20 per 15 minutes")
GUESSES_PER_CLIENT = parse("60 per 15 minutes")
PREVIEWS_PER_PERSON = parse("10 per 15 minutes")
CODES_PER_PERSON = parse("10 per 15 minutes")

BOARD_LINES = 40_000

SHORT_PAGE_THREADS = 3
"""The threads of a process that make short pages.

More of them would only take turns at one interpreter: with forty, twenty readers wait twice as long. Pages that take
seconds have the other threads, so that they hold up no short one.
"""

Form = Mapping[str, str]
View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks for a page: the person who is signed in, or nobody, and the languages of the answer."""

    person: Person | None
    page_language: NoticeLanguage
    """The language of the page itself."""
    cookie: str | None
    """The secret of the session, or of a browser that is not signed in."""

    @property
    def language(self) -> Language:
        """The language of what models and reports say."""
        return model_language(self.page_language)


class Site:
    """The one site of a process."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.secure = context.settings.site.startswith("https://")
        self.views = ViewCache()
        self.boards = ViewCache(BOARD_LINES)
        """A line of the portfolio for each initiative: small, and all of them are shown at once."""
        self.preview = Lock()
        """One preview of notices at a time: each works on a copy of the database."""
        self.drawing = asyncio.Lock()
        """The plots of one initiative at a time."""
        self.short_pages = CapacityLimiter(SHORT_PAGE_THREADS)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    @property
    def session_cookie(self) -> str:
        # The prefix makes browsers refuse a cookie that another host, or a page without TLS, tries to set.
        return "__Host-clusterflow" if self.secure else "clusterflow"

    @property
    def form_cookie(self) -> str:
        return f"{self.session_cookie}-form"

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """Set a cookie that ends with the browser's session and that no script can read."""
        response.set_cookie(name, value, path="/", secure=self.secure, httponly=True, samesite="lax")

    def delete_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

    def check_rate(self, limit: RateLimitItem, purpose: str, who: str) -> None:
        """Count one attempt. Each process counts for itself, so each allows its share.

        Raises:
            HTTPException: there were too many.
        """
        share = type(limit)(-(-limit.amount // self.context.settings.web_workers), limit.multiples, limit.namespace)
        if not self._limiter.hit(share, purpose, who):
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(limit.get_expiry())})


def site_of(request: Request) -> Site:
    found = request.app.state.site
    assert isinstance(found, Site)  # noqa: S101 - the application was built with one
    return found


def client_of(request: Request) -> str:
    """The network address of the client; that of the proxy, if there is one that is not trusted."""
    return request.client.host if request.client else "unknown"


def _address_from_proxy(request: Request) -> str | None:
    """The e-mail address of the person whom a trusted proxy has signed in. From elsewhere the header is ignored."""
    settings = site_of(request).context.settings
    given = request.headers.getlist(settings.web_proxy_header)
    if len(given) != 1 or not settings.proxy_networks or request.client is None:
        return None
    try:
        client = ip_address(request.client.host)
    except ValueError:
        return None
    return given[0] if any(client in network for network in settings.proxy_networks) else None


def visitor_of(request: Request) -> Visitor:
    """Who asks for a page; looked up once per request."""
    known = getattr(request.state, "visitor", None)
    if isinstance(known, Visitor):
        return known
    site = site_of(request)
    cookie = request.cookies.get(site.session_cookie)
    person = _signed_in_by(request, cookie) if cookie else None
    has_session = person is not None
    if person is None and (address := _address_from_proxy(request)):
        person = sign_in.person_of_proxy(site.context, address)
    preferred = preferred_language(request.headers.get("accept-language", ""), site.context.language)
    visitor = Visitor(
        person=person,
        page_language=person.language if person and person.language else preferred,
        cookie=cookie if has_session else request.cookies.get(site.form_cookie),
    )
    request.state.visitor = visitor
    return visitor


def page_number(request: Request) -> int:
    """The page of a list that the address names; the first one where it names none."""
    text = request.query_params.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def view_of(request: Request, chain: str, what: Hashable, compute: Callable[[], View]) -> View:
    """Return a view of an initiative, or of the registry, from the cache of the process if nothing has changed.

    A request that changes something computes what it shows: the change is its own.
    """
    site = site_of(request)
    if request.method != "GET":
        return compute()
    bases: Mapping[str, Basis] | None = getattr(request.state, "bases", None)
    if bases is None:
        bases = bases_of(site.context, _chains(request))
        request.state.bases = bases
    return site.views.one(bases.get(chain), what, compute)


def _chains(request: Request) -> list[str]:
    """The registry, and the initiative of the address if there is one."""
    return sorted({REGISTRY, str(request.path_params.get("initiative", REGISTRY))})


def _signed_in_by(request: Request, cookie: str) -> Person | None:
    site = site_of(request)
    if request.method != "GET":
        return sign_in.person_signed_in(site.context, cookie)
    visit = visit_of(site.context, cookie, _chains(request), site.views)
    if visit.person is not None:
        request.state.bases = visit.bases
    return visit.person


def is_staff(request: Request) -> bool:
    """Whether the visitor works for an office, or is an administrator."""
    context, person = site_of(request).context, signed_in(request).id
    return view_of(request, REGISTRY, ("staff", person), lambda: access.is_staff(context, person))


def rights_of_visitor(request: Request) -> frozenset[Right]:
    """The rights of the visitor in the initiative of the address."""
    context, person, initiative = site_of(request).context, signed_in(request).id, request.path_params["initiative"]
    return view_of(request, initiative, ("rights", person), lambda: access.rights_in(context, person, initiative))


def signed_in(request: Request) -> Person:
    """Who is signed in.

    Raises:
        NotSignedIn: nobody is; the handler of this exception leads to the page for signing in, and back.
    """
    person = visitor_of(request).person
    if person is None:
        raise NotSignedIn
    return person


class NotSignedIn(Exception):
    """Nobody is signed in, and the page needs somebody."""


def to_sign_in(request: Request, _: Exception) -> Response:
    """Lead to the page for signing in, and from there back to the page that was asked for."""
    path = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?{urlencode({'next': path})}" if path != "/" else "/sign-in", 303)


def visible_initiative(request: Request, right: Right = Right.SEE) -> str:
    """The initiative of the address, if the visitor has the right to it.

    Raises:
        HTTPException: 404. Whether the initiative exists is not for everybody to know.
    """
    person, initiative = signed_in(request), str(request.path_params["initiative"])
    if right in rights_of_visitor(request):
        return initiative
    if not access.is_permitted(site_of(request).context, person.id, initiative, right):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return initiative


def form_secret(request: Request) -> str:
    """The secret that the forms of this visitor's pages are tied to; a new browser gets one with its first form."""
    visitor = visitor_of(request)
    if visitor.cookie:
        return visitor.cookie
    fresh = getattr(request.state, "fresh_secret", None) or secrets.token_urlsafe(32)
    request.state.fresh_secret = fresh
    return str(fresh)


def check_token(request: Request, token: str) -> None:
    """Check that one of our own pages made a form, for this visitor.

    Raises:
        HTTPException: it did not.
    """
    visitor = visitor_of(request)
    expected = sign_in.form_token(site_of(request).context, visitor.cookie) if visitor.cookie else ""
    if not expected or not secrets.compare_digest(token.encode(), expected.encode()):
        raise HTTPException(HTTPStatus.FORBIDDEN)


async def read_form(request: Request) -> dict[str, str]:
    """Read a form that one of our own pages sent. Of a field that is given twice the last counts.

    Raises:
        HTTPException: it is too large, contains a forbidden character, or was not sent by a page of this visitor.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    form = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if any(FORBIDDEN_CHARACTERS.search(text) for pair in form.items() for text in pair):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    await run_in_threadpool(check_token, request, form.get("token", ""))
    return form


def short(handler: Callable[[Request], Response]) -> Callable[..., object]:
    """Make an endpoint of a handler that shows a page within milliseconds. Few threads make all such pages."""

    async def endpoint(request: Request) -> Response:
        return await to_thread.run_sync(handler, request, limiter=site_of(request).short_pages)

    return endpoint


def taking_form(handler: Callable[[Request, Form], Response]) -> Callable[..., object]:
    """Make an endpoint of a handler that takes a form. The handler runs in a thread, because it uses the database."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(handler, request, form)

    return endpoint


def post(path: str, handler: Callable[..., Response]) -> Route:
    return Route(path, taking_form(handler), methods=["POST"])
