"""Caches the TLS contexts of outgoing mail.

Apprise makes a TLS context for each mail, and so reads all certificate authorities of the machine: 30 ms of CPU,
whether TLS is used or not, which is most of the cost of a mail. Here Apprise gets a placeholder that records how
strict the connection must be. The real context is made at the first handshake and shared by all mails.
"""

from __future__ import annotations

import ssl
import time
from functools import lru_cache
from typing import Any

from apprise.plugins.email import smtp

FRESH_SECONDS = 600.0
"""How long a context is shared. Then the authorities are read again, because an office may have changed them."""


@lru_cache(maxsize=2)
def _context(strict: bool, _period: int) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not strict:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class _LazyContext:
    """What Apprise sets on a context, and what smtplib calls on one."""

    def __init__(self) -> None:
        self.check_hostname = True
        self.verify_mode = ssl.CERT_REQUIRED

    def wrap_socket(self, *args: Any, **named: Any) -> ssl.SSLSocket:
        strict = self.check_hostname or self.verify_mode is not ssl.CERT_NONE
        return _context(strict, int(time.monotonic() / FRESH_SECONDS)).wrap_socket(*args, **named)


class _Ssl:
    """Replaces the module ``ssl`` in Apprise's mail plug-in."""

    @staticmethod
    def create_default_context() -> _LazyContext:
        return _LazyContext()

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)


def remember_authorities() -> None:
    """Let Apprise's mail plug-in share contexts, for the rest of the process."""
    if vars(smtp)["ssl"] is ssl:
        vars(smtp)["ssl"] = _Ssl()
