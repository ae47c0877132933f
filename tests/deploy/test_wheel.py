"""The wheel works in an empty folder without the checkout: it is installed, deployed, and used by a plain worker.

The tests follow one new user from the first command to the last, in order.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel
from support.bytecode import lend_bytecode
from support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300
DEPLOY = ("prefect", "--no-prompt", "deploy", "--all", "--prefect-file", "deployments/prefect.yaml")

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from the unpacked sdist only."""
    target = tmp_path_factory.mktemp("dist")
    before = Path.cwd()
    try:
        os.chdir(ROOT)
        sdist = target / build_sdist(str(target))
        with tarfile.open(sdist) as archive:
            archive.extractall(target, filter="data")
        os.chdir(target / sdist.name.removesuffix(".tar.gz"))
        wheel = target / build_wheel(str(target))
    finally:
        os.chdir(before)
    return sdist, wheel


@pytest.fixture(scope="module")
def venv(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean virtual environment with the wheel and its pinned requirements, without extras."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    # The pip of this environment serves it.
    pip = [sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-compile", "-c", ROOT / "constraints.txt", built[1]], check=True)
    lend_bytecode(folder)
    return folder


@pytest.fixture(scope="module")
def office(venv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, which ``clusterflow init`` fills."""
    folder = tmp_path_factory.mktemp("office")
    _run(venv, folder, "clusterflow", "init", ".")
    port = free_port()
    for name, old, new in (
        (".env", "# CLUSTERFLOW_PREFECT_PORT=4200", f"CLUSTERFLOW_PREFECT_PORT={port}"),
        ("prefect.toml", ":4200/", f":{port}/"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def up(venv: Path, office: Path) -> Iterator[None]:
    """``clusterflow up``, started in the office's folder and stopped as by Ctrl-C."""
    _run(venv, office, "clusterflow", "db", "upgrade")
    _run(venv, office, "clusterflow", "enrol", "cafe", "name=Café", "country=MX", "--model", "cordoba")
    with _started(venv, office, "clusterflow", "up") as log:
        _wait(lambda: "Stop with Ctrl-C" in log.read_text(encoding="utf-8"), log)
        yield


@pytest.fixture
def command(venv: Path, office: Path) -> Command:
    """Run a command in the office's folder."""
    return lambda *words, code=0: _run(venv, office, *words, code=code)


def test_the_wheel_holds_the_flows_and_the_shipped_files(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[1]).namelist())
    shipped = {"configs/models/cordoba.yaml", "deployments/prefect.yaml", "constraints.txt"}
    assert {"flows/lifecycle.py", *(f"clusterflow/shipped/{name}" for name in shipped)} <= names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"clusterflow", "flows"}


@pytest.mark.parametrize("name", [(), ("up",), ("demo",), ("relay",), ("reconcile",), ("init",)])
def test_no_command_needs_an_extra_for_its_help(command: Command, name: tuple[str, ...]) -> None:
    assert "Usage: clusterflow" in command("clusterflow", *name, "--help").stdout


def test_the_mail_server_of_the_demonstration_is_installed(command: Command) -> None:
    program = "from clusterflow.demo.run import demo; print(demo.__module__)"
    assert command("python", "-c", program).stdout.strip() == "clusterflow.demo.run"


def test_a_pdf_names_the_extra_that_it_needs(command: Command) -> None:
    program = "from clusterflow.services.reports.pdf import pdf_of; pdf_of('')"
    assert "pip install 'clusterflow[pdf]'" in command("python", "-c", program, code=1).stderr


@pytest.mark.usefixtures("up")
class TestUp:
    """While ``clusterflow up`` runs in the office's folder."""

    def test_the_initiative_stands_where_it_was_enrolled(self, command: Command) -> None:
        (line,) = json.loads(command("clusterflow", "status", "--json").stdout)["lines"]
        assert line["initiative"] == "cafe"

    def test_prefect_knows_the_deployments(self, command: Command) -> None:
        shown = command("prefect", "deployment", "ls").stdout
        assert {"lifecycle/cordoba", "relay/outbox"} <= set(re.findall(r"[a-z]+/[a-z-]+", shown))

    def test_doctor_finds_nothing_wrong_and_advises_to_delete_nothing(self, command: Command) -> None:
        output = command("clusterflow", "doctor", "--json", code=7).stdout
        findings = json.loads(output)["findings"]
        # A busy machine answers late, which is no fault of the installation.
        warned = {f["check"] for f in findings if f["outcome"] != "ok" and not f["found"].startswith("slow")}
        assert warned == {"channels"}, output
        assert "delete" not in output


class TestAWorkerElsewhere:
    """On a new Prefect server, with the worker in another folder than the deployer."""

    def test_a_plain_worker_runs_what_was_deployed_from_the_folder(
        self, venv: Path, office: Path, up: None, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        _run(venv, office, *DEPLOY)
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        for name in (".env", "prefect.toml"):
            text = (office / name).read_text(encoding="utf-8")
            text = text.replace("CLUSTERFLOW_HOME=data", f"CLUSTERFLOW_HOME={office / 'data'}")
            text = re.sub(r"(?m)^CLUSTERFLOW_(CONFIGS|DEPLOYMENTS)=.*$", "", text)
            (elsewhere / name).write_text(text, encoding="utf-8")
        # A separate pool, so that «clusterflow up» does not take the run.
        _run(venv, office, "prefect", "work-pool", "create", "elsewhere", "--type", "process")
        text = (office / "deployments" / "prefect.yaml").read_text(encoding="utf-8")
        pool = "work_pool:\n      name: "
        assert f"{pool}clusterflow" in text
        moved = text.replace(f"{pool}clusterflow", f"{pool}elsewhere")
        (office / "elsewhere.yaml").write_text(moved, encoding="utf-8")
        _run(venv, office, *DEPLOY[:-1], "elsewhere.yaml")
        with _started(venv, elsewhere, "prefect", "worker", "start", "--pool", "elsewhere") as log:
            run = ("prefect", "deployment", "run", "lifecycle/cordoba", "--param", "initiative=cafe", "--watch")
            shown = _run(venv, office, *run).stdout + log.read_text(encoding="utf-8")
            assert re.search(r"Flow run '.*' - Finished in state Completed", shown), shown
        output = log.read_text(encoding="utf-8")
        assert f"flow code from storage at '{elsewhere}'" in output
        assert "for flow 'lifecycle'" in output


def _environment(venv: Path, folder: Path) -> dict[str, str]:
    """The environment of a new user's shell, without the checkout."""
    return {
        "HOME": str(folder.parent),
        "PATH": f"{venv / 'bin'}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "PYTHONUNBUFFERED": "1",
    }


def _run(venv: Path, folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    program = [venv / "bin" / words[0], *words[1:]]
    done = subprocess.run(
        program, cwd=folder, env=_environment(venv, folder), capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == code, f"{' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


@contextmanager
def _started(venv: Path, folder: Path, *words: str) -> Iterator[Path]:
    """Run a program that stays up, yield its log, and stop it as Ctrl-C does."""
    log = folder / f"{words[0]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [venv / "bin" / words[0], *words[1:]], cwd=folder, env=_environment(venv, folder),
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield log
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(done: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.5)
