"""The machine's authorities, read once for many mails.

For each mail Apprise makes a TLS context, and so reads every authority of the machine: 30 ms of CPU, used or not;
that is two thirds of what a mail costs. Here a thread keeps its context, and puts it back as it was before each mail.
"""

from __future__ import annotations

import ssl
import threading
import time
from typing import Any

from apprise.plugins.email import base

FRESH_SECONDS = 600.0
"""After so long the authorities are read again: an office may change them while we are up."""


class RememberedTls(threading.local):
    """What Apprise's mail takes for the module ``ssl``."""

    def __init__(self) -> None:
        self.made_at = 0.0
        self.context: ssl.SSLContext | None = None

    def create_default_context(self) -> ssl.SSLContext:
        """A context that verifies, whatever was done to it last time: a thread sends one mail after the other."""
        context = self.context
        if context is None or time.monotonic() - self.made_at > FRESH_SECONDS:
            self.made_at, self.context = time.monotonic(), (context := ssl.create_default_context())
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
        return context

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)


def remember_authorities() -> None:
    """Let Apprise's mail keep its context; for good, and once."""
    if vars(base)["ssl"] is ssl:
        vars(base)["ssl"] = RememberedTls()
