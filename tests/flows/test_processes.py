"""What an administrator types, as real processes: ``clusterflow up``, ``clusterflow reconcile``, ``prefect deploy``."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from support.findings import given, gone
from support.office import ROOT
from support.patience import PATIENCE_SECONDS
from support.ports import free_port
from support.world import World

from clusterflow.domain.terms import DecisionKind
from clusterflow.prefect import health
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import gate_forms, gates, standing
from clusterflow.services.diagnostics.finding import Surroundings
from clusterflow.settings import Settings

CLUSTERFLOW = str(Path(sys.executable).with_name("clusterflow"))
PREFECT = str(Path(sys.executable).with_name("prefect"))


def environment(home: Path, **own: str) -> dict[str, str]:
    """The shell of somebody who has set nothing but this: Python, too, holds back what goes to a pipe."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "CLUSTERFLOW_", "PYTHONUNBUFFERED"))}
    return clean | {"PREFECT_HOME": str(home / "client"), "COLUMNS": "200", "NO_COLOR": "1"} | own


def until(look: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.1)


class Up:
    """A running ``clusterflow up``, and what it has said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())

    def until_it_says(self, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.said):
            try:
                self.said.append(self._lines.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"it never said «{text}»:\n" + "\n".join(self.said)) from None


@contextmanager
def up(shell: dict[str, str]) -> Iterator[Up]:
    process = subprocess.Popen(
        [CLUSTERFLOW, "up"],
        env=shell,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Up(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def processes_of(home: Path) -> list[str]:
    """The processes of this machine that speak of a folder: of a test's server and worker there must be none left."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            visible = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in visible and int(folder.name) != os.getpid():
            found.append((folder / "cmdline").read_text(errors="replace").replace("\0", " "))
    return found


@pytest.fixture
def home(tmp_path: Path, sqlite_url: str) -> Path:
    """A folder with a database in which a gate is open, and a Prefect that has never heard of it."""
    world = World(sqlite_url)
    world.enrol("auto", "nuevo-leon")
    gates.open_gate(world.context, "auto", "critical-mass")
    gate_forms.claim(
        world.context, "auto", "00000000-0000-0000-0000-000000000001"
    )  # held by a run of a Prefect that is gone
    return tmp_path


def test_up_starts_all_opens_again_what_was_open_and_leaves_nothing(home: Path, sqlite_url: str) -> None:
    port, web_port = free_port(), free_port()
    shell = environment(
        home,
        CLUSTERFLOW_WEB="on",
        CLUSTERFLOW_WEB_PORT=str(web_port),
        CLUSTERFLOW_HOME=str(home),
        CLUSTERFLOW_DATABASE=sqlite_url,
        CLUSTERFLOW_PREFECT_PORT=str(port),
        CLUSTERFLOW_TODAY="2024-01-10",
        CLUSTERFLOW_PROOF="none",
    )

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CLUSTERFLOW, *words], env=shell, cwd=home, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )

    away = command("reconcile")
    assert away.returncode == 6
    assert re.match(r"clusterflow: no Prefect server answers at .*\n$", away.stderr)
    office = Surroundings(Settings(home=home, database=sqlite_url, prefect_port=port))
    assert given(health.look_at_server(office), "start-prefect").cure.en == "clusterflow up"

    with up(shell) as running:
        running.until_it_says("Stop with Ctrl-C.")
        gone(health.look_at_server(office), "start-prefect")
        output = "\n".join(running.said)
        assert f"http://127.0.0.1:{port}" in output
        assert "lifecycle/nuevo-leon" in output
        assert f"http://127.0.0.1:{web_port}" in output
        assert "<form" in httpx.get(f"http://127.0.0.1:{web_port}/sign-in").text

        api = f"http://127.0.0.1:{port}/api"
        paused = {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}, "tags": {"all_": ["initiative:auto"]}}}
        runs: list[dict[str, str]] = []
        until(lambda: runs.extend(httpx.post(f"{api}/flow_runs/filter", json=paused).json()) or runs, "the form")
        assert json.loads(command("reconcile", "--json").stdout) == {
            "opened": [],
            "queued": [],
            "closed": [],
            "sound": 1,
            "coming": 0,
            "problems": [],
        }
        board = {"artifacts": {"key": {"any_": ["portfolio"]}}}
        until(lambda: httpx.post(f"{api}/artifacts/latest/filter", json=board).json(), "the portfolio")

        # Decided on the command line: the relay of ``up`` closes the run that asks.
        decided = command("decide", "auto", "critical-mass", "stop", "--by", "mona", "--reason", "too early")
        assert decided.returncode == 0, decided.stderr
        until(
            lambda: httpx.get(f"{api}/flow_runs/{runs[0]['id']}").json()["state"]["name"] == "Decided",
            "that the run is closed",
        )

        other = shell | {"CLUSTERFLOW_DATABASE": f"sqlite:///{home / 'rehearsal.db'}", "CLUSTERFLOW_WEB": "off"}
        rehearsal = subprocess.run(
            [CLUSTERFLOW, "up"], env=other, cwd=home, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert rehearsal.returncode == 3
        assert "serves another database" in rehearsal.stderr
        again = command("up")
        assert again.returncode != 0
        assert f"port {web_port} is taken by another program" in again.stderr

        begun = time.monotonic()
        os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does, to everybody in it
        assert running.process.wait(30) == 0
        assert time.monotonic() - begun < 20
        running.until_it_says("stopped; nothing is left running")
        assert "Traceback" not in "\n".join(running.said)
    assert processes_of(home) == []
    review = standing.state(World(sqlite_url).context, "auto").reviews[0]
    assert review.outcome is DecisionKind.STOP


def test_deploying_and_reconciling_on_a_virgin_server(home: Path, sqlite_url: str, tmp_path: Path) -> None:
    server = PrefectServer(tmp_path / "server", free_port(), settings={"PREFECT_SERVER_UI_ENABLED": "false"})
    with server:
        shell = environment(tmp_path, PREFECT_API_URL=server.api_url)
        deploy = [PREFECT, "--no-prompt", "deploy", "--all", "--prefect-file", "deployments/prefect.yaml"]
        done = subprocess.run(deploy, env=shell, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        assert done.returncode == 0, done.stdout + done.stderr
        with httpx.Client(base_url=server.api_url) as api:
            assert api.get("/work_pools/clusterflow").json()["type"] == "process"
            names = {d["name"] for d in api.post("/deployments/filter", json={}).json()}
            models = {"basque", "catalan", "colombian-hybrid", "cordoba", "ecuador", "nuevo-leon"}
            assert names == models | {
                "portfolio", "daily", "outbox", "weekly", "dossiers", "hourly", "submitted", "files", "part"
            }  # fmt: skip
            scheduled = {
                "flows": {"name": {"any_": ["review"]}},
                "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            }
            until(lambda: api.post("/flow_runs/filter", json=scheduled).json(), "a scheduled review")
        listed = subprocess.run([PREFECT, "deployment", "ls"], env=shell, cwd=ROOT, capture_output=True, text=True)
        assert listed.returncode == 0
        assert "lifecycle/nuevo-leon" in listed.stdout

        ours = shell | {"CLUSTERFLOW_DATABASE": sqlite_url, "CLUSTERFLOW_PREFECT_API": server.api_url}
        opened = []
        for _ in range(2):
            command = [CLUSTERFLOW, "reconcile", "--json"]
            visible = subprocess.run(command, env=ours, cwd=home, capture_output=True, text=True, check=True).stdout
            opened.append(json.loads(visible)["opened"])
        assert opened == [["auto, gate of critical-mass"], []]
