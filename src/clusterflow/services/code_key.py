"""Tells one version of our code, and of what is installed, from another, for what is cached between processes."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import clusterflow


def code_key(*folders: str) -> str:
    """Return a key that changes with each change of the modules in some folders of our package: by size and time.

    Raises:
        OSError: the modules are not in a folder.
    """
    digest = hashlib.sha256()
    root = Path(clusterflow.__file__).parent
    for folder in folders:
        for entry in sorted(os.scandir(root / folder), key=lambda entry: entry.path):
            if entry.name.endswith(".py"):
                found = entry.stat()
                digest.update(f"{entry.path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def installed_packages() -> Iterator[tuple[str, int]]:
    """The folders with installed packages, with their times. To install, upgrade or remove one changes its folder."""
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")
        except OSError:  # an archive, or a folder that does not exist
            continue
        if any(name.endswith((".dist-info", ".egg-info")) for name in names):
            yield folder, Path(folder or ".").stat().st_mtime_ns
