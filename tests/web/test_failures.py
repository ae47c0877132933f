"""What a reader sees when something fails on our side."""

from __future__ import annotations

import base64

import pytest
from support.web import Browser, WebWorld

from clusterflow.services import sign_in
from clusterflow.web import work


def _fail(*_: object) -> None:
    raise RuntimeError("a secret detail")


def reader(site: WebWorld, language: str) -> Browser:
    return Browser(site.app, headers={"accept-language": language}, raise_server_exceptions=False)


def test_a_failure_ends_in_a_page_with_advice_and_without_details(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = reader(site, "es")
    browser.sign_in(site, "bruno")
    monkeypatch.setattr(work, "work_of", _fail)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "Algo falló de nuestro lado" in answer.text
    assert "secret detail" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_database_that_does_not_answer_ends_in_a_plain_sentence(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = reader(site, "en")
    browser.sign_in(site, "mona")
    monkeypatch.setattr(sign_in, "person_signed_in", _fail)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert answer.text.startswith("Algo falló de nuestro lado. Something failed on our side")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("found", ["%00", "%01", "%C2%80", "%1b"])
def test_an_address_with_a_character_that_no_text_has_leads_nowhere(site: WebWorld, found: str) -> None:
    browser = site.browser("mona")
    for path in (
        f"/initiatives/{found}", f"/initiatives/one/dues/{found}", f"/initiatives/one/meetings/{found}/attendance",
        f"/initiatives/one/facts/seat?q={found}", f"/initiatives/one/facts/seat?body={found}", f"/?page=1&x={found}",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404, path
    assert browser.get("/initiatives/one/facts/organisation?q=Espa%C3%B1a%09x%0D%0A").status_code == 200


def test_a_position_with_such_a_character_is_the_first_page(site: WebWorld) -> None:
    position = base64.urlsafe_b64encode(b'["value", "\\u0000", 1]').decode().rstrip("=")
    assert "Mona" in site.browser("mona").get(f"/initiatives/one/facts/person?after={position}").text
