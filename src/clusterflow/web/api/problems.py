"""The errors of the API, as RFC 9457 describes them (``application/problem+json``)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from clusterflow.domain.text import Frozen
from clusterflow.errors import ClusterflowError, Conflict, Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.web.headers import HEADERS

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
NOT_FOUND = "There is no such thing, or you may not see it."


class ProblemMistake(Frozen):
    """One mistake in a request: where, what was found, what is accepted, what to do."""

    where: str
    found: str
    accepted: str = ""
    cure: str = ""


DETAILS: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts. Wait as long as the header Retry-After says, then try again.",
}


class Problem(Frozen):
    """Why a request failed."""

    status: int
    title: str
    detail: str = ""
    mistakes: tuple[ProblemMistake, ...] = ()


def problem(status: int, detail: str = "", mistakes: tuple[Mistake, ...] = ()) -> Response:
    """Answer with a problem."""
    found = Problem(
        status=status,
        title=HTTPStatus(status).phrase,
        detail=detail,
        mistakes=tuple(
            ProblemMistake(where=m.where, found=m.found, accepted=m.accepted, cure=m.cure) for m in mistakes
        ),
    )
    return Response(found.model_dump_json(), status, media_type=MEDIA_TYPE)


def of_validation(error: ValidationError, place: str) -> Mistakes:
    """The mistakes that the declaration of a request finds, all at once. What was sent is not repeated."""
    return Mistakes(
        Mistake(".".join((place, *map(str, one["loc"]))), one["msg"])
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    )


async def answer(request: Request, error: Exception) -> Response:
    """Answer an error of ours, or of a request."""
    match error:
        case HTTPException():
            response = problem(error.status_code, DETAILS.get(error.status_code, error.detail))
            response.headers.update(error.headers or {})
            return response
        case UnknownName():
            return problem(404, NOT_FOUND)
        case Mistakes():
            return problem(422, "Nothing was changed.", error.mistakes)
        case Conflict() | NotPossible():
            return problem(409, str(error))
        case ClusterflowError():
            return problem(422, str(error))
        case _:
            logger.error("a request of the API failed", exc_info=error)
            response = problem(500, "Something failed on our side; nothing was changed.")
            response.headers.update({**HEADERS, "Cache-Control": "no-store"})
            return response


def parsed_json(body: bytes) -> object:
    """Read a body.

    Raises:
        HTTPException: it is not JSON.
    """
    try:
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON in UTF-8.") from None
