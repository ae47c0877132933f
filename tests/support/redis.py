"""A private Redis server on loopback or on a network of tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .ports import free_port


def program() -> str | None:
    return shutil.which("redis-server")


@dataclass
class Redis:
    """A server that keeps its data in a folder, so that it can be killed and started again."""

    folder: Path
    host: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def start(self) -> None:
        options = ("--port", str(self.port), "--bind", self.host, "--dir", str(self.folder), "--appendonly", "yes")
        # Redis without a password serves loopback only, unless an option allows more.
        words = [str(program()), *options, "--protected-mode", "no"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        for _ in range(1000):
            with socket.socket() as probe:
                if probe.connect_ex((self.host, self.port)) == 0:
                    break
            time.sleep(0.01)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def server(folder: Path, port: int | None = None, host: str = "127.0.0.1") -> Iterator[Redis]:
    """Start a server that keeps its data in a folder."""
    made = Redis(folder, host, port or free_port())
    made.start()
    try:
        yield made
    finally:
        made.kill()
