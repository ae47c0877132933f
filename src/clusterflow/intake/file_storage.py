"""The file operations of the drop folder: they follow no link, and write over nothing."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from clusterflow.errors import NotPossible


class Storage(Protocol):
    """The files of one folder and of its subfolders. Names are without a path."""

    def list_entries(self) -> Sequence[Mapping[str, Any]]: ...

    def read(self, name: str, most_bytes: int) -> bytes: ...

    def make_folder(self, folder: str) -> None: ...

    def exists(self, folder: str, name: str) -> bool: ...

    def create(self, folder: str, name: str, content: bytes) -> None: ...

    def move(self, name: str, folder: str, new_name: str) -> None: ...


class LocalStorage:
    """A folder of this machine. Each operation goes through a handle of its folder, so that a link that somebody puts
    in the place of a file or a subfolder, at any moment, is refused by the operating system."""

    def __init__(self, path: str) -> None:
        self._path = path or "/"
        self._fs = LocalFileSystem()

    def list_entries(self) -> Sequence[Mapping[str, Any]]:
        entries: list[dict[str, Any]] = self._fs.ls(self._path, detail=True)
        return entries

    def read(self, name: str, most_bytes: int) -> bytes:
        # Without O_NONBLOCK, opening a named pipe would wait for its other end.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with self._handle() as root, os.fdopen(os.open(name, flags, dir_fd=root), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NotPossible(f"{name} is no longer a file; it is left for the next run")
            return file.read(most_bytes)

    def make_folder(self, folder: str) -> None:
        with self._handle() as root, suppress(FileExistsError):
            os.mkdir(folder, dir_fd=root)

    def exists(self, folder: str, name: str) -> bool:
        with self._handle(folder) as target:
            try:
                os.stat(name, dir_fd=target, follow_symlinks=False)
            except FileNotFoundError:
                return False
            return True

    def create(self, folder: str, name: str, content: bytes) -> None:
        with self._handle(folder) as target, os.fdopen(_create(name, target), "wb") as file:
            file.write(content)

    def move(self, name: str, folder: str, new_name: str) -> None:
        with self._handle() as root, self._handle(folder) as target:
            # Renaming writes over what is there, but not through it: the name is taken first, exclusively.
            os.close(_create(new_name, target))
            try:
                os.rename(name, new_name, src_dir_fd=root, dst_dir_fd=target)
            except OSError:
                os.unlink(new_name, dir_fd=target)
                raise

    @contextmanager
    def _handle(self, folder: str | None = None) -> Iterator[int]:
        """Open the folder, or one of its subfolders."""
        root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        opened = [root]
        try:
            if folder is not None:
                opened.append(_open_subfolder(folder, root))
            yield opened[-1]
        finally:
            for handle in opened:
                os.close(handle)


def _open_subfolder(folder: str, root: int) -> int:
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotPossible(f"{folder}/ is a link or a file, and has to be a folder") from None
        raise


def _create(name: str, folder: int) -> int:
    return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)


class RemoteStorage:
    """A folder anywhere else. Most file systems there know no links; those that do tell them by their type."""

    def __init__(self, fs: AbstractFileSystem, folder: str) -> None:
        self._fs, self._folder = fs, folder

    def list_entries(self) -> Sequence[Mapping[str, Any]]:
        self._fs.invalidate_cache()
        entries: list[dict[str, Any]] = self._fs.ls(self._folder or "/", detail=True)
        return entries

    def read(self, name: str, most_bytes: int) -> bytes:
        # An empty object has no range that a server could give.
        content: bytes = self._fs.cat_file(self._path(name), 0, most_bytes) if most_bytes > 1 else b""
        return content

    def make_folder(self, folder: str) -> None:
        self._fs.makedirs(self._path(folder), exist_ok=True)

    def exists(self, folder: str, name: str) -> bool:
        return bool(self._fs.exists(self._path(f"{folder}/{name}")))

    def create(self, folder: str, name: str, content: bytes) -> None:
        self._fs.pipe_file(self._path(f"{folder}/{name}"), content, mode="create")

    def move(self, name: str, folder: str, new_name: str) -> None:
        self._fs.mv(self._path(name), self._path(f"{folder}/{new_name}"))

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"
