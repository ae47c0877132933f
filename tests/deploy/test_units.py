"""The systemd units for plain machines are what systemd accepts, and start commands that exist."""

from __future__ import annotations

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from conftest import missing

from clusterflow.cli import cli

FOLDER = Path(__file__).resolve().parents[2] / "deployments" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))


def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        missing("systemd-analyze", "apt-get install systemd")
    for unit in UNITS:
        # Here neither the program nor the user of the units is installed.
        text = unit.read_text(encoding="utf-8")
        text = text.replace("/opt/clusterflow/bin/", "/usr/bin/env ").replace("User=clusterflow", "User=root")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / u.name) for u in UNITS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    file = ConfigParser(interpolation=None)
    file.read(unit, encoding="utf-8")
    program, command, *_ = file["Service"]["ExecStart"].split()
    if program.endswith("/clusterflow"):
        assert command in set(cli.resolved_commands()), command
    else:
        assert (program, command) == ("/opt/clusterflow/bin/prefect", "server")
