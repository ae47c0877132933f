"""The command line in this process: the same words and answers, without the second that a new Python takes to start."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from clusterflow import cli


def run_here(command: str) -> subprocess.CompletedProcess[str]:
    """Run ``clusterflow ...`` as it is typed; a traceback fails the test."""
    words = shlex.split(command)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code = 0
    with patch.object(sys, "argv", words), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.run()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, *(s.buffer.getvalue().decode() for s in (out, err)))
