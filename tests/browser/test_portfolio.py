"""The portfolio of the six stories in a browser: it shows all initiatives, fits a phone, and makes no request.

With CLUSTERFLOW_PICTURES set to a folder, the pictures of the README and of two guides are saved there:
``make pictures``.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from support.pages import broken_words, cut_labels, fits
from support.pictures import make_small
from support.play import play
from support.world import CONFIGS

from clusterflow.demo.stories import stories
from clusterflow.reports.portfolio.document import portfolio_html
from clusterflow.services.context import Context
from clusterflow.services.reports.dossier import dossier
from clusterflow.services.reports.portfolio import gather
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

END = date(2026, 10, 15)
SPANISH = "portfolio.es.html"
DOSSIER = "dossier.html"
SHOWN = {"width": 960, "height": 1050}
"""The size of the picture in pixels: the top of the page."""


@pytest.fixture(scope="module")
def page_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portfolio after all six stories were played to the end."""
    folder = tmp_path_factory.mktemp("portfolio")
    shutil.copy(sqlite_template, folder / "clusterflow.db")
    url = f"sqlite:///{folder / 'clusterflow.db'}"
    database = open_database(url)
    context = Context(
        Settings(database=url, configs=CONFIGS, proof="none"), database, lambda: datetime(2026, 10, 15, tzinfo=UTC)
    )
    for _ in play(context, stories(END), END):
        pass
    file = folder / "portfolio.html"
    file.write_text(portfolio_html(gather(context, END, "en"), "en"), encoding="utf-8")
    spanish = portfolio_html(gather(context, END, "es"), "es")
    file.with_name(SPANISH).write_text(spanish, encoding="utf-8")
    file.with_name(DOSSIER).write_text(dossier(context, "vegetal-cat", language="en").html, encoding="utf-8")
    database.dispose()
    return file


async def test_an_office_sees_all_six_initiatives(page: Page, page_file: Path, tmp_path: Path) -> None:
    requests = list[str]()
    page.on("request", lambda request: requests.append(request.url))
    await page.set_viewport_size({"width": SHOWN["width"], "height": SHOWN["height"]})
    await page.goto(page_file.as_uri())
    for story in stories(END):
        await expect(page.get_by_text(str(story.enrolment().fields["name"])).first).to_be_visible()

    folder = Path(os.environ.get("CLUSTERFLOW_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / "portfolio-report.png"
    await page.screenshot(path=picture)
    make_small(picture)
    assert requests == [page_file.as_uri()]
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await fits(page)
    await page.goto(page_file.with_name(SPANISH).as_uri())
    assert await fits(page)
    assert (await broken_words(page), await cut_labels(page)) == ([], [])
    # A row is a card: its cells are lines that begin with their heads.
    card = page.get_by_role("table", name="Todo alcanzado").get_by_role("row").last
    assert (await card.inner_text()).splitlines()[0] == "Clúster de Máquina-Herramienta de Urdialde"
    head = await card.get_by_role("cell").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert head == '"Modelo"'


async def test_the_sections_of_rulebooks_and_of_foresight_fit_a_phone(
    page: Page, page_file: Path, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("CLUSTERFLOW_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"rulebooks": page_file, "foresight": page_file.with_name(DOSSIER)}
    sections = {
        "rulebooks": page.locator("section.rulebooks"),
        "foresight": page.locator("section").filter(has=page.get_by_role("heading", name="What comes if")),
    }
    for name, file in pages.items():
        await page.set_viewport_size({"width": SHOWN["width"], "height": SHOWN["height"]})
        await page.goto(file.as_uri())
        assert await sections[name].get_by_role("table").get_by_role("row").count() > 2
        picture = folder / f"{name}.png"
        await sections[name].screenshot(path=picture)
        make_small(picture)
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await fits(page)
