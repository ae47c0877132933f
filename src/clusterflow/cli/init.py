"""The command that fills a new office's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.output import Json, print_json, show
from clusterflow.services import scaffold
from clusterflow.settings import Settings

Folder = Annotated[Path, Parameter(help="made if it is missing; the other commands are then given in it")]


def init(folder: Folder, /, *, as_json: Json = False) -> None:
    """Fill a folder with what an office needs: settings, its own configs, deployments, systemd units, a backup script.

    Nothing that exists is overwritten.
    """
    created = scaffold.create(folder, Settings())
    if as_json:
        print_json(created)
        return
    show(f"{created.folder} now has:")
    for name in created.written:
        show(f"  {name}")
    show(f"Next:\n  cd {folder}\n  clusterflow up")
