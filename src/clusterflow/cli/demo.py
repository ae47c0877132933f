"""The command that plays the demonstration; apart from ``up``, ``relay`` and ``reconcile``, which need none of it."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli import GARBAGE_THRESHOLD, PYDANTIC_SWITCH, switched_plugins_off
from clusterflow.demo import run as demonstration

if switched_plugins_off:
    os.environ.pop(PYDANTIC_SWITCH, None)


def demo(
    *,
    leave: Annotated[
        bool, Parameter(name="--exit", negative="", help="end by itself, as it does where nobody watches")
    ] = False,
    home: Annotated[Path, Parameter(help="a folder for its database, mails and logs")] = Path("demo"),
    port: Annotated[int, Parameter(help="of its Prefect server")] = 4280,
    web_port: Annotated[int, Parameter(help="of its web pages")] = 8280,
) -> None:
    """Play six invented initiatives through real flows, month by month, and leave one gate open for you to decide."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    demonstration.demo(home.resolve(), port, web_port, leave)
