"""The dues schemes of the office."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from clusterflow.configs.dues import load_schemes
from clusterflow.domain.dues import Scheme
from clusterflow.services.catalogue.files import Stamp, stamp
from clusterflow.services.context import Context


def schemes_of(context: Context) -> Mapping[str, Scheme]:
    """Return the dues schemes of the office, or those of the context if it has its own."""
    return schemes_in(context.settings.configs) if context.schemes is None else context.schemes


def schemes_in(configs: Path) -> dict[str, Scheme]:
    """Return the dues schemes as their files are now.

    Raises:
        Mistakes: all mistakes in the files.
    """
    folder = configs / "dues"
    return _schemes(folder, stamp(*sorted(folder.glob("*"))))


@lru_cache(maxsize=8)
def _schemes(folder: Path, written: Stamp) -> dict[str, Scheme]:
    return load_schemes(folder)
