"""A private Redis server on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .ports import free_port


def program() -> str | None:
    return shutil.which("redis-server")


@contextmanager
def server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Start a server that keeps its data in a folder, and yield ``host:port``."""
    port = port or free_port()
    process = subprocess.Popen(
        [str(program()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes"],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(1000):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
