"""The plots of an initiative as pictures of our own origin, drawn once for the same facts."""

from __future__ import annotations

import asyncio
import threading
from xml.etree import ElementTree

import httpx
import pytest
from support.patience import PATIENCE_SECONDS
from support.web import WebWorld

from clusterflow.services.reports import dossier

PAGE = "/initiatives/one/plots"


def test_the_plots_of_the_dossier_are_pictures_with_words_and_numbers(site: WebWorld) -> None:
    browser = site.browser("mona", "es")
    page = browser.open(PAGE)
    pictures = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    texts = [value for tag, name, value in page.attributes if (tag, name) == ("img", "alt")]
    assert pictures
    assert f"{PAGE}/members.svg" in pictures
    assert all(texts)
    assert len(page.tables) == len(pictures)
    for picture in pictures:
        answer = browser.get(str(picture))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert "script" not in answer.text
        ElementTree.fromstring(answer.text)  # noqa: S314 - our own picture


def test_a_plot_is_drawn_once_and_again_after_a_fact_has_changed(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, draw = list[str](), dossier.dossier

    def counted(*given: object, **more: object) -> object:
        drawn.append("")
        return draw(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(dossier, "dossier", counted)
    browser = site.browser("mona")
    for _ in range(2):
        browser.get(PAGE)
        browser.get(f"{PAGE}/members.svg")
    assert len(drawn) == 1
    before = browser.get(f"{PAGE}/members.svg").text
    site.world.record("membership initiative=one organisation=firm from=2024-01-02")
    assert browser.get(f"{PAGE}/members.svg").text != before
    assert len(drawn) == 2


def test_a_plot_that_does_not_exist_and_one_of_another_office_are_not_found(site: WebWorld) -> None:
    browser = site.browser("mona")
    assert browser.get(f"{PAGE}/nothing.svg").status_code == 404
    assert browser.get("/initiatives/two/plots/members.svg").status_code == 404


def test_the_page_of_an_initiative_says_who_can_correct_what_holds_it_back(site: WebWorld) -> None:
    site.world.evaluate()
    browser = site.browser("mona")
    text = browser.open("/initiatives/one").text
    assert "Can be corrected by: manager" in text
    link = ("a", "href", "/initiatives/one/facts/observation")
    assert link in browser.open("/initiatives/one").attributes, "it leads to the facts that would help"
    assert link in browser.open("/initiatives/one/gates/first").attributes
    assert link not in site.browser("gala").open("/initiatives/one/gates/first").attributes
    browser.open("/initiatives/one")
    assert PAGE in browser.shown.text


def test_the_page_of_an_initiative_shows_the_plots_that_have_facts_and_draws_none(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the page draws nothing itself")

    monkeypatch.setattr(dossier, "dossier", fail)
    browser = site.browser("mona")
    assert "<img" not in browser.get("/initiatives/one").text
    site.world.record(
        "survey-wave initiative=one topic=trust on=2024-01-08 invited=9 answers=8 mean_milli=4000",
        "meeting initiative=one id=m-1 body=board on=2024-01-09",
        "attendance initiative=one meeting=m-1 person=mona organisation=firm present=true on=2024-01-09",
    )
    page = browser.open("/initiatives/one")
    pictures = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert pictures == [f"{PAGE}/{name}.svg" for name in ("attendance", "person-turnover", "trust")]
    assert [v for t, n, v in page.attributes if (t, n) == ("img", "loading")] == ["lazy"] * 3
    assert f"{PAGE}#trust" in [v for t, n, v in page.attributes if (t, n) == ("a", "href")]


def test_a_plot_without_a_number_says_so(site: WebWorld) -> None:
    picture = site.browser("olga", "es").get(f"{PAGE}/objectives.svg")
    assert (picture.status_code, "todavía no hay un número" in picture.text) == (200, True)


def test_a_plot_is_sent_compressed_to_who_can_read_it(site: WebWorld) -> None:
    browser = site.browser("mona")
    plain = browser.get(f"{PAGE}/members.svg", headers={"accept-encoding": "identity"})
    small = browser.get(f"{PAGE}/members.svg", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert small.text == plain.text
    assert int(small.headers["content-length"]) * 2 < int(plain.headers["content-length"])
    # A page holds the token of its forms, so its length must not depend on what it says.
    assert "content-encoding" not in browser.get("/initiatives/one").headers


async def test_pages_are_answered_while_many_pictures_wait_to_be_drawn(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More pictures than there are threads, and the first of them is not finished."""
    may_end, draw = threading.Event(), dossier.dossier

    def slow(*given: object, **more: object) -> object:
        may_end.wait(PATIENCE_SECONDS)
        return draw(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(dossier, "dossier", slow)
    cookie = site.browser("mona").cookies["clusterflow"]
    transport = httpx.ASGITransport(app=site.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as browser:
        browser.cookies.set("clusterflow", cookie)
        pictures = [asyncio.ensure_future(browser.get(f"{PAGE}/members.svg")) for _ in range(60)]
        await asyncio.sleep(0)
        page = await asyncio.wait_for(browser.get("/initiatives/one"), PATIENCE_SECONDS)
        assert (page.status_code, [p for p in pictures if p.done()]) == (200, [])
        may_end.set()
        assert {answer.status_code for answer in await asyncio.gather(*pictures)} == {200}
