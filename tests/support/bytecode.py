"""Bytecode for a new virtual environment, from the packages that are installed here in the same versions."""

from __future__ import annotations

import os
import sysconfig
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path


def lend_bytecode(venv: Path) -> None:
    """Link the bytecode of this environment to each module that is the same file there.

    To compile what one start of Prefect imports takes Python half a minute.
    """
    (there,) = venv.glob("lib/python*/site-packages")
    here = Path(sysconfig.get_path("purelib"))
    for installed in distributions(path=[str(there)]):
        for module in _modules(installed) & _modules(_same_here(installed)):
            _link(here / module[0], there / module[0])


def _same_here(installed: Distribution) -> Distribution | None:
    try:
        return distribution(installed.name)
    except PackageNotFoundError:
        return None


def _modules(installed: Distribution | None) -> set[tuple[str, str]]:
    """The files of modules, each with the hash of its content."""
    files = (installed.files if installed is not None else None) or ()
    return {(str(file), file.hash.value) for file in files if file.suffix == ".py" and file.hash is not None}


def _link(here: Path, there: Path) -> None:
    bytecode, place = Path(cache_from_source(str(here))), Path(cache_from_source(str(there)))
    if bytecode.exists():
        # Python takes bytecode for a module's own if it names the module's size and time.
        time = here.stat().st_mtime_ns
        os.utime(there, ns=(time, time))
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(bytecode)
