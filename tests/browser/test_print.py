"""The web pages on paper: nothing is cut off, and what leads elsewhere is left out."""

from __future__ import annotations

from io import BytesIO

import pytest
from browser.test_web import GATE, INITIATIVE, sign_in_link, site, story_file
from playwright.async_api import Browser
from pypdf import PdfReader
from support.mailbox import Mailbox

from clusterflow.services.context import Context

__all__ = ["site", "story_file"]

OF_INITIATIVE = f"/initiatives/{INITIATIVE}"
PAGES = (
    "/",
    GATE,
    OF_INITIATIVE,
    f"{OF_INITIATIVE}/plots",
    f"{OF_INITIATIVE}/facts/membership",
    f"{OF_INITIATIVE}/dues",
)

PAPERS = {"A4": 794, "Letter": 816}
"""The width of the paper in CSS pixels."""
MARGIN = 38

CUT_OFF = """() => [...document.querySelectorAll('body, body *')].filter(e =>
    e.checkVisibility() && !e.closest('svg') && e.getBoundingClientRect().width > 1 && (
        e.getBoundingClientRect().right > window.innerWidth + 1 ||
        (getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1)
    )).map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("paper", PAPERS)
async def test_a_printed_page_has_all_its_text_and_no_navigation(
    site: tuple[Context, Mailbox],
    chrome: Browser,
    paper: str,
) -> None:
    context, _ = site
    page = await chrome.new_page(viewport={"width": PAPERS[paper] - 2 * MARGIN, "height": 1000}, locale="es")
    await page.goto(sign_in_link(context))
    await page.get_by_role("button", name="Entrar").click()
    for path in PAGES:
        await page.goto(f"{context.settings.site}{path}")
        title, bar = await page.locator("h1").inner_text(), await page.locator(".bar").inner_text()
        await page.emulate_media(media="print")
        assert await page.evaluate(CUT_OFF) == [], path
        assert await page.locator("nav:visible, form:visible").count() == 0, path
        margin = f"{MARGIN}px"
        pdf = await page.pdf(format=paper, margin={"left": margin, "right": margin, "top": margin, "bottom": margin})
        printed = " ".join(" ".join(p.extract_text() for p in PdfReader(BytesIO(pdf)).pages).split())
        assert " ".join(title.split()) in printed, path
        assert " ".join(bar.split()) not in printed, path
        await page.emulate_media(media="screen")
