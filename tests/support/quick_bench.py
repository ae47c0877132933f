"""Runs a benchmark in a process that is forked from a warm one, where most of its modules are loaded."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

from support.processes import CONTEXT

ROOT = Path(__file__).resolve().parents[2]


def run_quickly(bench: str, output: Path, patience_seconds: float) -> int | None:
    """Run ``python -m benches.<bench> --quick``; return its exit code, or None if it did not end in time."""
    process = CONTEXT.Process(target=_run, args=(bench, output, dict(os.environ)))
    process.start()
    process.join(patience_seconds)
    if process.exitcode is None:
        process.kill()
        return None
    return process.exitcode


def _run(bench: str, output: Path, environment: dict[str, str]) -> None:
    with output.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    sys.argv = [bench, "--quick"]
    runpy.run_module(f"benches.{bench}", run_name="__main__", alter_sys=True)
