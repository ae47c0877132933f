"""The command line, called as a person would call it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clusterflow import cli
from clusterflow.cli.tables import console


@dataclass(frozen=True)
class CommandResult:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., CommandResult]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no setting from outside."""
    monkeypatch.setenv("CLUSTERFLOW_HOME", str(tmp_path))
    monkeypatch.delenv("CLUSTERFLOW_DATABASE", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(console, "width", 160)  # whatever it was when the first test of a worker imported it
    monkeypatch.setenv("CLUSTERFLOW_PROOF", "none")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in this process; a traceback would fail the test."""

    def call(*words: str) -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["clusterflow", *words])
        code = 0
        try:
            cli.run()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return CommandResult(code, captured.out, captured.err)

    return call


@pytest.fixture
def office(run: Run, sqlite_template: Path, home: Path) -> Run:
    """A database with an initiative, its office and a few people."""
    (home / "clusterflow.db").write_bytes(sqlite_template.read_bytes())
    lines = [
        {"record": "organisation", "id": "chamber", "name": "Chamber", "helix": "civil-society", "from": "2020-01-01"},
        {
            "record": "organisation",
            "id": "firm",
            "name": "Firm",
            "helix": "company",
            "size": "small",
            "from": "2020-01-01",
        },
        {"record": "office", "id": "office", "organisation": "chamber", "name": "Office", "from": "2020-01-01"},
        {"record": "person", "id": "ofelia", "name": "Ofelia", "from": "2020-01-01"},
        {"record": "representation", "person": "ofelia", "organisation": "chamber", "from": "2020-01-01"},
    ]
    (home / "facts.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert run("record", "--from", "facts.jsonl").code == 0
    enrolled = run("enrol", "one", "name=One", "country=AR", "office=office", "--model", "cordoba")
    assert enrolled.code == 0, enrolled.err
    return run


@pytest.fixture
def process(home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line as a process of its own."""

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).parent / "clusterflow"
        return subprocess.run([str(program), *words], capture_output=True, text=True, check=False)

    return call
