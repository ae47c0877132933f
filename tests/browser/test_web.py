"""The web pages in a browser: from the mail to the decision, on a desk and on a telephone.

With CLUSTERFLOW_PICTURES set to a folder, the pictures are written there for review.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, expect
from support.hostile import HOSTILE
from support.mailbox import Mailbox, mail_server
from support.patience import PATIENCE_SECONDS
from support.play import play
from support.ports import free_port
from support.web import served
from support.world import CONFIGS

from clusterflow.demo.stories import stories
from clusterflow.engine.record import Submission
from clusterflow.services import registry, sign_in, standing
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.web.app import build_app

END = date(2026, 10, 15)
INITIATIVE, STAGE = "automotriz-nl", "strategy"
DECIDER, ADDRESS = "nl-elena", "elena.marroquin@asociacion.example"
GATE = f"/initiatives/{INITIATIVE}/gates/{STAGE}"

SIZES = {"desktop": {"width": 1280, "height": 900}, "telephone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def story_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The life of an initiative whose gate is open."""
    file = tmp_path_factory.mktemp("story") / "clusterflow.db"
    shutil.copy(sqlite_template, file)
    context = _context(file)
    (story,) = (s for s in stories(END) if s.initiative == INITIATIVE)
    for _ in play(context, (story,), END):
        pass
    context.database.dispose()
    return file


def _context(file: Path, **settings: object) -> Context:
    url = f"sqlite:///{file}"
    values = {"database": url, "configs": CONFIGS, "proof": "none", "secret": "s" * 32, **settings}
    return Context(Settings(**values), open_database(url), lambda: datetime(2026, 10, 15, 18, tzinfo=UTC))


@pytest.fixture
def site(story_file: Path, tmp_path: Path) -> Iterator[tuple[Context, Mailbox]]:
    """The site, with a mail server of its own."""
    file, port = tmp_path / "clusterflow.db", free_port()
    shutil.copy(story_file, file)
    with mail_server() as (box, mail):
        context = _context(file, mail=mail, web_port=port, web_address=f"http://127.0.0.1:{port}")
        with served(build_app(context), port):
            yield context, box
        context.database.dispose()


class Reader:
    """A person at a browser: counts clicks and typed texts, and takes pictures."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.clicks, self.texts = page, name, 0, 0
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            self.foreign.append(request.url)

    async def click(self, role: str, name: str) -> None:
        self.clicks += 1
        await self.page.get_by_role(role, name=name).click()  # type: ignore[arg-type]

    async def type(self, label: str, text: str) -> None:
        self.texts += 1
        await self.page.get_by_label(label, exact=True).fill(text)

    async def picture(self, what: str) -> None:
        """Take a picture, and fail if the page is wider than the screen."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{what} is wider than the screen"
        if folder := os.environ.get("CLUSTERFLOW_PICTURES"):
            await self.page.screenshot(path=Path(folder) / f"web-{what}-{self.name}.png", full_page=True)


async def mailed_link(box: Mailbox) -> str:
    """The link in the newest mail, once it has arrived: it is sent after the answer."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not box.mails:
        assert time.monotonic() < until, "no mail arrived"
        await asyncio.sleep(0.05)
    body = box.mails[-1][1].get_body(("plain", "html"))
    assert body is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/sign-in/[A-Za-z0-9_-]{43}", body.get_content())
    assert found
    return found[0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_decider_comes_from_the_mail_to_the_decision_in_four_clicks_and_one_text(
    site: tuple[Context, Mailbox], chrome: Browser, size: str, scheme: str
) -> None:
    context, box = site
    page = await chrome.new_page(viewport=SIZES[size], locale="es", color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    reader = Reader(page, f"{size}-{scheme}")
    url = context.settings.site

    await page.goto(f"{url}{GATE}")
    await reader.picture("sign-in")
    await page.get_by_label("Correo electrónico").fill(ADDRESS)
    await page.get_by_role("button", name="Enviarme el enlace").click()
    await expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()

    # From here on the clicks count: the link in the mail is the first.
    reader.clicks += 1
    await page.goto(await mailed_link(box))
    await reader.picture("button")
    await reader.click("button", "Entrar")
    await expect(page).to_have_url(f"{url}{GATE}")
    await reader.picture("gate")
    await reader.click("radio", "Adelante La iniciativa")
    await reader.type("Motivo", "La estrategia está lista y el consejo la conoce.")
    await reader.click("button", "Registrar mi decisión")
    await expect(page.get_by_role("status")).to_be_visible()
    await reader.picture("answer")
    assert (reader.clicks <= 4, reader.texts) == (True, 1)

    state = standing.state(context, INITIATIVE)
    assert [v.reason for v in state.votes][-1].startswith("La estrategia")
    await page.goto(f"{url}/")
    await reader.picture("work")
    await page.goto(f"{url}/initiatives/{INITIATIVE}")
    await reader.picture("initiative")
    assert (reader.complaints, reader.foreign) == ([], [])


@pytest.mark.parametrize("size", SIZES)
async def test_the_fields_of_an_answer_show_when_it_is_chosen_and_mistakes_stand_beside_them(
    site: tuple[Context, Mailbox], chrome: Browser, size: str
) -> None:
    context, _ = site
    page = await chrome.new_page(viewport=SIZES[size], locale="es")  # type: ignore[arg-type]
    reader, url = Reader(page, size), context.settings.site
    link = sign_in_link(context)
    await page.goto(link)
    await page.get_by_role("button", name="Entrar").click()
    await page.goto(f"{url}{GATE}")
    until = page.get_by_label("En espera hasta")
    await expect(until).to_be_hidden()
    await page.get_by_role("radio", name="En espera").check()
    await expect(until).to_be_visible()
    await page.get_by_label("Motivo", exact=True).fill("Falta la firma.")
    await page.get_by_role("button", name="Registrar mi decisión").click()
    await expect(page.locator("#until-mistake")).to_have_text("Ponga una fecha.")
    await expect(page.get_by_label("Motivo", exact=True)).to_have_value("Falta la firma.")
    await expect(page.get_by_role("radio", name="En espera")).to_be_checked()
    await reader.picture("mistakes")
    transferred = await page.evaluate("performance.getEntries().reduce((sum, e) => sum + (e.transferSize || 0), 0)")
    assert transferred < 60_000
    await page.emulate_media(media="print")
    await expect(page.locator("form.decision")).to_be_hidden()
    await reader.picture("print")


async def test_no_script_that_somebody_typed_runs_even_without_the_policy(
    site: tuple[Context, Mailbox], chrome: Browser
) -> None:
    context, _ = site
    page = await chrome.new_page(bypass_csp=True, locale="es")
    await page.set_content(HOSTILE)
    assert await page.evaluate("typeof executed") == "number", "it runs where nobody escapes it"
    named = {"initiative": {"id": INITIATIVE, "name": HOSTILE}, "person": {"id": DECIDER, "name": HOSTILE}}
    registry.record(context, [Submission(record, fields, record) for record, fields in named.items()])
    await page.goto(sign_in_link(context))
    await page.get_by_role("button", name="Entrar").click()
    for path in ("/", "/me", GATE, f"/initiatives/{INITIATIVE}", f"/initiatives/{INITIATIVE}/plots"):
        await page.goto(f"{context.settings.site}{path}")
        await expect(page.get_by_text(HOSTILE).first).to_be_attached()
        assert await page.evaluate("typeof executed") == "undefined", path


def sign_in_link(context: Context) -> str:
    return f"{context.settings.site}/sign-in/{sign_in.new_link(context, DECIDER, GATE).secret}"
