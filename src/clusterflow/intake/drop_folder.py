"""A folder at any address that fsspec knows, in which people and other systems drop workbooks and JSON lines."""

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
"""Names under which programs write files that are not whole yet."""

DONE, REFUSED = "done", "refused"
"""The folders beside, into which files are moved when they have been taken in."""

Stamp = tuple[str, ...]
"""What tells that a file has changed: size, time, ETag, as far as the address tells them."""


def size_of(stamp: Stamp) -> int:
    """In bytes."""
    return int(stamp[0])


_STAMPS = ("size", "mtime", "LastModified", "last_modified", "modified", "created", "updated", "ETag", "etag", "md5")


class Drop:
    """The folder. Nothing in it is ever deleted: what was taken in is moved beside, under a free name.

    Its address may hold a password: no message shows more of it than scheme, host and path.
    """

    def __init__(self, url: str) -> None:
        """
        Raises:
            NotPossible: no such address is known here; the text is what fsspec says.
        """
        self._url = url
        with self._in_words("is no address of a folder"):
            self._fs, self._folder = url_to_fs(url)
            self._folder = str(self._folder).rstrip("/")

    def look(self) -> dict[str, Stamp]:
        """The files that could be taken in, by name.

        Raises:
            NotPossible: the folder cannot be read.
        """
        with self._in_words("cannot be read"):
            self._fs.invalidate_cache()
            found = {_name(info["name"]): info for info in self._fs.ls(self._folder or "/", detail=True)}
        return {name: _stamp(info) for name, info in sorted(found.items()) if _is_ours(name, info)}

    async def at_rest(self, pause_seconds: float) -> dict[str, Stamp]:
        """The files that nobody has written to during the pause."""
        before = self.look()
        if not before:
            return {}
        await asyncio.sleep(pause_seconds)
        after = self.look()
        return {name: stamp for name, stamp in after.items() if before.get(name) == stamp}

    def read(self, name: str, stamp: Stamp) -> bytes:
        """The content of a file.

        Raises:
            NotPossible: it cannot be read, or has changed since it was looked at.
        """
        with self._in_words(f"does not let {name} be read"):
            content: bytes = self._fs.cat_file(self._path(name))
        if len(content) != size_of(stamp):
            raise NotPossible(f"{name} is still being written; it is left for the next round")
        return content

    def put_away(self, name: str, stamp: Stamp, folder: str, note: str = "", marked: bytes = b"") -> str:
        """Move a file into a folder beside, with a note about it and a copy with its mistakes marked, where there is
        one; gives where it lies now.

        Raises:
            NotPossible: it has changed since it was read, or cannot be moved; then it stays where it is.
        """
        if self.look().get(name) != stamp:
            raise NotPossible(f"{name} has changed meanwhile; it is left for the next round")
        with self._in_words(f"does not let {name} be moved to {folder}/"):
            self._fs.makedirs(self._path(folder), exist_ok=True)
            free = self._free(folder, name)
            if note:
                self._fs.pipe_file(self._path(f"{free}.mistakes.txt"), note.encode())
            if marked:
                self._fs.pipe_file(self._path(f"{free}.marked.xlsx"), marked)
            self._fs.mv(self._path(name), self._path(free))
        return free

    def _free(self, folder: str, name: str) -> str:
        """A name in the folder that no file has yet."""
        path, number = PurePosixPath(name), 1
        free = f"{folder}/{name}"
        while self._fs.exists(self._path(free)):
            number += 1
            free = f"{folder}/{path.stem}-{number}{path.suffix}"
        return free

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def __str__(self) -> str:
        return shown(self._url)

    def _in_words(self, what: str) -> AbstractContextManager[None]:
        return in_words("the drop folder", self._url, what)


@contextmanager
def in_words(whose: str, url: str, what: str) -> Iterator[None]:
    """One sentence without secrets, whatever a file system raises: each kind has exceptions of its own.

    Raises:
        NotPossible: the sentence, as «the drop folder s3://bucket cannot be read (...)».
    """
    try:
        yield
    except ClusterflowError:
        raise
    except Exception as problem:
        reason = masked(f"{type(problem).__name__}: {problem}".partition("\n")[0], url)
        raise NotPossible(f"{whose} {shown(url)} {what} ({reason})") from None


def shown(url: str) -> str:
    """An address without user, password and query."""
    return masked(url.partition("?")[0], url)


def masked(text: str, url: str) -> str:
    """The text without anything of the address that may be secret."""
    for part in url.split("::"):
        split = urlsplit(part)
        user, sign, _ = split.netloc.rpartition("@")
        secrets = [user, *user.partition(":")[2:], split.query] if sign or split.query else []
        for secret in sorted({s for written in secrets for s in (written, unquote(written)) if s}, key=len)[::-1]:
            text = text.replace(secret, "***")
    return text


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _is_ours(name: str, info: Mapping[str, Any]) -> bool:
    """A file, neither hidden nor unfinished, and no link: a link may lead to what is none of the sender's."""
    plain = info.get("type") == "file" and not info.get("islink") and info.get("size") is not None
    return plain and not name.startswith(".") and not name.endswith(UNFINISHED)


def _stamp(info: Mapping[str, Any]) -> Stamp:
    return (str(info["size"]), *(f"{key}={info[key]}" for key in _STAMPS[1:] if key in info))
