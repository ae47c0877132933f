"""A Prefect server with its pages, all deployments on it, and a browser."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator

os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="prefect-home-"))  # before Prefect is imported

import pytest
from conftest import missing
from playwright.async_api import Browser, Page, async_playwright, expect
from support.office import ROOT
from support.ports import free_port

from clusterflow.prefect.api import settings_for
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.server import PrefectServer

PATIENCE_MILLISECONDS = 30_000
"""How long to wait for a page. A busy machine needs more than Playwright's own five seconds."""

expect.set_options(timeout=PATIENCE_MILLISECONDS)

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium, because package registries do not have Playwright's own browsers."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("Chromium", "apt-get install chromium")
    return str(found)


@pytest.fixture(scope="session")
def pages(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A separate server, because the one of the other tests has no pages and needs a password."""
    with PrefectServer(tmp_path_factory.mktemp("prefect-pages"), free_port()) as server:
        asyncio.run(deploy(ROOT, server.api_url))
        yield server


@pytest.fixture
def prefect(pages: PrefectServer) -> Iterator[PrefectServer]:
    with settings_for(pages.api_url):
        yield pages


@pytest.fixture
async def chrome(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def page(chrome: Browser) -> Page:
    page = await chrome.new_page(viewport={"width": 1440, "height": 1000}, locale="es")
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    return page
