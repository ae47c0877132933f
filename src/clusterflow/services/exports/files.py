"""Writes files completely or not at all, and overwrites others only on request."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from clusterflow.errors import ClusterflowError

Opened = Callable[[str], AbstractContextManager[IO[str]]]
"""Opens one of several files by its name."""


@contextmanager
def fresh(path: Path, replace: bool = False) -> Iterator[Path]:
    """Give a temporary path to write to. On success the file is renamed to ``path``, and otherwise it is deleted.

    Raises:
        ClusterflowError: the file is there and must not be replaced, or it cannot be written.
    """
    part = path
    try:
        if path.is_dir():
            raise ClusterflowError(f"{path} is a folder; name a file")
        if path.is_file() and not replace:
            raise ClusterflowError(f"{path} is already there; --replace writes over it")
        if path.exists() and not path.is_file():  # a pipe, a device
            yield path
            return
        whole = path.resolve()
        part = whole.with_name(f".{whole.name[:200]}.{os.getpid()}")
        yield part
        part.replace(whole)
    except OSError as problem:
        raise ClusterflowError(f"{path} cannot be written: {problem.strerror or problem}") from None
    finally:
        if part != path:
            with suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def several(target: Path, replace: bool = False) -> Iterator[Opened]:
    """Write several files: into a zip if the name of the target ends so, and otherwise into a folder.

    Raises:
        ClusterflowError: as ``fresh``; or the folder holds something already.
    """
    if target.suffix.lower() == ".zip":
        with fresh(target, replace) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            yield lambda name: _in_archive(archive, name)
        return
    try:
        target.mkdir(parents=True, exist_ok=True)
        if not replace and any(target.iterdir()):
            raise ClusterflowError(f"{target} is not empty; --replace writes over what is there")
    except OSError as problem:
        raise ClusterflowError(f"{target} cannot be written: {problem.strerror or problem}") from None
    yield lambda name: _in_folder(target / name)


@contextmanager
def _in_archive(archive: zipfile.ZipFile, name: str) -> Iterator[IO[str]]:
    # Without a date of its own the same content makes the same file.
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as raw, TextIOWrapper(raw, encoding="utf-8", newline="") as text:
        yield text


@contextmanager
def _in_folder(path: Path) -> Iterator[IO[str]]:
    with fresh(path, replace=True) as part, part.open("w", encoding="utf-8", newline="") as text:
        yield text
