"""Prefect's pages understand the addresses of docs/how-to/views.md, and the pages are linked.

With CLUSTERFLOW_PICTURES set to a folder, screenshots are saved there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Page, Request, expect
from sqlalchemy import update
from support.office import ROOT, Office, working
from support.play import play

from clusterflow.demo.stories import stories
from clusterflow.prefect import names, runs
from clusterflow.prefect.server import PrefectServer
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.services.reports.portfolio import gather
from clusterflow.store import tables

END = date(2026, 10, 15)
VIEWS = re.findall(r"`(/v2/[^`]+)`", (ROOT / "docs" / "how-to" / "views.md").read_text(encoding="utf-8"))
SHOWN = "automotriz-nl"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("CLUSTERFLOW_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
async def office(prefect: PrefectServer, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    """A story played to its end, at which a gate waits. All its events are published."""
    office = Office(sqlite_url, SHOWN)
    (story,) = (s for s in stories(END) if s.initiative == SHOWN)
    for _ in play(office.context, (story,), END):
        pass
    with office.context.database.begin() as connection:
        connection.execute(
            update(tables.chain).values(published=tables.chain.c.version, told=tables.chain.c.version, notifiable=0)
        )
    office.now = datetime.combine(END, time(12), UTC)
    own = {"DATABASE": sqlite_url, "TODAY": str(END), "LANGUAGE": "es", "PROOF": "none"}
    for name, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{name}", value)
    async with working():
        yield office


async def test_an_administrator_finds_everything_by_its_address(
    office: Office, prefect: PrefectServer, page: Page, pictures: Path
) -> None:
    await runs.start("lifecycle/nuevo-leon", {"initiative": SHOWN}, tags=[names.initiative_tag(SHOWN)])
    await office.asking("strategy")
    await office.ended(await runs.start("review/portfolio"))
    assert len(VIEWS) > 8
    for number, view in enumerate(VIEWS):
        await look_at(page, prefect.url, view, pictures / f"view-{number}.png")

    await page.goto(f"{prefect.url}/v2/runs?tags=gate-open")
    await expect(page.get_by_text("puerta 5: Estrategia").first).to_be_visible()
    # From the portfolio to the initiative, and on to the waiting run: in the current pages and in the older ones.
    for pages in (f"{prefect.url}/v2", prefect.url):
        await page.goto(pages + await newest(prefect.url, names.PORTFOLIO_KEY))
        await expect(page.get_by_role("img", name="Iniciativas por tipo de etapa")).to_be_visible()
        link = page.get_by_role("link", name="Clúster Automotriz de la Sierra Ventosa").first
        assert await link.evaluate("a => a.href") == f"{pages}/artifacts/key/initiative-{SHOWN}"
        await page.goto(pages + await newest(prefect.url, names.initiative_key(SHOWN)))
        link = page.get_by_role("link", name="decisión: Estrategia")
        assert (await link.evaluate("a => a.href")).startswith(f"{pages}/runs?tags=review%3A{SHOWN}%2Fstrategy-")


async def look_at(page: Page, ui: str, view: str, picture: Path) -> None:
    """Open a view, and wait until its page requests from Prefect exactly what the address says."""
    query = parse_qs(urlsplit(view).query)
    words = [word for one in (*query.get("tags", ()), *query.get("state", ())) for word in one.split(",")]
    words += [name for one in (*query.get("events", ()), *query.get("resource", ())) for name in json.loads(one)]

    def asks(request: Request) -> bool:
        wanted = re.search(r"/(flow_runs/paginate|events/filter|artifacts/filter)$", request.url)
        posted = json.dumps(request.post_data_json) if wanted else ""
        # A gate may have waited for years, so there is no date range.
        return bool(posted) and all(f'"{word}"' in posted for word in words) and "expected_start_time" not in posted

    async with page.expect_request(asks):
        await page.goto(ui + view)
    await page.wait_for_load_state("networkidle")
    await page.screenshot(path=picture)


async def newest(ui: str, key: str) -> str:
    async with httpx.AsyncClient() as client:
        wanted = {"artifacts": {"key": {"any_": [key]}}}
        found = (await client.post(f"{ui}/api/artifacts/latest/filter", json=wanted)).json()[0]
    return f"/artifacts/artifact/{found['latest_id']}"


async def test_a_board_reads_the_portfolio_in_its_browser(
    page: Page, sqlite_template: Path, tmp_path: Path, pictures: Path
) -> None:
    file = tmp_path / "clusterflow.db"
    shutil.copy(sqlite_template, file)
    office = Office(f"sqlite:///{file}", SHOWN)
    for _ in play(office.context, stories(END), END):
        pass
    office.now = datetime.combine(END, time(12), UTC)
    html = tmp_path / "portfolio.html"
    html.write_text(portfolio_html(gather(office.context, language="es"), "es"), encoding="utf-8")
    complaints, requests = list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: requests.append(request.url))
    await page.goto(html.as_uri())
    for section in (
        "Dónde están",
        "Las que necesitan una visita",
        "Cuánto duran las etapas",
        "Criterios por iniciativa",
    ):
        await expect(page.get_by_role("heading", level=2).filter(has_text=section)).to_be_visible()
    await page.get_by_role("link", name="Todas, por tipo de etapa").click()
    row = page.locator(".board").get_by_role("row").filter(has_text="Clúster Automotriz")
    await expect(row.first).to_be_in_viewport()
    wide = await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert wide
    await page.screenshot(path=pictures / "portfolio-page.png", full_page=True)
    assert (complaints, [r for r in requests if r != html.as_uri() and not r.startswith(html.as_uri() + "#")]) == (
        [],
        [],
    )
