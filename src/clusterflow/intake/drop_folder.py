"""Reads and moves the files of the drop folder, at any address that fsspec supports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from fsspec.core import url_to_fs

from clusterflow.errors import ClusterflowError, NotPossible

UNFINISHED = (".part", ".partial", ".tmp", ".crdownload")
"""Suffixes of files that are still being written."""

DONE, REFUSED = "done", "refused"
"""The subfolders that processed files are moved to."""

Stamp = tuple[str, ...]
"""A value that changes with the file: its size first, then times and ETag where the file system gives them."""


def size_of(stamp: Stamp) -> int:
    """Return the size of a file in bytes."""
    return int(stamp[0])


_STAMPS = ("size", "mtime", "LastModified", "last_modified", "modified", "created", "updated", "ETag", "etag", "md5")


class DropFolder:
    """A folder in which people and other systems drop workbooks and JSON lines.

    No file is ever deleted: a processed file is moved to a subfolder, under a free name. The address may hold a
    password, so messages show only its scheme, host and path.
    """

    def __init__(self, url: str) -> None:
        """
        Raises:
            NotPossible: fsspec does not support the address; the message holds its reason.
        """
        self._url = url
        with self._translate_errors("is no address of a folder"):
            self._fs, self._folder = url_to_fs(url)
            self._folder = str(self._folder).rstrip("/")

    def list_files(self) -> dict[str, Stamp]:
        """Return the stamps of the files that can be processed, by name.

        Raises:
            NotPossible: the folder cannot be read.
        """
        with self._translate_errors("cannot be read"):
            self._fs.invalidate_cache()
            found = {_name(info["name"]): info for info in self._fs.ls(self._folder or "/", detail=True)}
        return {name: _stamp(info) for name, info in sorted(found.items()) if _is_candidate(name, info)}

    async def stable_files(self, pause_seconds: float) -> dict[str, Stamp]:
        """Return the files that did not change during the pause."""
        before = self.list_files()
        if not before:
            return {}
        await asyncio.sleep(pause_seconds)
        after = self.list_files()
        return {name: stamp for name, stamp in after.items() if before.get(name) == stamp}

    def read(self, name: str, stamp: Stamp) -> bytes:
        """Return the content of a file.

        Raises:
            NotPossible: it cannot be read, or has changed since it was listed.
        """
        with self._translate_errors(f"does not allow {name} to be read"):
            content: bytes = self._fs.cat_file(self._path(name))
        if len(content) != size_of(stamp):
            raise NotPossible(f"{name} is still being written; it is left for the next run")
        return content

    def move(self, name: str, stamp: Stamp, folder: str, note: str = "", marked_copy: bytes = b"") -> str:
        """Move a file to a subfolder, and return its new name.

        The note and the marked copy are written beside it unless they are empty.

        Raises:
            NotPossible: it has changed since it was read, or cannot be moved; it then stays where it is.
        """
        if self.list_files().get(name) != stamp:
            raise NotPossible(f"{name} has changed meanwhile; it is left for the next run")
        with self._translate_errors(f"does not allow {name} to be moved to {folder}/"):
            self._fs.makedirs(self._path(folder), exist_ok=True)
            free = self._free(folder, name)
            if note:
                self._fs.pipe_file(self._path(f"{free}.mistakes.txt"), note.encode())
            if marked_copy:
                self._fs.pipe_file(self._path(f"{free}.marked.xlsx"), marked_copy)
            self._fs.mv(self._path(name), self._path(free))
        return free

    def _free(self, folder: str, name: str) -> str:
        """Return a name in the subfolder that no file has yet."""
        path, number = PurePosixPath(name), 1
        free = f"{folder}/{name}"
        while self._fs.exists(self._path(free)):
            number += 1
            free = f"{folder}/{path.stem}-{number}{path.suffix}"
        return free

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def __str__(self) -> str:
        return without_secrets(self._url)

    def _translate_errors(self, what: str) -> AbstractContextManager[None]:
        return translate_errors("the drop folder", self._url, what)


@contextmanager
def translate_errors(whose: str, url: str, what: str) -> Iterator[None]:
    """Turn every exception of a file system into one sentence without secrets; each file system has its own ones.

    Raises:
        NotPossible: the sentence, as «the drop folder s3://bucket cannot be read (...)».
    """
    try:
        yield
    except ClusterflowError:
        raise
    except Exception as problem:
        reason = mask_secrets(f"{type(problem).__name__}: {problem}".partition("\n")[0], url)
        raise NotPossible(f"{whose} {without_secrets(url)} {what} ({reason})") from None


def without_secrets(url: str) -> str:
    """Return an address without user, password and query."""
    return mask_secrets(url.partition("?")[0], url)


def mask_secrets(text: str, url: str) -> str:
    """Replace every part of the address that may be secret in a text by ``***``."""
    for part in url.split("::"):
        split = urlsplit(part)
        user, sign, _ = split.netloc.rpartition("@")
        secrets = [user, *user.partition(":")[2:], split.query] if sign or split.query else []
        for secret in sorted({s for written in secrets for s in (written, unquote(written)) if s}, key=len)[::-1]:
            text = text.replace(secret, "***")
    return text


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _is_candidate(name: str, info: Mapping[str, Any]) -> bool:
    """Return whether it is a finished file; a link is not, as it could lead to a file the sender may not read."""
    plain = info.get("type") == "file" and not info.get("islink") and info.get("size") is not None
    return plain and not name.startswith(".") and not name.endswith(UNFINISHED)


def _stamp(info: Mapping[str, Any]) -> Stamp:
    return (str(info["size"]), *(f"{key}={info[key]}" for key in _STAMPS[1:] if key in info))
