"""Links in messages begin with the public address, however it was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from support.ports import free_port

from clusterflow.prefect import health
from clusterflow.prefect.server import PrefectServer
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.services.notifications.pages import Pages, Subject
from clusterflow.settings import Settings

PUBLIC = "https://clusters.office.example"


@pytest.mark.parametrize("typed", [PUBLIC, f"{PUBLIC}/", f"{PUBLIC}/api", f"{PUBLIC}/api/", f"{PUBLIC}/v2"])
def test_a_link_leads_to_the_public_address_and_to_what_it_is_about(typed: str) -> None:
    pages = Pages(Settings(public_url=typed))
    assert pages.run("0815") == f"{PUBLIC}/v2/runs/flow-run/0815"
    assert pages.decision(Subject("cafe", "strategy"), "r1").startswith(f"{PUBLIC}/v2/runs?tags=")


def test_without_one_it_is_that_of_the_server() -> None:
    assert Settings(prefect_api="https://prefect.example/api").pages_url == "https://prefect.example"
    assert Settings(prefect_port=4300).pages_url == "http://127.0.0.1:4300"


def test_what_is_no_address_is_refused_with_an_example() -> None:
    with pytest.raises(ValidationError, match="accepted: https://HOST"):
        Settings(public_url="clusters.office.example")


def test_pages_behind_a_proxy_ask_the_api_at_the_public_address(tmp_path: Path) -> None:
    behind = PrefectServer(tmp_path, free_port(), public_url=PUBLIC)
    environment = behind._environment(register_blocks=False)
    assert environment["PREFECT_SERVER_UI_API_URL"] == f"{PUBLIC}/api"
    assert environment["PREFECT_API_URL"] == behind.api_url
    alone = PrefectServer(tmp_path, free_port())._environment(register_blocks=False)
    assert "PREFECT_SERVER_UI_API_URL" not in alone


def look(**settings: Any) -> tuple[Outcome, str, str]:
    (result,) = health.look_at_public_address(Surroundings(Settings(**settings)))
    return result.outcome, result.found.en, result.cure.en


def test_the_doctor_warns_of_links_that_open_on_this_machine_only() -> None:
    mail = SecretStr("mailto://127.0.0.1")
    assert look(mail=None)[0] is Outcome.OK
    outcome, found, cure = look(mail=mail)
    assert (outcome, "on this machine only" in found, "CLUSTERFLOW_PUBLIC_URL" in cure) == (Outcome.WARNING, True, True)
    assert look(mail=mail, public_url="http://localhost:8080")[0] is Outcome.WARNING
    assert look(mail=mail, prefect_api="https://prefect.example/api")[0] is Outcome.OK
    assert look(mail=mail, web_address=PUBLIC)[:2] == (Outcome.OK, PUBLIC)


def test_the_doctor_warns_where_no_prefect_answers_at_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_loopback", lambda _: False)
    outcome, found, _ = look(public_url=f"http://127.0.0.1:{free_port()}")
    assert (outcome, "no Prefect answers" in found) == (Outcome.WARNING, True)
