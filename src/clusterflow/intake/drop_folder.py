"""Reads and moves the files of the drop folder, at any address that fsspec supports."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from clusterflow.domain.text import STEERING
from clusterflow.errors import ClusterflowError, NotPossible
from clusterflow.intake.file_storage import LocalStorage, RemoteStorage, Storage

UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", "~")
"""Suffixes of files that are still being written, and of backups."""

SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
"""Files that desktops write into folders."""

EXCEL_LOCK, LIBREOFFICE_LOCK = "~$", ".~lock."
"""What the name of the file begins with that an office program keeps beside a workbook while it is open."""

DONE, REFUSED = "done", "refused"
"""The subfolders that processed files are moved to."""

_NOTE_SUFFIXES = {DONE: ".to-check.txt", REFUSED: ".mistakes.txt"}
"""What the name of the note ends with that lies beside a processed file, by subfolder."""

LONGEST_NAME = 220
"""Bytes of the name of a moved file: most file systems take 255, and names of files beside it are longer."""

LONGEST_ENDING = 20
"""Bytes. What is longer is no ending, such as .jsonl, but a part of the name."""

Stamp = tuple[str, ...]
"""A value that changes with the file: its size first, then times and ETag where the file system gives them."""


def size_of(stamp: Stamp) -> int:
    """Return the size of a file in bytes."""
    return int(stamp[0])


_STAMPS = ("size", "mtime", "LastModified", "last_modified", "modified", "created", "updated", "ETag", "etag", "md5")


class DropFolder:
    """A folder in which people and other systems drop workbooks and JSON lines.

    No file is ever deleted: a processed file is moved to a subfolder, under a free name. No link in the folder is
    followed, whether it is a file or a subfolder: others can write there. The address may hold a password, so messages
    show only its scheme, host and path.
    """

    def __init__(self, url: str) -> None:
        """
        Raises:
            NotPossible: fsspec does not support the address; the message holds its reason.
        """
        self._url = url
        with self._translate_errors("is no address of a folder"):
            fs, folder = url_to_fs(url)
            path = str(folder).rstrip("/")
            self._files: Storage = LocalStorage(path) if isinstance(fs, LocalFileSystem) else RemoteStorage(fs, path)

    def list_files(self) -> dict[str, Stamp]:
        """Return the stamps of the files that can be processed, by name.

        Raises:
            NotPossible: the folder cannot be read, or one of its subfolders is a link.
        """
        found = self._list()
        opened = _open_in_an_office(found)
        return {n: _stamp(i) for n, i in sorted(found.items()) if _is_candidate(n, i) and n not in opened}

    def opened_files(self) -> dict[str, str]:
        """Return the files that somebody has open in an office program, each with the name of its lock file.

        Raises:
            NotPossible: as ``list_files``.
        """
        found = self._list()
        return {n: lock for n, lock in _open_in_an_office(found).items() if _is_candidate(n, found[n])}

    def _list(self) -> dict[str, Mapping[str, Any]]:
        with self._translate_errors("cannot be read"):
            found = {_name(info["name"]): info for info in self._files.list_entries()}
        for subfolder in (DONE, REFUSED):
            entry = found.get(subfolder)
            if entry is not None and (entry.get("type") != "directory" or entry.get("islink")):
                reason = f"{subfolder}/ in it is a link or a file, and has to be a folder"
                raise NotPossible(f"the drop folder {self} is not used: {reason}")
        return found

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
        with self._translate_errors(f"does not allow {shown_name(name)} to be read"):
            content = self._files.read(name, size_of(stamp) + 1)
        if len(content) != size_of(stamp):
            raise NotPossible(f"{shown_name(name)} is still being written; it is left for the next run")
        return content

    def move(self, name: str, stamp: Stamp, folder: str, note: str = "", marked_copy: bytes = b"") -> str:
        """Move a file to a subfolder, and return its new name, which is always valid UTF-8.

        The note and the marked copy are written beside it unless they are empty. Nothing that is there is written over.

        Raises:
            NotPossible: it has changed since it was read, or cannot be moved; it then stays where it is.
        """
        shown = shown_name(name)
        if self.list_files().get(name) != stamp:
            raise NotPossible(f"{shown} has changed meanwhile; it is left for the next run")
        beside = {_NOTE_SUFFIXES[folder]: note.encode("utf-8", "backslashreplace"), ".marked.xlsx": marked_copy}
        beside = {suffix: content for suffix, content in beside.items() if content}
        with self._translate_errors(f"does not allow {shown} to be moved to {folder}/"):
            self._files.make_folder(folder)
            free = self._free(folder, shown, tuple(beside))
            for suffix, content in beside.items():
                self._files.create(folder, free + suffix, content)
            self._files.move(name, folder, free)
        return f"{folder}/{free}"

    def _free(self, folder: str, name: str, suffixes: tuple[str, ...]) -> str:
        """Return a name that nothing in the subfolder has yet, nor that of a file written beside it."""
        number = 1
        while any(self._files.exists(folder, fitted(name, number) + suffix) for suffix in ("", *suffixes)):
            number += 1
        return fitted(name, number)

    def __str__(self) -> str:
        return without_secrets(self._url)

    def _translate_errors(self, what: str) -> AbstractContextManager[None]:
        return translate_errors("the drop folder", self._url, what)


def shown_name(name: str) -> str:
    """Return the name of a file as text. Bytes that are not UTF-8 are written as ``%F1``, and so are the signs that
    would steer a terminal or begin a line of their own in a note.
    """
    return _UNSAFE.sub(lambda sign: quote(sign[0].encode("utf-8", "surrogateescape"), safe=""), name)


_UNSAFE = re.compile(rf"{STEERING.pattern}|[\t\n]")


def fitted(name: str, number: int) -> str:
    """Return a name that a file system takes, with the ending of ``name`` and, from 2 on, with a number."""
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending.encode()) <= LONGEST_ENDING else ""
    tail = (f"-{number}" if number > 1 else "") + ending
    return name.removesuffix(ending).encode()[: LONGEST_NAME - len(tail.encode())].decode("utf-8", "ignore") + tail


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
    of_a_program = name.startswith((".", EXCEL_LOCK)) or name.casefold() in SYSTEM_FILES
    return plain and not of_a_program and not name.casefold().endswith(UNFINISHED)


def _open_in_an_office(found: Mapping[str, object]) -> dict[str, str]:
    """Return the files that have a lock file beside them, with its name: ``~$NAME`` or ``.~lock.NAME#``."""
    locks = {name: (f"{EXCEL_LOCK}{name}", f"{LIBREOFFICE_LOCK}{name}#") for name in found}
    return {name: lock for name, both in locks.items() for lock in both if lock in found}


def _stamp(info: Mapping[str, Any]) -> Stamp:
    return (str(info["size"]), *(f"{key}={info[key]}" for key in _STAMPS[1:] if key in info))
