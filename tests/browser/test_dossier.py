"""The dossier in a browser: it shows everything, logs no error, and makes no request.

With CLUSTERFLOW_PICTURES set to a folder, screenshots are saved there.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from support.pages import broken_words, cut_labels, fits
from support.play import play
from support.world import CONFIGS

from clusterflow.demo.stories import stories
from clusterflow.services.context import Context
from clusterflow.services.reports.dossier import dossier
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

END = date(2026, 10, 15)


@pytest.fixture(scope="module")
def page_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of the hybrid, which has parallel stages."""
    folder = tmp_path_factory.mktemp("dossier")
    shutil.copy(sqlite_template, folder / "clusterflow.db")
    url = f"sqlite:///{folder / 'clusterflow.db'}"
    database = open_database(url)
    context = Context(
        Settings(database=url, configs=CONFIGS, proof="none"), database, lambda: datetime(2026, 10, 15, tzinfo=UTC)
    )
    (story,) = (s for s in stories(END) if s.model == "colombian-hybrid")
    for _ in play(context, (story,), END):
        pass
    file = folder / "dossier.html"
    file.write_text(dossier(context, story.initiative, END).html, encoding="utf-8")
    database.dispose()
    return file


async def test_a_board_reads_the_dossier_in_its_browser(page: Page, page_file: Path, tmp_path: Path) -> None:
    complaints, requests = list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    await page.goto(page_file.as_uri())

    await expect(page.get_by_role("heading", level=1)).to_have_text("Iniciativa Clúster de Cosmética de la Sabana Alta")
    for section in ("Dónde está la iniciativa", "Qué piden las próximas puertas", "Miembros", "Confianza", "Firmas"):
        await expect(page.get_by_role("heading", level=2).filter(has_text=section)).to_be_visible()
    line = page.get_by_role("img", name="7 Entidad jurídica propia: En curso")
    await expect(line).to_be_visible()
    figures = page.get_by_role("figure")
    for figure in await figures.all():
        await expect(figure.get_by_role("img")).to_be_visible()
        await expect(figure.get_by_role("table")).to_be_visible()
        assert await figure.get_by_role("columnheader").count() >= 2
        assert await figure.get_by_role("rowheader").count() >= 1
    assert await figures.count() >= 4
    await page.get_by_role("link", name="Proyectos conjuntos iniciados").click()
    await expect(page).to_have_url(f"{page_file.as_uri()}#operation-joint-projects")

    folder = Path(os.environ.get("CLUSTERFLOW_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=folder / "dossier.png", full_page=True)
    assert (await broken_words(page), await cut_labels(page)) == ([], [])
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=folder / "dossier-narrow.png", full_page=True)
    assert await fits(page)
    assert (await broken_words(page), await cut_labels(page)) == ([], [])
    assert complaints == []
    assert requests == [page_file.as_uri()]
