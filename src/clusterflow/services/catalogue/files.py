"""Notices when a file has changed: what was read from it is kept until then."""

from __future__ import annotations

from pathlib import Path

Stamp = tuple[tuple[str, int], ...]


def stamp(*paths: Path) -> Stamp:
    """Return the path and the time of the last change of each file that exists."""
    return tuple((str(p), p.stat().st_mtime_ns) for p in paths if p.exists())
