"""One operation of the API, declared once: its route, its right, and its part of the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from clusterflow.domain.access import Right
from clusterflow.domain.records.parties import Person
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, Frozen, Language, model_language
from clusterflow.services import access, api_tokens
from clusterflow.services.context import Context
from clusterflow.web.api.problems import of_validation, parsed_json
from clusterflow.web.request import GUESSES_PER_CLIENT, client_of, site_of

BODY_BYTES = 1024 * 1024
"""The largest body: some thousand records."""

ID = "[a-z0-9][a-z0-9._-]{0,63}"
KEY = "[!-~]{1,200}"
"""An idempotency key: printable ASCII, as a header holds it."""

PAGE = 50
LONGEST_PAGE = 200


class Query(Frozen):
    """The query of an operation. A name that it does not declare is a mistake, because it would change nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LanguageQuery(Query):
    """In which language texts are; by default that of the person."""

    lang: Language | None = None


class DayQuery(LanguageQuery):
    """As of which day, and as it was known on which day; today by default."""

    as_of: date | None = None
    known_at: date | None = None


Limit = Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="entries on a page")]


class NameQuery(LanguageQuery):
    """A page that begins after an id."""

    after: Annotated[str, StringConstraints(pattern=f"^{ID}$")] | None = None
    limit: Limit = PAGE


class NumberQuery(Query):
    """A page that begins after a number."""

    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Limit = PAGE


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose author, rights, query and body have been checked."""

    context: Context
    person: Person
    path: Mapping[str, str]
    query: Any
    body: Any
    key: str | None

    @property
    def initiative(self) -> str:
        return self.path["initiative"]

    @property
    def language(self) -> Language:
        wanted: Language | None = getattr(self.query, "lang", None)
        return wanted or model_language(self.person.language or self.context.language)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. The docstring of its handler describes it in the OpenAPI document."""

    method: str
    path: str
    handler: Callable[[Call], BaseModel | Response]
    answer: type[BaseModel]
    right: Right | None
    """The right that it needs in the initiative of its path; None where it names no initiative."""
    query: type[Query] = Query
    body: Any = None
    """The type of the body, as Pydantic reads it, or None."""
    errors: tuple[HTTPStatus, ...] = field(default=())
    """What it answers beside the errors of every operation."""
    repeatable: bool = False
    """Whether it takes an idempotency key."""

    async def endpoint(self, request: Request) -> Response:
        """Check a request and call the handler. It runs in a thread, because it uses the database."""
        body = await _body(request) if self.body is not None else b""
        return await run_in_threadpool(self._answer, request, body)

    def _answer(self, request: Request, body: bytes) -> Response:
        person, context = _person(request), site_of(request).context
        path = {name: str(value) for name, value in request.path_params.items()}
        if not all(re.fullmatch(ID, value) for value in path.values()):
            raise HTTPException(404)
        if self.right is not None and not access.is_permitted(context, person.id, path["initiative"], self.right):
            raise HTTPException(404)
        call = Call(
            context=context,
            person=person,
            path=path,
            query=_read(self.query, dict(request.query_params), "query"),
            body=None if self.body is None else _read_body(self.body, body),
            key=_key(request, context, person) if self.repeatable else None,
        )
        done = self.handler(call)
        return done if isinstance(done, Response) else _json(done)


def _json(done: BaseModel) -> Response:
    return Response(done.model_dump_json(by_alias=True), media_type="application/json")


def _person(request: Request) -> Person:
    """In whose name the request is made.

    Raises:
        HTTPException: 401 without a valid token, 429 after too many wrong ones.
    """
    site = site_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    person = api_tokens.person_of(site.context, token.strip()) if scheme.lower() == "bearer" and token else None
    if person is None:
        site.check_rate(GUESSES_PER_CLIENT, "tokens", client_of(request))
        raise HTTPException(401, "Send a token made on your account page.", {"WWW-Authenticate": "Bearer"})
    return person


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send the body as application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise HTTPException(413, f"Send at most {BODY_BYTES} bytes.")
    return bytes(body)


def _read(query: type[Query], given: Mapping[str, str], place: str) -> Query:
    try:
        return query.model_validate(given)
    except ValidationError as error:
        raise of_validation(error, place) from None


def _read_body(declared: Any, body: bytes) -> Any:
    value = parsed_json(body)
    if _has_forbidden(value):
        raise HTTPException(400, "The body contains a character that is not accepted.")
    if not (isinstance(declared, type) and issubclass(declared, BaseModel)):
        return value
    try:
        return declared.model_validate(value)
    except ValidationError as error:
        raise of_validation(error, "body") from None


def _has_forbidden(value: object, depth: int = 0) -> bool:
    if depth > 20:
        return True
    if isinstance(value, dict):
        return any(_has_forbidden(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_has_forbidden(part, depth + 1) for part in value)
    return isinstance(value, str) and FORBIDDEN_CHARACTERS.search(value) is not None


def _key(request: Request, context: Context, person: Person) -> str | None:
    """The key of the command: the caller's own, of this person alone, and not readable in the ledger."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not re.fullmatch(KEY, given):
        raise HTTPException(400, "Idempotency-Key: 1 to 200 printable ASCII characters without blanks.")
    return f"api-{context.keyed_hash('idempotency key', f'{person.id} {given}')[:40]}"
