"""The routes of the API, made from the declared operations, and the OpenAPI document beside them."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router

from clusterflow.errors import ClusterflowError
from clusterflow.web.api.handlers import OPERATIONS
from clusterflow.web.api.openapi import document
from clusterflow.web.api.problems import answer
from clusterflow.web.request import site_of

PATH = "/api"


def api() -> Mount:
    """Return the API as a part of the site. Its errors are problems, and not pages."""
    routes = [Route(one.path, one.endpoint, methods=[one.method]) for one in OPERATIONS]
    router = Router([Route("/openapi.json", _document), *routes])
    handlers = {HTTPException: answer, ClusterflowError: answer, Exception: answer}
    return Mount(PATH, app=ExceptionMiddleware(router, handlers))


def _document(request: Request) -> Response:
    """The document itself needs no token: it says nothing about anybody."""
    return JSONResponse(document(OPERATIONS, f"{site_of(request).context.settings.site}{PATH}"))
