"""The machine's authorities, read once for many mails.

For each mail Apprise makes a TLS context, and so reads every authority of the machine: 30 ms of CPU, used or not;
that is most of what a mail costs. Here it gets a slip that says how strict to be, and the context is made when a
connection asks for it, one for all.
"""

from __future__ import annotations

import ssl
import time
from functools import lru_cache
from typing import Any

from apprise.plugins.email import base

FRESH_SECONDS = 600.0
"""After so long the authorities are read again: an office may change them while we are up."""


@lru_cache(maxsize=2)
def _context(strict: bool, _period: int) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not strict:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class _Slip:
    """How strict a connection shall be: what Apprise sets of a context, and what smtplib asks of one."""

    def __init__(self) -> None:
        self.check_hostname = True
        self.verify_mode = ssl.CERT_REQUIRED

    def wrap_socket(self, *args: Any, **named: Any) -> ssl.SSLSocket:
        strict = self.check_hostname or self.verify_mode is not ssl.CERT_NONE
        return _context(strict, int(time.monotonic() / FRESH_SECONDS)).wrap_socket(*args, **named)


class _Ssl:
    """What Apprise's mail takes for the module ``ssl``."""

    @staticmethod
    def create_default_context() -> _Slip:
        return _Slip()

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)


def remember_authorities() -> None:
    """Let Apprise's mail share its contexts; for good, and once."""
    if vars(base)["ssl"] is ssl:
        vars(base)["ssl"] = _Ssl()
