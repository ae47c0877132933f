"""Every web page in every language, checked by axe-core for WCAG 2.2 AA.

A page is checked once in each language. The languages take turns with the looks: wide or narrow, light or dark. The
words of a page depend on the language, and its colours on the scheme; the two are independent.

With CLUSTERFLOW_PICTURES set to a folder, the pictures are written there for review.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Browser, Page
from starlette.routing import Route
from support.javascript import FOLDER
from support.ports import free_port
from support.web import served, two_votes
from support.world import CONFIGS, World

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.text import NOTICE_LANGUAGES, NoticeLanguage
from clusterflow.engine.submissions import Delivery
from clusterflow.intake.json_lines import read_value
from clusterflow.services import api_tokens, sign_in
from clusterflow.services.intake import submissions as intake
from clusterflow.services.intake.workbook import hand_in, workbooks
from clusterflow.settings import Settings
from clusterflow.store.registry import facts_of
from clusterflow.web.app import build_app
from clusterflow.web.render import FOLDER as WEB
from clusterflow.web.render import _environment

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXAMPLES = Path(__file__).parents[2] / "docs" / "how-to" / "example"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FILLED = {"{initiative}": "one", "{stage}": "first", "{meeting}": "m-1", "{invoice}": "dues-2024-1-firm"}
MORE_PAGES = ("/nothing", "/office/notices?days=7", "/initiatives/one/facts/membership?q=nobody",
              "/initiatives/one/facts/invoice/new?organisation=firm",
              "/initiatives/one/dues?year=2024&show=overdue")  # fmt: skip
"""An error page, and pages that differ by their query."""


class SentForm(NamedTuple):
    """A page, and the button of a form that is sent from it."""

    path: str
    button: str = ""
    filled: tuple[tuple[str, str], ...] = ()


MISTAKEN_FORMS = (
    SentForm("/me", "form[action='/me/tokens'] button"),
    SentForm("/office/enrolment", "main button"),
    SentForm("/initiatives/one/facts/meeting/new", "form.fact > button"),
    SentForm("/initiatives/one/dues/dues-2024-1-firm/payment", "form.fact > button", (("amount", ""),)),
    SentForm("/initiatives/one/gates/first", "form.decision > button"),
)
CODE_FORM = SentForm("/initiatives/one/gates/first", "form[action$='/code'] button")
SIGN_IN_FORM = SentForm("/sign-in", "main button", (("address", "nobody@firm.example"),))

PAGES_WITHOUT_READING = {"/sign-on", "/sign-on/callback", "/calendars/{secret}.ics", "/health"}
"""They show no page of their own: they lead elsewhere, or a program reads them."""

TEMPLATES = WEB / "templates"
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
        database=url, configs=CONFIGS, home=file.parent, proof="code", secret="s" * 32, web_port=port,
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


class Look(NamedTuple):
    language: NoticeLanguage
    size: Mapping[str, int]
    scheme: str


LOOKS = tuple(
    Look(language, size, scheme)
    for language, size, scheme in zip(
        NOTICE_LANGUAGES, (NARROW, WIDE, NARROW, NARROW, WIDE), ("light", "dark", "dark", "light", "light"), strict=True
    )
)
"""Each language with one look. A narrow page is the one that long words make wider than its window."""

CHECK = """async ({path, button, filled, language, rules}) => {
  const headers = {"Accept-Language": language};
  const show = async response => {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.body.replaceWith(page.body);
  };
  const first = await fetch(path, {headers});
  if (first.headers.get("content-disposition")?.startsWith("attachment")) {
    await first.body.cancel();  // a browser has few connections, and an unread answer holds one
    return [language, false, null];
  }
  await show(first);
  history.replaceState(null, "", path);
  if (button) {
    const form = document.querySelector(button).form;
    const sent = new URLSearchParams(new FormData(form));
    for (const [name, value] of filled) sent.set(name, value);
    await show(await fetch(form.action, {method: "POST", headers, body: sent}));
  }
  for (const closed of document.querySelectorAll("main details")) closed.open = true;
  const {violations} = await axe.run({runOnly: rules, resultTypes: ["violations"]});
  const broken = violations.flatMap(v => v.nodes.map(node => `${v.id}: ${v.help}: ${node.html.slice(0, 120)}`));
  for (const link of document.querySelectorAll(".bar nav > a")) {
    const range = document.createRange();
    range.selectNodeContents(link);
    if (range.getClientRects().length > 1) broken.push(`the menu breaks «${link.textContent}»`);
  }
  if (document.documentElement.scrollWidth > innerWidth) broken.push("wider than the window");
  return [document.documentElement.lang, document.querySelector(".mistake") !== null, broken];
}"""
"""Puts a page, or the answer to its form, into the open window, which takes less time than to navigate; then runs axe.

