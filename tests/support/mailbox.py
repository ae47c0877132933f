"""A real mail server that keeps what it gets."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from support.ports import free_port


class Mailbox:
    """A real SMTP server that keeps what it gets, and refuses whom it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        for address in envelope.rcpt_tos:
            self.mails.append((address, email.message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    def subjects(self, address: str) -> list[str]:
        """What an address was told, in order; changed findings belong in a digest, and are left out."""
        told = [(str(m["X-Clusterflow-Notice"]), str(m["Subject"])) for to, m in self.mails if to == address]
        return [subject for key, subject in told if not key.startswith("finding-changed:")]

    def keys(self) -> list[str]:
        """The key of each mail, as often as it came."""
        return [str(m["X-Clusterflow-Notice"]) for _, m in self.mails]


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """The mailbox, and the Apprise address under which it is reached."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"mailto://127.0.0.1:{port}/?from=office@clusterflow.example&mode=insecure"
    finally:
        controller.stop()
