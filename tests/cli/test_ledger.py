"""The ledger at the command line: a seal is checked with and without clusterflow, and a person is forgotten."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "ledger.md"


@pytest.fixture
def sealed(office: Run) -> Run:
    assert office("seal", "--to", "seal.txt").code == 0
    return office


def check_without_clusterflow(home: Path) -> subprocess.CompletedProcess[str]:
    """Run the program that the guide shows, with Python alone."""
    (program,) = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (home / "check_seal.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "check_seal.py", "seal.txt", "life.jsonl"]
    return subprocess.run(command, cwd=home, capture_output=True, text=True)


def test_a_seal_is_small_names_every_chain_and_is_kept(sealed: Run, home: Path) -> None:
    lines = (home / "seal.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("chain ")] == ["one", "registry"]
    assert "already there; --replace" in sealed("seal", "--to", "seal.txt").err
    assert "that were sealed on" in sealed("seal", "--check", "seal.txt").out


def test_a_seal_that_no_longer_holds_is_refused_with_the_chain(sealed: Run, home: Path) -> None:
    lines = (home / "seal.txt").read_text(encoding="utf-8")
    (home / "seal.txt").write_text(lines.replace("chain one", "chain two"), encoding="utf-8")
    done = sealed("seal", "--check", "seal.txt")
    assert (done.code, "it was changed or cut off" in done.err) == (2, True)
    assert "there is no file none.txt" in sealed("seal", "--check", "none.txt").err


def test_the_documented_program_checks_a_seal_without_clusterflow(sealed: Run, home: Path) -> None:
    sealed("record", "body", "initiative=one", "id=later", "kind=board", "name=«Más»", "from=2024-01-01")
    sealed("export", "life", "--to", "life.jsonl")
    done = check_without_clusterflow(home)
    assert (done.returncode, done.stderr) == (0, "")
    life = (home / "life.jsonl").read_text(encoding="utf-8").split("\n")
    last = max(n for n, line in enumerate(life) if '"kind":"stage.entered"' in line)
    (home / "life.jsonl").write_text("\n".join([*life[:last], *life[last + 1 :]]), encoding="utf-8")
    done = check_without_clusterflow(home)
    assert done.returncode == 1
    assert "not as sealed:\none " in done.stderr
    (home / "seal.txt").write_text("clusterflow seal 1\nsha256 0\n", encoding="utf-8")
    assert check_without_clusterflow(home).stderr == "the seal was changed\n"


def test_forgetting_must_be_meant(office: Run) -> None:
    office("record", "person", "id=eva", "name=Eva Ruiz", "from=2024-01-01")
    done = office("forget", "eva")
    assert (done.code, "cannot be undone; say that it is meant by --yes" in done.err) == (2, True)
    done = office("forget", "eva", "--yes")
    assert "1 facts now name p-" in done.out
    assert office("forget", "eva", "--yes").code == 2
    assert "is whole" in office("ledger", "--verify").out
    assert "Eva" not in office("export", "registry").out
