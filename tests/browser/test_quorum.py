"""Three deciders in three browsers: one votes on findings that change meanwhile, and the third vote decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser.test_web import SIZES
from playwright.async_api import Browser, Page, expect
from support.ports import free_port
from support.web import served
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.terms import Role
from clusterflow.services import sign_in
from clusterflow.settings import Settings
from clusterflow.web.app import build_app

GATE = "/initiatives/one/gates/first"
LANGUAGES = {"mona": "es", "gala": "en", "bruno": "ca"}


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path) -> World:
    rule = DecidedBy(roles=(Role.BOARD_MEMBER,), need=3, per_organisation=3)
    first = stage("first", (), stated("signed"), stated("paid"), rule=rule)
    world = World(sqlite_url, model(first, stage("second", ("first",)), name="tiny"))
    world.context.settings = Settings(
        database=sqlite_url, configs=CONFIGS, home=tmp_path, proof="none", secret="s" * 32, web_port=free_port()
    )  # type: ignore[arg-type]
    world.enrol("one")
    world.record(
        *(
            f"person id={who} name={who.title()} email={who}@firm.example from=2020-01-01 language={language}"
            for who, language in LANGUAGES.items()
        )
    )
    return world


async def at_gate(chrome: Browser, world: World, person: str, size: str) -> Page:
    """The gate in a browser of its own, where the person has signed in by a link."""
    page = await (await chrome.new_context(viewport=SIZES[size])).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    await page.goto(f"{world.context.settings.site}/sign-in/{sign_in.new_link(world.context, person, GATE).secret}")
    await page.locator("main button").click()
    await expect(page).to_have_url(f"{world.context.settings.site}{GATE}")
    return page


async def go(page: Page, reason: str) -> None:
    await page.locator("#say-go").check()
    await page.locator("#reason").fill(reason)
    await page.locator("form.decision > button").click()


async def test_a_quorum_of_three_people_in_three_browsers_one_on_findings_that_change(
    world: World, chrome: Browser
) -> None:
    world.state_figure("signed")
    with served(build_app(world.context), world.context.settings.web_port):
        mona = await at_gate(chrome, world, "mona", "desktop")
        await mona.get_by_role("button", name="Pedir la revisión ahora").click()
        gala = await at_gate(chrome, world, "gala", "telephone")
        bruno = await at_gate(chrome, world, "bruno", "telephone")

        world.state_figure("paid")
        await go(gala, "Both are done.")
        await expect(gala.get_by_role("alert")).to_contain_text("The findings changed while you decided")
        await expect(gala.locator("details.changed")).to_contain_text("before: ? unknown")
        await expect(gala.locator("#reason")).to_have_value("Both are done.")
        await gala.locator("form.decision > button").click()
        await expect(gala.get_by_role("status")).to_contain_text("1 of 3 needed votes")

        await mona.reload()
        await go(mona, "De acuerdo.")
        await expect(mona.get_by_role("status")).to_contain_text("2 de 3 votos necesarios")

        # The others have voted meanwhile; the page of the third says so when it is loaded.
        await bruno.reload()
        await expect(bruno.locator(".votes li")).to_have_count(2)
        await go(bruno, "Conforme.")
        await expect(bruno.get_by_role("status")).to_contain_text("Decidida el 10 de gener del 2024: endavant")

        await gala.reload()
        await expect(gala.get_by_role("status")).to_contain_text("Decided on January 10, 2024: go")
        await gala.goto(world.context.settings.site)
        await expect(gala.get_by_text("Nothing waits for your decision.")).to_be_visible()
