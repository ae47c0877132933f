"""Reads a file of JSON lines as a stream: its size does not matter, and it can be read more than once."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from clusterflow.domain.text import decode_text
from clusterflow.engine.submission import Submission
from clusterflow.errors import ClusterflowError, Mistake
from clusterflow.intake.json_lines import iterate

LARGEST_BYTES = 128 * 2**20
"""Of a line, and of what a device gives: it is held in memory several times over."""

_BLOCK = 2**20


class RecordFile:
    """An opened file of JSON lines. What cannot be rewound, as a pipe, is copied to a temporary file first."""

    def __init__(self, file: BinaryIO, name: str, step: Callable[[int, int], object] | None = None) -> None:
        self.name = name
        self.mistakes: list[Mistake] = []
        """What is wrong with the lines read last."""
        self._file = file if stat.S_ISREG(_mode(file)) else _copied(file, name)
        self._step = step
        self.content_hash, self.size = self._measured()

    @classmethod
    def open(cls, path: Path, step: Callable[[int, int], object] | None = None) -> Self:
        """Open the file that the user named, or standard input for ``-``.

        Args:
            step: is called with the bytes that are read, and with all of them.

        Raises:
            ClusterflowError: it is not there, or cannot be read.
        """
        try:
            return cls(sys.stdin.buffer if str(path) == "-" else path.open("rb"), str(path), step)
        except FileNotFoundError:
            raise ClusterflowError(f"there is no file {path}") from None
        except OSError as problem:
            raise ClusterflowError(f"{path} cannot be read: {problem.strerror}") from None

    def beginning(self, size: int) -> str:
        """Return the first characters."""
        self._file.seek(0)
        return decode_text(self._file.read(size))

    def lines(self) -> Iterator[str]:
        """Yield the lines from the beginning. Only a line feed ends one.

        Raises:
            ClusterflowError: a line is too long, or the content is not what it was when the file was opened.
        """
        self._file.seek(0)
        digest, read = hashlib.sha256(), 0
        while line := self._file.readline(LARGEST_BYTES + 1):
            if len(line) > LARGEST_BYTES:
                raise ClusterflowError(f"{self.name} has a line of more than {LARGEST_BYTES // 2**20} MB; split it")
            if read == 0:
                line = line.removeprefix(BOM_UTF8)
            digest.update(line)
            yield line.decode("utf-8", "surrogateescape").removesuffix("\n")
            read += len(line)
            if self._step is not None:
                self._step(read, self.size)
        if digest.hexdigest() != self.content_hash:
            raise ClusterflowError(f"{self.name} was changed while it was read; nothing was recorded. Try again")

    def submissions(self) -> Iterator[Submission]:
        """Yield what the lines submit, from the beginning. Lines that are no record are noted in ``mistakes``."""
        self.mistakes.clear()
        return iterate(self.lines(), self.name, self.mistakes)

    def _measured(self) -> tuple[str, int]:
        self._file.seek(0)
        digest, size = hashlib.sha256(), 0
        while block := self._file.read(_BLOCK):
            digest.update(block if size else block.removeprefix(BOM_UTF8))
            size += len(block)
        return digest.hexdigest(), size


def _mode(file: BinaryIO) -> int:
    try:
        return os.fstat(file.fileno()).st_mode
    except OSError:  # it is in memory, and not of the operating system
        return 0


def _copied(file: BinaryIO, name: str) -> BinaryIO:
    """Copy a pipe to its end; a device may have no end, so only the beginning is read.

    Raises:
        ClusterflowError: the device gives too much.
    """
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as its reader, and has no name
    if stat.S_ISCHR(_mode(file)):
        if copy.write(file.read(LARGEST_BYTES + 1)) > LARGEST_BYTES:
            raise ClusterflowError(f"{name} is larger than {LARGEST_BYTES // 2**20} MB; give it in parts")
    else:
        shutil.copyfileobj(file, copy, _BLOCK)
    return copy
