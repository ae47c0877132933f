"""A mail server for rehearsals: whatever is sent lies in a folder as .eml files, and goes no further."""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller


class MailSink:
    """An SMTP server on loopback that keeps every message as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.count += 1
        to = envelope.rcpt_tos[0].replace("@", "-at-")
        (self.folder / f"{self.count:04d}-{to}.eml").write_bytes(envelope.content)
        return "250 kept"

    @property
    def address(self) -> str:
        """The Apprise address to send to, without recipient."""
        return f"mailto://127.0.0.1:{self.port}/?from=clusterflow@demo.example&mode=insecure"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
