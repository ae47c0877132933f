"""Keeps sessions with mail servers open for several mails, and waits for an answer as long as the standard asks.

Apprise connects, negotiates and signs in for each mail. Here a session that has delivered a mail is kept for the next
one to the same server with the same account, until ``close_sessions`` or until it was idle for a few seconds. A mail
that fails leaves no session behind unless the server itself has refused the mail.

Apprise waits 15 seconds for each answer. That is enough for everything but the last one: a server that scans a mail
first may accept it later than that. Apprise would report a failure, and the mail would be sent again. RFC 5321, section
4.5.3.2.6, asks for ten minutes there, for this very reason. While a mail waits for long, no other one is begun with
that server, so a server that hangs costs the mails that it has already, and no more.
"""

from __future__ import annotations

import re
import smtplib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from smtplib import quoteaddr
from typing import Any

from apprise.plugins.email import base, smtp

ANSWER_SECONDS = 600.0
"""How long the answer to a whole mail may take."""

LONG_SECONDS = 60.0
"""After how many seconds without that answer no other mail is begun with the server."""

IDLE_SECONDS = 10.0
"""How long a session stays open without a mail; servers close idle sessions themselves, some after seconds."""

MOST_MAILS = 100
"""How many mails a session serves: many servers allow no more."""

_DONE, _TAKEN, _GO_ON, _CLOSING = 250, (250, 251), 354, 421
_LINE_END = re.compile(r"\r\n|\n|\r(?!\n)")
_DOTS = re.compile(rb"^\.", re.MULTILINE)
"""As smtplib has them."""

Server = tuple[str, int]
Account = tuple[Any, ...]
"""All that makes two sessions alike: server, account, encryption, and how strict it is."""


class _Session(smtplib.SMTP):
    """A session that knows whether it has handed over a mail, and how many."""

    mails = 0
    handed_over = False
    idle_since = 0.0
    server: Server = ("", 0)

    def data(self, msg: Any) -> tuple[int, bytes]:
        with self._handing_over():
            return super().data(msg)

    @contextmanager
    def _handing_over(self) -> Iterator[None]:
        assert self.sock is not None  # noqa: S101 - smtplib sends data on an open connection alone
        usual = self.sock.gettimeout()
        self.sock.settimeout(ANSWER_SECONDS)
        self.handed_over = True
        waiting = _WAITING.begin(self.server)
        try:
            yield
        finally:
            _WAITING.end(self.server, waiting)
            if self.sock is not None:  # smtplib closes it where the server hangs up
                self.sock.settimeout(usual)

    def sendmail(  # type: ignore[override]
        self, from_addr: str, to_addrs: Sequence[str], msg: str, *options: Any
    ) -> dict[str, tuple[int, bytes]]:
        """Send a mail as ``smtplib`` does. A server that allows it gets sender, recipient and DATA at once (RFC 2920).

        So a mail waits twice for the server instead of four times.
        """
        self.ehlo_or_helo_if_needed()
        if len(to_addrs) != 1 or options or not (self.does_esmtp and self.has_extn("pipelining")):
            return super().sendmail(from_addr, to_addrs, msg, *options)
        (to,), content = to_addrs, _LINE_END.sub("\r\n", msg).encode("ascii")
        size = f" size={len(content)}" if self.has_extn("size") else ""
        self.send(f"MAIL FROM:{quoteaddr(from_addr)}{size}\r\nRCPT TO:{quoteaddr(to)}\r\nDATA\r\n")
        sender, recipient, begin = self._answers()
        is_wanted = sender[0] == _DONE and recipient[0] in _TAKEN
        if is_wanted and begin[0] == _GO_ON:
            with self._handing_over():
                self.send(_DOTS.sub(b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n")
                end = self.getreply()
        else:
            if begin[0] == _GO_ON:  # the server awaits a mail nonetheless, and refuses an empty one
                self.send(".\r\n")
                self.getreply()
            end = begin
        if is_wanted and end[0] == _DONE:
            return {}
        if _CLOSING in (sender[0], recipient[0], end[0]):
            self.close()
        elif self.sock is not None:
            self.rset()
        if sender[0] != _DONE:
            raise smtplib.SMTPSenderRefused(*sender, from_addr)
        if recipient[0] not in _TAKEN:
            raise smtplib.SMTPRecipientsRefused({to: recipient})
        raise smtplib.SMTPDataError(*end)

    def _answers(self) -> list[tuple[int, bytes]]:
        """Return the answers to three commands; a server that closes the session after one gives no other."""
        answers = [self.getreply()]
        try:
            answers += [self.getreply(), self.getreply()]
        except smtplib.SMTPServerDisconnected:
            if answers[0][0] != _CLOSING:
                raise
        return (answers + 2 * answers[-1:])[:3]


class _TlsSession(_Session, smtplib.SMTP_SSL):
    pass


class _Smtplib:
    """Replaces the module ``smtplib`` in Apprise's mail plug-in."""

    SMTP, SMTP_SSL = _Session, _TlsSession

    def __getattr__(self, name: str) -> Any:
        return getattr(smtplib, name)


_SMTPLIB = _Smtplib()


class _Waiting:
    """Since when mails wait for the answer of each server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[Server, list[float]] = {}

    def begin(self, server: Server) -> float:
        now = time.monotonic()
        with self._lock:
            self._since.setdefault(server, []).append(now)
        return now

    def end(self, server: Server, since: float) -> None:
        with self._lock:
            self._since[server].remove(since)

    def is_hanging(self, server: Server) -> bool:
        with self._lock:
            oldest = min(self._since.get(server, ()), default=None)
        return oldest is not None and time.monotonic() - oldest > LONG_SECONDS


_WAITING = _Waiting()


class _Idle:
    """The sessions that wait for their next mail."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[Account, list[_Session]] = {}

    def take(self, account: Account) -> _Session | None:
        """Return the session that was used last; those that were idle for too long are closed."""
        with self._lock:
            sessions = self._sessions.get(account, [])
            old = [s for s in sessions if time.monotonic() - s.idle_since > IDLE_SECONDS]
            sessions[:] = [s for s in sessions if s not in old]
            found = sessions.pop() if sessions else None
        _quit(old)
        return found

    def put(self, account: Account, session: _Session) -> None:
        session.idle_since, session.handed_over = time.monotonic(), False
        with self._lock:
            self._sessions.setdefault(account, []).append(session)

    def close(self) -> None:
        with self._lock:
            sessions = [s for of_account in self._sessions.values() for s in of_account]
            self._sessions.clear()
        _quit(sessions)


_IDLE = _Idle()


def _quit(sessions: list[_Session]) -> None:
    for session in sessions:
        with suppress(OSError, smtplib.SMTPException):
            session.quit()


class SharedSession(smtp.AppriseSMTPController):
    """Takes the place of Apprise's controller, which has a session for each mail."""

    _socket: Any

    def __enter__(self) -> SharedSession:
        server = (self.host, self.port)
        if _WAITING.is_hanging(server):
            raise smtplib.SMTPServerDisconnected(
                f"the mail server has not answered a mail for {LONG_SECONDS:.0f} s; this one was not begun"
            )
        self._account = (
            *server, self.secure_mode, self.user, self.password, self.verify_certificate, self.socket_connect_timeout,
        )  # fmt: skip
        self._keep, self._socket = False, _IDLE.take(self._account)
        self._is_used = self._socket is not None
        if self._socket is None:
            self._connect()
        return self

    def _connect(self) -> None:
        super().__enter__()
        self._socket.server = (self.host, self.port)

    def sendmail(self, from_addr: str, to_addrs: list[str], message: str) -> bool:
        """Send a mail, and return whether the server accepted it for every recipient."""
        sent: bool = super().sendmail(from_addr, to_addrs, message)
        if not sent and self._is_used and not self._socket.handed_over and self._socket.sock is None:
            # The server had closed the session before this mail began: nothing of it was sent.
            self._is_used = False
            self._connect()
            sent = super().sendmail(from_addr, to_addrs, message)
        # After a refusal the server waits for the next mail; after a broken connection smtplib has closed it.
        self._socket.mails += 1
        self._keep = self._socket.sock is not None and (sent or not self._socket.handed_over)
        return sent

    def __exit__(self, exc_type: object, exc_val: object, exc_tb: object) -> None:
        session, self._socket = self._socket, None
        if session is None:
            return
        if exc_type is None and self._keep and session.mails < MOST_MAILS:
            _IDLE.put(self._account, session)
        else:
            _quit([session])


def share_sessions() -> None:
    """Let Apprise's mail plug-in share sessions and wait for the answer to a mail, for the rest of the process."""
    vars(smtp)["smtplib"] = _SMTPLIB
    vars(base)["AppriseSMTPController"] = SharedSession


def close_sessions() -> None:
    """Close the sessions that wait for a next mail."""
    _IDLE.close()
