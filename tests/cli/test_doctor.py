"""The doctor as a person or a machine calls it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from support.mailbox import mail_server
from support.ports import free_port

from clusterflow.prefect import health

from .conftest import Run


@pytest.fixture
def doctor(office: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An office without Prefect and without a mail server."""
    monkeypatch.setenv("CLUSTERFLOW_PREFECT_PORT", str(free_port()))
    monkeypatch.delenv("CLUSTERFLOW_MAIL", raising=False)
    return office


def test_only_warnings_end_with_seven(doctor: Run) -> None:
    result = doctor("doctor", "--json")
    assert (result.code, result.json["outcome"]) == (7, "warning")
    by_check = {f["check"]: f["outcome"] for f in result.json["findings"]}
    assert by_check["channels"] == "warning"
    assert by_check["database"] == "ok"
    assert by_check["prefect"] == by_check["deployments"] == by_check["secrets"] == "not-looked-at"
    assert set(result.json["findings"][0]) == {"check", "what", "outcome", "found", "cure"}


def test_all_well_ends_with_nought_and_sends_only_on_request(
    doctor: Run, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    # A Prefect behind a proxy: its public address answers, and is another machine's.
    httpserver.expect_request("/api/health").respond_with_data("true")
    httpserver.expect_request("/api/admin/version").respond_with_data(status=401)
    monkeypatch.setattr(health, "is_loopback", lambda _: False)
    monkeypatch.setenv("CLUSTERFLOW_PUBLIC_URL", httpserver.url_for("").rstrip("/"))
    with mail_server() as (box, address):
        monkeypatch.setenv("CLUSTERFLOW_MAIL", address)
        assert doctor("doctor").code == 0
        assert box.mails == []
        result = doctor("doctor", "--send", "mona@firm.example")
    assert result.code == 0
    assert "test message by mail to mona@firm.example" in result.out
    assert box.subjects("mona@firm.example") == ["clusterflow doctor"]


def test_trouble_ends_with_three_and_says_what_to_do(doctor: Run, home: Path) -> None:
    (home / "clusterflow.db").unlink()
    result = doctor("doctor")
    assert result.code == 3
    assert "✘ trouble" in result.out
    assert "clusterflow db upgrade" in result.out
    assert "needs: database" in result.out


def test_broken_settings_are_trouble_and_no_traceback(doctor: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_SECRET", "hunter2")
    result = doctor("doctor")
    assert result.code == 3
    assert "CLUSTERFLOW_SECRET" in result.out
    assert "hunter2" not in result.out + result.err


def test_it_speaks_spanish_where_the_office_does(doctor: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGE", "es")
    result = doctor("doctor")
    for words in ("revisado", "qué hacer", "✔ bien", "! atención", "· no revisado", "servidor de Prefect"):
        assert words in result.out
    monkeypatch.setenv("CLUSTERFLOW_SENDERS", "many")
    broken = doctor("doctor").out
    english = re.compile(r"(?<![\w/.=-])(the|of|is|and|not|with|ledger|metrics|accepted|should|once)(?![\w-])")
    assert [line for line in (result.out + broken).splitlines() if english.search(line)] == []


def test_a_mistyped_option_ends_with_two(doctor: Run) -> None:
    assert doctor("doctor", "--sent", "x").code == 2


def test_without_a_prefect_none_is_imported() -> None:
    code = "import sys, clusterflow.cli.doctor; print(any(m.split('.')[0] == 'prefect' for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
