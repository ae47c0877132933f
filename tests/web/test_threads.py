"""Few threads make the short pages, and other threads make those that take seconds."""

from __future__ import annotations

import asyncio
from threading import Barrier, Lock

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from support.patience import PATIENCE_SECONDS
from support.web import WebWorld

from clusterflow.services.notifications.pages import GATE_PAGE, INITIATIVE_PAGE, WORK_PAGE
from clusterflow.web.app import build_app
from clusterflow.web.request import SHORT_PAGE_THREADS, short

SHORT = (WORK_PAGE, INITIATIVE_PAGE, GATE_PAGE, "/me", f"{INITIATIVE_PAGE}/facts/{{record}}", f"{INITIATIVE_PAGE}/dues")
LONG = (f"{INITIATIVE_PAGE}/dossier", f"{INITIATIVE_PAGE}/workbook/download", "/office", "/office/notices")


class Crowd:
    """Short pages that end only together, as many at a time as there are threads."""

    def __init__(self) -> None:
        self.barrier, self.lock, self.now, self.most = Barrier(SHORT_PAGE_THREADS), Lock(), 0, 0

    def page(self, _: Request) -> Response:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.barrier.wait(PATIENCE_SECONDS)
        with self.lock:
            self.now -= 1
        return PlainTextResponse("done")


def test_no_more_short_pages_are_made_at_once_than_there_are_threads(site: WebWorld) -> None:
    crowd, app = Crowd(), build_app(site.world.context)
    app.router.routes.insert(0, Route("/short", short(crowd.page)))

    async def read() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answers = await asyncio.gather(*(client.get("/short") for _ in range(5 * SHORT_PAGE_THREADS)))
        return [answer.status_code for answer in answers]

    assert set(asyncio.run(read())) == {200}
    assert crowd.most == SHORT_PAGE_THREADS


@pytest.mark.parametrize("path", [*SHORT, *LONG])
def test_pages_that_take_seconds_have_threads_of_their_own(site: WebWorld, path: str) -> None:
    routes = build_app(site.world.context).routes
    (found,) = [r for r in routes if isinstance(r, Route) and r.path == path and "GET" in (r.methods or ())]
    assert (found.endpoint.__qualname__ == "short.<locals>.endpoint") == (path in SHORT)
