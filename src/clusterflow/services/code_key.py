"""Tells one version of our code from another, for what is cached between processes."""

from __future__ import annotations

import hashlib
import os
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
