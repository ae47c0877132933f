"""A real SMTP server that keeps what it gets."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any


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
        return [str(m["Subject"]) for to, m in self.mails if to == address]
