"""Waits as long for the answer to a whole mail as the standard asks.

Apprise waits 15 seconds for each answer of a mail server. That is enough for everything but the last answer: a server
that scans a mail first may accept it later than that. Apprise would report a failure, and the mail would be sent again.
RFC 5321, section 4.5.3.2.6, asks for ten minutes there, for this very reason.
"""

from __future__ import annotations

import smtplib
from typing import Any

from apprise.plugins.email import smtp

ANSWER_SECONDS = 600.0


class _Patient(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        assert self.sock is not None  # noqa: S101 - smtplib sends data on an open connection alone
        usual = self.sock.gettimeout()
        self.sock.settimeout(ANSWER_SECONDS)
        try:
            return super().data(msg)
        finally:
            if self.sock is not None:  # smtplib closes it where the server hangs up
                self.sock.settimeout(usual)


class _PatientTls(_Patient, smtplib.SMTP_SSL):
    pass


class _Smtplib:
    """Replaces the module ``smtplib`` in Apprise's mail plug-in."""

    SMTP, SMTP_SSL = _Patient, _PatientTls

    def __getattr__(self, name: str) -> Any:
        return getattr(smtplib, name)


def wait_for_mail_servers() -> None:
    """Let Apprise's mail plug-in wait for the answer to a mail, for the rest of the process."""
    if vars(smtp)["smtplib"] is smtplib:
        vars(smtp)["smtplib"] = _Smtplib()
