"""By which way: one recipient, one Apprise object, and never a secret in what is kept of the answer."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import quote, unquote, urlsplit

import apprise
from pydantic import SecretStr

CHANNEL = "mail"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said."""

    delivered: bool
    text: str


class _Hearing(logging.Handler):
    """Keeps what Apprise logs in this thread: it says only there why a send failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.heard.append(record.getMessage())


_LOG = logging.getLogger("apprise")
# Apprise logs an address it cannot read as it is, with the password in it: nothing of its log may travel further.
_LOG.propagate = False


def send_mail(server: SecretStr, address: str, key: str, subject: str, body: str) -> Answer:
    """Send one mail to one address.

    Args:
        server: the Apprise address of the mail server, without recipient.
        key: the notice's key; it travels as a header, so that a repeat can be recognised.
    """
    if not parseaddr(address)[1] or any(c in address for c in "\r\n,; "):
        return Answer(False, "the address is none")
    url = server.get_secret_value()
    joined = f"{url}{'&' if '?' in url else '?'}to={quote(address)}&+X-Clusterflow-Notice={quote(key, safe='')}"
    hearing = _Hearing()
    _LOG.addHandler(hearing)
    try:
        sender = apprise.Apprise()
        if not sender.add(joined):
            return Answer(False, "the mail server's address is none that Apprise knows; see CLUSTERFLOW_MAIL")
        delivered = sender.notify(title=subject, body=body, body_format=apprise.NotifyFormat.MARKDOWN)
    finally:
        _LOG.removeHandler(hearing)
    text = "accepted" if delivered else redacted("; ".join(hearing.heard) or "not accepted", url)
    return Answer(bool(delivered), text)


def redacted(text: str, url: str) -> str:
    """The text without the secrets of an address."""
    parts = urlsplit(url)
    for secret in (url, parts.password, parts.username, parts.netloc.rpartition("@")[0]):
        for form in {secret, unquote(secret)} if secret else ():
            text = text.replace(form, "***")
    return text[:500]