It returns the language, whether there is a mistake at a field, and the violations: null for a file that is stored.
"""


async def violations(page: Page, look: Look, form: SentForm, mistaken: bool = False) -> list[str] | None:
    """The rules that a page breaks, or the answer to its form; ``None`` for a file."""
    given = {**form._asdict(), "language": look.language, "rules": RULES}
    language, has_mistake, broken = await page.evaluate(CHECK, given)
    assert (language, has_mistake) == (look.language, mistaken), form
    if folder := os.environ.get("CLUSTERFLOW_PICTURES"):
        name = "-".join(re.findall(r"\w+", f"web {form.path} {form.button} {look.language}"))
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    return broken and [f"{form.path} {form.button} {look.language} {look.scheme}: {one}" for one in broken]


@pytest.fixture
async def page(chrome: Browser) -> AsyncIterator[Page]:
    """A page that axe may run in."""
    page = await chrome.new_page(bypass_csp=True)
    await page.add_init_script(SCRIPT)
    yield page
    await page.close()


@pytest.mark.usefixtures("javascript")
async def test_no_page_breaks_a_rule_of_wcag_in_any_language(world: World, page: Page) -> None:
    _environment.cache_clear()
    app, site = build_app(world.context), world.context.settings.site
    found = dict[tuple[NoticeLanguage, SentForm], list[str] | None]()
    with served(app, world.context.settings.web_port):
        sign_in_page = f"/sign-in/{sign_in.new_link(world.context, 'mona').secret}"
        await page.goto(f"{site}{sign_in_page}")
        for look in LOOKS:
            await show(page, look)
            for form in (SIGN_IN_FORM, SentForm("/sign-in"), SentForm(sign_in_page)):
                found[look.language, form] = await violations(page, look, form)
        await page.goto(f"{site}{sign_in_page}")
        await page.locator("main button").click()
        for look in LOOKS:
            await show(page, look)
            world.record(f"person id=mona name=Mona-Marroquín-Sada from=2020-01-01 language={look.language}")
            for form in (*map(SentForm, paths(app, world)), CODE_FORM):
                found[look.language, form] = await violations(page, look, form)
            for form in MISTAKEN_FORMS:
                found[look.language, form] = await violations(page, look, form, mistaken=True)
    assert [broken for some in found.values() for broken in some or ()] == []
    for language in NOTICE_LANGUAGES:
        assert {name for _, name in _environment(language).cache or ()} == {f.name for f in TEMPLATES.iterdir()}
        shown = [form.path for (shown_in, form), some in found.items() if shown_in == language and some is not None]
        for what in ("membership/[0-9]+/correct", "organisation/[0-9]+", "workbook/[0-9a-f]+", "firm/payment"):
            assert any(re.search(f"{what}$", path) for path in shown), what


async def show(page: Page, look: Look) -> None:
    """Show the page in a look."""
    await page.set_viewport_size(look.size)  # type: ignore[arg-type]
    await page.emulate_media(color_scheme=look.scheme)  # type: ignore[arg-type]
