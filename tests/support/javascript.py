"""Runs the programs of tests/javascript: independent readers of what clusterflow exports."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "javascript"


def is_installed() -> bool:
    """Return whether there is a Node.js, and the packages were installed."""
    return shutil.which("node") is not None and (FOLDER / "node_modules" / ".package-lock.json").exists()


def run(program: str, *arguments: str | Path, given: str = "") -> str:
    """Run a program and return what it prints.

    Args:
        given: its standard input.
    """
    command = ["node", str(FOLDER / program), *map(str, arguments)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout
