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

import smtplib
import threading
import time
from contextlib import suppress
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
        assert self.sock is not None  # noqa: S101 - smtplib sends data on an open connection alone
        usual = self.sock.gettimeout()
        self.sock.settimeout(ANSWER_SECONDS)
        self.handed_over = True
        waiting = _WAITING.begin(self.server)
        try:
            return super().data(msg)
        finally:
            _WAITING.end(self.server, waiting)
            if self.sock is not None:  # smtplib closes it where the server hangs up
                self.sock.settimeout(usual)


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
