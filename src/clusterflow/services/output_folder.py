"""Writes files, such as reports and calendars, to a folder at any address that fsspec supports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Literal

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from clusterflow.intake.drop_folder import translate_errors, without_secrets
from clusterflow.settings import Settings

REPORTS = "the folder of reports"

FileChange = Literal["new", "changed", "unchanged"]
FolderFlaw = Literal["missing", "no-folder", "not-writable"]


class Folder:
    """A folder. Its address may contain a password, so messages and links show only scheme, host and path."""

    def __init__(self, url: str, what: str) -> None:
        """
        Args:
            what: its name in messages, for example ``REPORTS``.

        Raises:
            NotPossible: fsspec does not support the address; the message is that of fsspec.
        """
        self._url, self._what = url, what
        with self._translate_errors("is not an address of a folder"):
            self._fs, root = url_to_fs(url)
            self._root = str(root).rstrip("/")

    @classmethod
    def of_reports(cls, settings: Settings) -> Folder:
        """Return the folder of the setting ``CLUSTERFLOW_REPORTS``, or ``reports`` in the home folder."""
        named = settings.reports
        return cls(named.get_secret_value() if named else cls.reports_url(settings), REPORTS)

    @staticmethod
    def reports_url(settings: Settings) -> str:
        """Return the address of the folder ``reports`` in the home folder."""
        return (settings.home.resolve() / "reports").as_uri()

    def flaw(self, *, must_exist: bool = False) -> FolderFlaw | None:
        """Return why files cannot be written here, or None; nothing is written. A folder elsewhere is only looked for.

        Args:
            must_exist: others put files there, so the folder is not made on demand.

        Raises:
            NotPossible: the address cannot be reached.
        """
        with self._translate_errors("cannot be reached"):
            local = isinstance(self._fs, LocalFileSystem)
            if self._fs.isdir(self._root):
                return "not-writable" if local and not _is_writable(Path(self._root)) else None
            if self._fs.exists(self._root):
                return "no-folder"
            if must_exist:
                return "missing"
            above = next(p for p in Path(self._root).parents if p.exists()) if local else None
            return "not-writable" if above is not None and not (above.is_dir() and _is_writable(above)) else None

    def put(self, name: str, content: bytes) -> str:
        """Write a file, replacing an earlier one atomically, and return its address.

        Raises:
            NotPossible: the file cannot be written.
        """
        above, _, last = f"{self._root}/{name}".rpartition("/")
        with self._translate_errors(f"does not accept {name}"):
            self._fs.makedirs(above, exist_ok=True)
            # A reader finds either the old file or the new one.
            part = f"{above}/.{last}.{os.getpid()}"
            try:
                self._fs.pipe_file(part, content)
                self._fs.mv(part, f"{above}/{last}")
            except Exception:
                with suppress(Exception):
                    self._fs.rm_file(part)
                raise
        return f"{str(self).rstrip('/')}/{name}"

    def put_if_changed(self, name: str, content: bytes) -> FileChange:
        """Write a file only if its content differs from the present one.

        Raises:
            NotPossible: the file cannot be read or written.
        """
        before = None
        with self._translate_errors(f"does not return {name}"):
            if self._fs.exists(f"{self._root}/{name}"):
                before = self._fs.cat_file(f"{self._root}/{name}")
        if before == content:
            return "unchanged"
        self.put(name, content)
        return "new" if before is None else "changed"

    def names(self, below: str, ending: str) -> Iterator[str]:
        """Yield the files of a subfolder with this ending, named as in ``put``.

        Raises:
            NotPossible: the subfolder cannot be read.
        """
        with self._translate_errors(f"does not list {below}"):
            there = self._fs.isdir(f"{self._root}/{below}")
            found = self._fs.ls(f"{self._root}/{below}", detail=False) if there else []
        for path in found:
            name = str(path).rstrip("/").rpartition("/")[2]
            if name.endswith(ending):
                yield f"{below}/{name}"

    def remove(self, name: str) -> None:
        """Remove a file if it exists.

        Raises:
            NotPossible: the file cannot be removed.
        """
        with self._translate_errors(f"does not remove {name}"):
            if self._fs.exists(f"{self._root}/{name}"):
                self._fs.rm_file(f"{self._root}/{name}")

    def __str__(self) -> str:
        return without_secrets(self._url)

    def _translate_errors(self, what: str) -> AbstractContextManager[None]:
        return translate_errors(self._what, self._url, what)


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
