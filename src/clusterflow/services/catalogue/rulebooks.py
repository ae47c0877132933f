"""The rulebooks of the office."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from clusterflow.configs.rulebooks import load_rulebooks, rulebook_files
from clusterflow.domain.rulebook import Rulebook
from clusterflow.errors import UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.services.catalogue.files import Stamp, stamp
from clusterflow.services.catalogue.metrics import metrics_in


def rulebooks_in(configs: Path) -> dict[str, Rulebook]:
    """Return all rulebooks as their files are now.

    Raises:
        Mistakes: all mistakes in the files.
    """
    files = tuple(rulebook_files(configs / "rulebooks"))
    return _rulebooks(configs, files, stamp(configs / "metrics.yaml", *files))


def find_rulebook(configs: Path, rulebook_id: str) -> Rulebook:
    """Return the rulebook with this id.

    Raises:
        UnknownName: there is no such rulebook; the error suggests similar names.
        Mistakes: all mistakes in its file.
    """
    files = rulebook_files(configs / "rulebooks")
    own = tuple(file for file in files if file.stem == rulebook_id)
    if not own:
        known = sorted(file.stem for file in files)
        raise UnknownName("rulebook", rulebook_id, nearest(rulebook_id, known), known)
    return _rulebooks(configs, own, stamp(configs / "metrics.yaml", *own))[rulebook_id]


@lru_cache(maxsize=64)
def _rulebooks(configs: Path, files: tuple[Path, ...], written: Stamp) -> dict[str, Rulebook]:
    return load_rulebooks(files, metrics_in(configs))
