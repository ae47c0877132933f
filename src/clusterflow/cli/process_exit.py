"""Ends the process of a command at once, when everything else has ended."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

_codes: list[int] = []
"""The exit code, once the command has ended."""


def exit_process(code: int) -> NoReturn:
    """End the process with an exit code."""
    _codes.append(code)
    sys.exit(code)


@atexit.register
def _skip_teardown() -> None:
    """Skip what Python does last: to free each object and module takes a twentieth of a short command.

    The command line imports this module first, so this function runs last: threads have ended by then, and whatever
    else was to be done at the end is done. A process that ends by an error takes Python's own way.
    """
    for code in _codes:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # its reader has gone, or it is closed
                stream.flush()
        os._exit(code)
