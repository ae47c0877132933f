"""A site on a small world, browsers without a screen, and a site that a real browser can open."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from sqlalchemy import select
from starlette.testclient import TestClient

from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import Role
from clusterflow.services import sign_in
from clusterflow.store.registry import facts_of
from clusterflow.store.tables import REGISTRY_TABLES

from .pages import PageRead
from .patience import PATIENCE_SECONDS
from .world import World, model, stage, stated

if TYPE_CHECKING:  # benchmarks read mail nowhere
    from .mailbox import Mailbox


def two_votes() -> LifecycleModel:
    """Two stages; the gate of the first wants two votes of the board, and its chair has a veto."""
    rule = DecidedBy(roles=(Role.BOARD_MEMBER,), need=2, per_organisation=2, veto=(Role.BOARD_CHAIR,))
    first = stage("first", (), stated("signed"), stated("paid"), rule=rule)
    return model(first, stage("second", ("first",)), name="tiny")


class Browser(TestClient):
    """A browser that keeps cookies, and reads the forms of the page that it shows."""

    shown: httpx.Response

    def open(self, path: str) -> PageRead:
        self.shown = self.get(path)
        return PageRead(self.shown.text)

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page."""
        pattern = r'<input type="hidden" name="([^"]+)" value="([^"]*)"'
        return dict(re.findall(pattern, self.shown.text))

    def submit(self, path: str, **fields: str) -> httpx.Response:
        """Send a form from the page that is shown; a dot in the name of a field is written as two underscores."""
        data = {**self.hidden(), **{name.replace("__", "."): value for name, value in fields.items()}}
        self.shown = self.post(path, data=data)
        return self.shown

    def sign_in(self, site: WebWorld, person: str, destination: str = "/") -> httpx.Response:
        link = sign_in.new_link(site.world.context, person, destination)
        self.open(f"/sign-in/{link.secret}")
        return self.submit(f"/sign-in/{link.secret}")


@dataclass
class WebWorld:
    """A world with two initiatives and a site in front of it."""

    world: World
    box: Mailbox
    app: Any

    def browser(self, person: str | None = None, language: str = "en") -> Browser:
        browser = Browser(self.app, headers={"accept-language": language}, raise_server_exceptions=True)
        if person is not None:
            browser.sign_in(self, person)
        return browser

    def facts(self, record: str, initiative: str = "one") -> list[Any]:
        """The facts of a type that hold, the oldest first."""
        with self.world.context.reading() as connection:
            found = facts_of(connection, RECORDS[record], initiative)
        return [f.record for f in found if not f.retracted]

    def facts_by(self, record: str, initiative: str = "one") -> list[str]:
        """Who recorded the facts of a type."""
        table = REGISTRY_TABLES[record]
        with self.world.context.reading() as connection:
            return list(connection.execute(select(table.c.entered_by).where(table.c.chain == initiative)).scalars())

    def ready(self, initiative: str = "one") -> None:
        """Meet every criterion of the first stage, so that its gate opens."""
        self.world.state_figure("signed", initiative=initiative)
        self.world.state_figure("paid", initiative=initiative)
        self.world.evaluate(initiative)


@contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    """Serve a site on loopback as ``clusterflow web`` does."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not server.started:
            assert time.monotonic() < until, "the site does not start"
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
