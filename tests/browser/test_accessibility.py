"""Every web page in every language, light and dark, checked by axe-core for WCAG 2.2 AA.

In Catalan, Basque and Portuguese it checks one page of each kind.

With CLUSTERFLOW_PICTURES set to a folder, the pictures are written there for review.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright
from starlette.routing import Route
from support.javascript import FOLDER
from support.ports import free_port
from support.web import served, two_votes
from support.world import CONFIGS, World

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.engine.submissions import Delivery
from clusterflow.intake.json_lines import read_value
from clusterflow.services import api_tokens, sign_in
from clusterflow.services.intake import submissions as intake
from clusterflow.services.intake.workbook import hand_in, workbooks
from clusterflow.settings import Settings
from clusterflow.store.registry import facts_of
from clusterflow.web.app import build_app

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXAMPLES = Path(__file__).parents[2] / "docs" / "how-to" / "example"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
FILLED = {"{initiative}": "one", "{stage}": "first", "{meeting}": "m-1", "{invoice}": "dues-2024-1-firm"}
MORE_PAGES = ("/nothing", "/office/notices?days=7", "/initiatives/one/facts/membership?q=nobody",
              "/initiatives/one/facts/invoice/new?organisation=firm",
              "/initiatives/one/dues?year=2024&show=overdue")  # fmt: skip
"""An error page, and pages that differ by their query."""

MISTAKEN_FORMS = {
    "/me": "form[action='/me/tokens'] button",
    "/office/enrolment": "main button",
    "/initiatives/one/facts/meeting/new": "form.fact > button",
    "/initiatives/one/dues/dues-2024-1-firm/payment": "form.fact > button",
    "/initiatives/one/gates/first": "form.decision > button",
}
"""Forms that are sent empty, with their buttons."""

OTHER_LANGUAGES = ("ca", "eu", "pt")
PAGES_WITH_LANGUAGES = ("/", "/initiatives/one", "/initiatives/one/gates/first", "/me", "/office/notices?days=7",
                        "/office", "/initiatives/one/facts", "/initiatives/one/facts/membership/new",
                        "/initiatives/one/dues?year=2024", "/nothing")  # fmt: skip
PAGES_WITHOUT_READING = {"/sign-on", "/sign-on/callback", "/calendars/{secret}.ics", "/health"}
"""They show no page of their own: they lead elsewhere, or a program reads them."""

SCRIPT = (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8") if (
    FOLDER / "node_modules" / "axe-core").exists() else ""  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """An initiative with an open gate, an office, a refused submission and a token."""
    file = tmp_path_factory.mktemp("site") / "clusterflow.db"
    file.write_bytes(sqlite_template.read_bytes())
    url, port = f"sqlite:///{file}", free_port()
    world = World(url, two_votes())
    world.context.settings = Settings(
        database=url, configs=CONFIGS, home=file.parent, proof="none", secret="s" * 32, web_port=port,
        administrators="mona", personal_data="names", channel={"telegram": "json://127.0.0.1:9/"},
    )  # fmt: skip
    world.record(
        "organisation id=agency name=Agency helix=government from=2020-01-01",
        "office id=north organisation=agency name=Norte from=2020-01-01",
        "representation person=mona organisation=agency from=2020-01-01",
        "channel person=mona channel=telegram address=@mona from=2024-01-01",
    )
    world.enrol("one")
    world.record(
        "initiative id=one name=Initiative-one country=ES office=north from=2024-01-10",
        "membership initiative=one organisation=firm from=2024-01-01",
        "meeting initiative=one id=m-1 body=board on=2024-01-09",
        "action initiative=one id=a-1 title=Padrón owner=mona from=2024-01-01 due=2024-02-01",
        "dues-adoption initiative=one scheme=galicia-sport from=2024-01-01",
        "invoice initiative=one id=dues-2024-1-firm organisation=firm amount=2000EUR on=2024-02-01 due=2024-03-01",
        "payment initiative=one id=p1 invoice=dues-2024-1-firm amount=500EUR on=2024-02-10",
    )
    payload = json.dumps({"record": "membership", "initiative": "one", "organisation": "nobody", "from": "2024-01-05"})
    delivery = Delivery("event:1", "event 1", payload, tuple(read_value(json.loads(payload), "event")))
    list(intake.receive(world.context, [delivery]))
    api_tokens.new_token(world.context, "mona", "reports")
    world.at("2024-06-10")
    world.state_figure("signed")
    world.state_figure("paid")
    world.evaluate()
    workbook = workbooks.write_template(world.context, "one", "es")
    for name, content in (("libro.xlsx", workbook), ("mal.csv", (EXAMPLES / "miembros-mal.csv").read_bytes())):
        hand_in.store_upload(world.context, "mona", "one", name, content)
    yield world
    world.context.database.dispose()


def paths(app: Any, world: World) -> list[str]:
    """The path of every page of the site, and some with a query."""
    with world.context.reading() as connection:
        entries = {
            record: str(facts_of(connection, RECORDS[record], chain)[0].entry)
            for record, chain in (("membership", "one"), ("organisation", REGISTRY))
        }
    tickets = sorted(file.stem for file in world.context.settings.home.rglob("*.book"))
    found = []
    for route in app.routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()) and route.path not in PAGES_WITHOUT_READING:
            record = "organisation" if route.path.startswith("/registry") else "membership"
            more = {"{record}": record, "{entry:int}": entries[record], "{number}": "1", "{secret}": "x"}
            path = route.path
            for part, value in {**FILLED, **more}.items():
                path = path.replace(part, value)
            found += [path.replace("{ticket}", ticket) for ticket in tickets] if "{ticket}" in path else [path]
    found.remove("/initiatives/one/plots/{plot}.svg")
    assert not [path for path in found if "{" in path]
    return [*found, *MORE_PAGES]


async def is_file(page: Page, address: str) -> bool:
    """Whether a browser stores what is at an address, and does not show it."""
    headers = (await page.request.get(address)).headers
    return "attachment" in headers.get("content-disposition", "inline")


async def violations(page: Page) -> list[str]:
    """The broken rules. It also checks that a page is not wider than its window."""
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    done = await page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [f"{v['id']}: {v['help']}: {n['html'][:120]}" for v in done["violations"] for n in v["nodes"]]


async def show(page: Page, number: int) -> None:
    """Show the page wide and light, or narrow and dark."""
    await page.set_viewport_size(SIZES[number])  # type: ignore[arg-type]
    await page.emulate_media(color_scheme=("light", "dark")[number])  # type: ignore[arg-type]


async def violations_in_both(page: Page, name: str | None = None) -> list[str]:
    """The broken rules in a wide light window, and in a narrow dark one. The page is loaded once."""
    found = list[str]()
    for number, scheme in enumerate(("light", "dark")):
        await show(page, number)
        found += [f"{scheme}: {violation}" for violation in await violations(page)]
        if name and (folder := os.environ.get("CLUSTERFLOW_PICTURES")):
            file = Path(folder) / f"web{name.replace('/', '-')}-{scheme}-{number}.png"
            await page.screenshot(path=file, full_page=True)
    await show(page, 0)
    return found


@pytest.mark.usefixtures("javascript")
async def test_no_page_breaks_a_rule_of_wcag_in_any_language_light_or_dark(world: World, chromium: str) -> None:
    app, site = build_app(world.context), world.context.settings.site
    found, shown = list[str](), list[str]()
    with served(app, world.context.settings.web_port):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for language in ("es", "en"):
                world.record(f"person id=mona name=Mona email=mona@firm.example from=2020-01-01 language={language}")
                page = await browser.new_page(
                    viewport=SIZES[0], locale=language, color_scheme="light", bypass_csp=True,  # type: ignore[arg-type]
                )  # fmt: skip
                page.set_default_timeout(30_000)
                await page.add_init_script(SCRIPT)
                secret = sign_in.new_link(world.context, "mona").secret
                for path in ("/sign-in", f"/sign-in/{secret}"):
                    await page.goto(f"{site}{path}")
                    found += [f"{path} {language} {v}" for v in await violations_in_both(page)]
                await page.locator("main button").click()
                if not shown:
                    shown = [path for path in paths(app, world) if not await is_file(page, f"{site}{path}")]
                for path in shown:
                    await page.goto(f"{site}{path}")
                    found += [f"{path} {language} {v}" for v in await violations_in_both(page, f"{path}-{language}")]
                for path, button in MISTAKEN_FORMS.items():
                    await page.goto(f"{site}{path}")
                    for typed in await page.locator("#amount").all():
                        await typed.fill("")
                    await page.locator(button).click()
                    assert await page.locator(".mistake").count(), path
                    found += [f"{path} with mistakes, {language} {v}" for v in await violations_in_both(page)]
                if language == "es":
                    await page.close()
            await show(page, 1)
            for language in OTHER_LANGUAGES:
                world.record(f"person id=mona name=Mona email=mona@firm.example from=2020-01-01 language={language}")
                for path in PAGES_WITH_LANGUAGES:
                    await page.goto(f"{site}{path}")
                    assert await page.locator("html").get_attribute("lang") == language
                    found += [f"{path} {language}: {v}" for v in await violations(page)]
            await browser.close()
    assert {"/me", "/office", "/initiatives/one", "/initiatives/one/gates/first"} <= set(shown)
    for what in (
        "membership/[0-9]+/correct",
        "organisation/[0-9]+",
        "workbook/[0-9a-f]+",
        "dues/dues-2024-1-firm/payment",
    ):
        assert any(re.search(f"{what}$", path) for path in shown), what
    assert found == []
