"""The user's cache folder. It holds what can be computed again, so a missing or damaged file is never a mistake."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

MOST_FILES = {"metrics": 16, "statement": 512, "holidays": 256, "corrections": 16}
"""The files of each kind that stay. The oldest are removed."""

_WRITABLE_BY_OTHERS = 0o022


def cache_folder() -> Path:
    """Return the folder for what clusterflow caches: ``$XDG_CACHE_HOME/clusterflow`` or ``~/.cache/clusterflow``.

    Raises:
        RuntimeError: the user has no home.
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clusterflow"


def load(kind: str, key: str) -> bytes | None:
    """Return the content that was stored under a key.

    ``None`` if there is none, if it was damaged, or if another user wrote it or could have.
    """
    with contextlib.suppress(OSError, RuntimeError), _file(kind, key).open("rb") as file:
        found = os.fstat(file.fileno())
        if not hasattr(os, "geteuid") or (
            found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & _WRITABLE_BY_OTHERS
        ):
            digest, _, content = file.read().partition(b"\n")
            return content if digest == _digest(content) else None
    return None


def store(kind: str, key: str, content: bytes) -> None:
    """Store content under a key; nothing happens where the folder cannot be written."""
    with contextlib.suppress(OSError, RuntimeError):
        target = _file(kind, key)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Another process may read or write the same file at this moment, so it appears complete.
        number, draft = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(number, "wb") as file:
            file.write(_digest(content) + b"\n" + content)
        Path(draft).replace(target)
        files = [file for file in os.scandir(target.parent) if file.name.startswith(f"{kind}-")]
        if len(files) > MOST_FILES[kind]:
            files.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
            for old in files[MOST_FILES[kind] :]:
                Path(old).unlink(missing_ok=True)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _file(kind: str, key: str) -> Path:
    return cache_folder() / f"{kind}-{key}"
