"""Another account of this machine, without any right of ours: what it can read and write."""

from __future__ import annotations

import os
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TypeVar

T = TypeVar("T")

NOBODY = 65534
"""The account without rights. Only root can act as another; any other account takes rights from itself."""


def as_account(look: Callable[[], T]) -> T:
    """Return what ``look`` returns in a process of that account. What it imports must be imported before."""
    if os.geteuid() != 0:
        return look()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.chdir("/")
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.write(writer, pickle.dumps(look()))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    found: T = pickle.loads(answer)  # noqa: S301 - written above
    return found


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that every account can enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp" if os.geteuid() == 0 else None))  # noqa: S108 - a folder for all
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        rmtree(folder)


def withhold(path: Path) -> None:
    """Leave no right to the account."""
    path.chmod(0o700 if os.geteuid() == 0 else 0)


def give(path: Path) -> None:
    """Make the account the owner, who reads and writes; nobody else does."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(0o700 if path.is_dir() else 0o600)
