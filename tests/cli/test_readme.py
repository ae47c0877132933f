"""The commands of the README are run as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from .conftest import Run

ROOT = Path(__file__).resolve().parents[2]


def test_the_life_in_commands_can_be_lived(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``home`` asks for no codes, as the README's own ``export`` does."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"## A life in commands.*?```console\n(.*?)```", text, re.DOTALL)
    assert block is not None
    commands = re.findall(r"^\$ clusterflow (.+)$", block[1], re.MULTILINE)
    assert commands.pop() == "up"
    monkeypatch.chdir(ROOT)
    said = ""
    for command in commands:
        done = run(*shlex.split(command))
        assert done.code == 0, f"{command}: {done.err}"
        said += done.out
    assert "critical-mass: go; begun: common-purpose" in said
