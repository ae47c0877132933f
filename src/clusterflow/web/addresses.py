"""Answers an address that holds a character which no text may contain as one that leads nowhere."""

from __future__ import annotations

from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from clusterflow.domain.text import FORBIDDEN_CHARACTERS


class KnownCharacters:
    """Passes requests on. PostgreSQL would fail on some characters, and no name, id or search holds them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The API checks its parameters by itself, and says what is wrong with them.
        if scope["type"] == "http" and not scope["path"].startswith("/api/"):
            query = unquote_plus(scope["query_string"].decode("latin-1"), errors="replace")
            if FORBIDDEN_CHARACTERS.search(scope["path"]) or FORBIDDEN_CHARACTERS.search(query):
                scope = {**scope, "path": "/not-found", "raw_path": b"/not-found", "query_string": b""}
        await self.app(scope, receive, send)
