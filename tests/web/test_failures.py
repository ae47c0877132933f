"""What a reader sees when something fails on our side."""

from __future__ import annotations

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
