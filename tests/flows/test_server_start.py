"""A Prefect server on a busy machine answers late: it is waited for, and never taken for another program."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from support.patience import PATIENCE_SECONDS
from support.ports import free_port

from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect import health, server
from clusterflow.prefect.api import settings_for, unreachable_in_words
from clusterflow.prefect.server import Answer, PrefectServer, ServerFailed, ask
from clusterflow.prefect.server_start import start_if_missing
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.settings import Settings

AT_ONCE = 0.01
"""How long the first answer is waited for, in seconds. It comes later in any case."""


@contextmanager
def late_server(late: int) -> Iterator[str]:
    """A stand-in for Prefect that gives no answer to the first ``late`` questions until it is asked again."""
    questions, asked_again = iter(range(1_000_000)), threading.Event()

    class Late(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if next(questions) < late:
                asked_again.wait(PATIENCE_SECONDS)
                return
            asked_again.set()
            body = b"true" if self.path.endswith("/health") else b'"3.9.1"'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Late) as stub:
        threading.Thread(target=stub.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{stub.server_port}/api"
        finally:
            asked_again.set()
            stub.shutdown()


def test_a_server_that_is_late_is_no_stranger() -> None:
    with late_server(1) as address:
        assert ask(address, answer_seconds=AT_ONCE) is Answer.LATE
        assert ask(address) is Answer.PREFECT


def test_a_server_that_is_late_is_waited_for(tmp_path: Path) -> None:
    lines: list[str] = []
    with late_server(1) as address:
        settings = Settings(prefect_api=address, home=tmp_path)
        assert start_if_missing(settings, None, lines.append, AT_ONCE) is None
    assert lines == [f"Prefect: {address} is slow to answer, waiting ...", f"Prefect: already up at {address}"]


def test_a_server_that_is_late_again_is_called_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE_SECONDS", AT_ONCE)
    with late_server(2) as address, pytest.raises(PrefectUnreachable, match=f"{address} is too slow"):
        start_if_missing(Settings(prefect_api=address, home=tmp_path), None, lambda _: None, AT_ONCE)


def test_no_second_server_is_started_where_one_is_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE_SECONDS", AT_ONCE)
    with late_server(2) as address:
        port = int(address.rpartition(":")[2].partition("/")[0])
        with pytest.raises(PrefectUnreachable, match="is too slow"):
            start_if_missing(Settings(prefect_port=port, home=tmp_path), None, lambda _: None, AT_ONCE)
        monkeypatch.setattr(server, "ask", lambda *_: Answer.LATE)
        with pytest.raises(ServerFailed, match="does not answer in time"):
            PrefectServer(tmp_path, port).start()


def test_the_doctor_waits_for_a_server_that_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    with late_server(1) as address:
        (found,) = health.look_at_server(Surroundings(Settings(prefect_api=address)), AT_ONCE)
        assert "version 3.9.1" in found.found.en
    monkeypatch.setattr(server, "PATIENCE_SECONDS", AT_ONCE)
    with late_server(2) as address:
        (found,) = health.look_at_server(Surroundings(Settings(prefect_api=address)), AT_ONCE)
        assert (found.outcome, found.cure.id) == (Outcome.TROUBLE, "repeat-when-idle")
        assert "does not answer in time" in found.found.en


def test_a_request_that_is_answered_late_does_not_advise_another_server() -> None:
    address = f"http://127.0.0.1:{free_port()}/api"
    with settings_for(address), pytest.raises(PrefectUnreachable) as problem, unreachable_in_words():
        raise httpx.ReadTimeout("")
    assert "is too slow" in str(problem.value)
    assert "clusterflow up" not in str(problem.value)
