"""``clusterflow web`` as a process: it starts, serves, and ends with Ctrl-C, and it does not import Prefect."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import uvicorn
from prometheus_client.parser import text_string_to_metric_families as parse_text
from support.patience import PATIENCE_SECONDS
from support.ports import free_port

from clusterflow.web.command import listening_socket

CLUSTERFLOW = str(Path(sys.executable).with_name("clusterflow"))


def environment(url: str, home: Path) -> dict[str, str]:
    return {**os.environ, "CLUSTERFLOW_DATABASE": url, "CLUSTERFLOW_HOME": str(home), "CLUSTERFLOW_SECRET": "s" * 32}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_process_serves_on_loopback_and_ends_with_ctrl_c(sqlite_url: str, tmp_path: Path, workers: int) -> None:
    port = free_port()
    variables = {**environment(sqlite_url, tmp_path), "CLUSTERFLOW_WEB_PORT": str(port)}
    metrics = free_port()
    variables |= {"CLUSTERFLOW_WEB_WORKERS": str(workers), "CLUSTERFLOW_METRICS_PORT": str(metrics)}
    process = subprocess.Popen(
        [CLUSTERFLOW, "web"],
        env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in")
                break
            except OSError:
                assert time.monotonic() < until, "the site does not answer"
                assert process.poll() is None, process.stderr
                time.sleep(0.05)
        assert answer.status == 200
        assert "server" not in {name.lower() for name in answer.headers}
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics") as scrape:
            assert "process_cpu_seconds_total" in {
                sample.name for family in parse_text(scrape.read().decode()) for sample in family.samples
            }
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, "Traceback" in err) == (0, False)
    assert f"http://127.0.0.1:{port}" in out
    assert f"http://127.0.0.1:{metrics}/metrics" in out
    assert "no mail server is set, so nobody can sign in" in err


def test_the_site_imports_neither_prefect_nor_what_draws_plots_or_sends_mails() -> None:
    code = "import sys, clusterflow.cli, clusterflow.web.command; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"prefect", "matplotlib", "pandas", "openpyxl", "alembic", "apprise", "httpx", "rich"} & set(
        done.stdout.split()
    )


def test_a_setting_that_is_not_an_address_is_explained(sqlite_url: str, tmp_path: Path) -> None:
    variables = environment(sqlite_url, tmp_path) | {"CLUSTERFLOW_WEB_ADDRESS": "clusters.example.org/path"}
    done = subprocess.run([CLUSTERFLOW, "web"], env=variables, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "accepted: https://HOST" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_connection_to_several_processes_does_not_wait_for_acknowledgements() -> None:
    with listening_socket(uvicorn.Config("none", port=free_port(), log_level="warning")) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
