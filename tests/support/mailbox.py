"""A real mail server that stores all mails."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import quote

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from support.ports import free_port


class Mailbox:
    """A real SMTP server that stores all mails, and refuses the recipients that it is given."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refused: set[str] = set()
        self.answers_after = 0.0
        """After how many seconds it accepts a mail."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        for address in envelope.rcpt_tos:
            self.mails.append((address, email.message_from_bytes(envelope.content, policy=default)))
        await asyncio.sleep(self.answers_after)
        return "250 OK"

    def subjects(self, address: str) -> list[str]:
        """The subjects that an address received, in order, without changed findings, which belong in a digest."""
        mails_to = [(str(m["X-Clusterflow-Notice"]), str(m["Subject"])) for to, m in self.mails if to == address]
        return [subject for key, subject in mails_to if not key.startswith("finding-changed:")]

    def keys(self) -> list[str]:
        """The key of each mail, with repetitions."""
        return [str(m["X-Clusterflow-Notice"]) for _, m in self.mails]


@contextmanager
def mail_server(port: int | None = None, host: str = "127.0.0.1") -> Iterator[tuple[Mailbox, str]]:
    """The mailbox, and its Apprise address."""
    box, port = Mailbox(), port or free_port()
    controller = Controller(box, hostname=host, port=port)
    controller.start()
    try:
        yield box, f"mailto://{host}:{port}/?from=office@clusterflow.example&mode=insecure"
    finally:
        controller.stop()


@contextmanager
def guarded_mail_server(
    user: str, password: str, folder: Path, starttls: bool = True
) -> Iterator[tuple[Mailbox, str, Path]]:
    """A mail server with TLS and login; also its certificate authority."""
    box, port, authority = Mailbox(), free_port(), trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    vouching = folder / "authority.pem"
    authority.cert_pem.write_to_path(vouching)

    def allowed(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (user, password)
        return AuthResult(success=good, handled=False)

    tls = {"tls_context": context, "require_starttls": True} if starttls else {"ssl_context": context}
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=allowed, auth_required=True,
        auth_require_tls=starttls, **tls,
    )  # fmt: skip
    controller.start()
    try:
        mode = "starttls" if starttls else "ssl"
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        yield box, f"mailtos://{login}@localhost:{port}/?from=office@clusterflow.example&mode={mode}", vouching
    finally:
        controller.stop()
