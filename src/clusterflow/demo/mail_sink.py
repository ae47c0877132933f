"""A mail server for rehearsals. It stores each message as an .eml file in a folder and sends nothing on."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

# A part of a flow run's id in a link may look like a code, but has hyphens around it.
_CODE = re.compile(r"(?<![\w-])[2-9A-Z]{4}-[2-9A-Z]{4}(?![\w-])")


@dataclass(frozen=True, slots=True)
class CodeMail:
    """A mail with a one-time code, as a decider finds it in the mailbox."""

    initiative: str
    version: int
    """The version of the ledger entry that the mail is about."""
    person: str
    code: str
    file: Path


class MailSink:
    """An SMTP server on loopback that stores every message as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = 0
        self.codes: list[CodeMail] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.count += 1
        to = envelope.rcpt_tos[0].replace("@", "-at-")
        file = self.folder / f"{self.count:04d}-{to}.eml"
        file.write_bytes(envelope.content)
        self._read(envelope.content, file)
        return "250 kept"

    def _read(self, content: bytes, file: Path) -> None:
        # Without the newer policy of ``email``, which takes six times as long.
        mail = message_from_bytes(content)
        key = str(mail["X-Clusterflow-Notice"]).split(":")
        if len(key) != 4:
            return  # a reminder is not about a ledger entry, and has no codes
        body = next(part for part in mail.walk() if part.get_content_type() == "text/plain").get_payload(decode=True)
        if isinstance(body, bytes) and (found := _CODE.search(body.decode())):
            _, initiative, version, person = key
            self.codes.append(CodeMail(initiative, int(version), person, found[0], file))

    @property
    def address(self) -> str:
        """The Apprise address of this server, without a recipient."""
        return f"mailto://127.0.0.1:{self.port}/?from=clusterflow@demo.example&mode=insecure"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
