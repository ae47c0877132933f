"""Writes and sends the mail of a notice without attachments: as Apprise would, in a fifth of the time.

Apprise makes objects of the standard library for a mail and all its parts and writes them out, and prepares for
retries, time limits and many recipients. A notice has one recipient and two texts, and we try again ourselves. The
mails are the same, which the tests compare; whatever has more than that is left to Apprise.
"""

from __future__ import annotations

import random
import re
import smtplib
from datetime import datetime
from email.charset import Charset
from email.utils import format_datetime, formataddr, make_msgid
from functools import lru_cache
from typing import Any

import apprise
from apprise.conversion.format import convert_between
from apprise.exception import AppriseImproperlyConfigured
from apprise.logger import logger
from apprise.plugins.email.base import PGP_MODE_DEFAULT, NotifyEmail

from clusterflow.notices.mail_messages import fold_text
from clusterflow.notices.mail_sessions import SharedSession

_UTF8 = Charset("utf-8")
"""Apprise has set it to quoted-printable."""

_PART = 'Content-Type: text/{}; charset="utf-8"\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n'
_convert: Any = convert_between
_LINE_END = re.compile(r"\r\n|\r")


def is_plain(plugin: Any) -> bool:
    """Whether a channel, opened for one recipient, takes mails that this module can write."""
    return (
        type(plugin) is NotifyEmail
        and len(plugin.targets) == 1
        and not (plugin.cc or plugin.bcc or plugin.reply_to)
        and plugin.pgp_mode == PGP_MODE_DEFAULT
        and plugin.resolve_format() in (apprise.NotifyFormat.HTML, apprise.NotifyFormat.TEXT)
    )


def send_mail(plugin: Any, subject: str, body: str) -> bool:
    """Send a mail; return whether the server accepted it. The log of Apprise says why not.

    Args:
        body: in the format of the channel.
    """
    ((_, to),) = plugin.targets
    try:
        with SharedSession(
            host=plugin.smtp_host,
            port=plugin.port,
            secure_mode=plugin.secure_mode,
            user=plugin.user,
            password=plugin.password,
            verify_certificate=plugin.verify_certificate,
            socket_connect_timeout=plugin.socket_connect_timeout,
        ) as session:
            sent = session.sendmail(plugin.from_addr[1], [to], mail_text(plugin, subject, body))
    except (OSError, smtplib.SMTPException, RuntimeError, AppriseImproperlyConfigured) as problem:
        logger.warning('Connection error while submitting email to "%s"', plugin.smtp_host)
        logger.debug("Socket Exception: %s", problem)
        return False
    if not sent:
        logger.warning('Sending email to "%s" failed.', to)
    return sent


def mail_text(plugin: Any, subject: str, body: str) -> str:
    """Return a mail as text, with its headers."""
    body, ((name, to),) = body.rstrip(), plugin.targets
    headers = [
        *(fold_text(header, value) for header, value in _headers(plugin).items()),
        fold_text("Subject", " ".join(subject.split())),
        _address_line("From", *plugin.from_addr),
        _address_line("To", name, to),
        f"Message-ID: {make_msgid(domain=plugin.smtp_host)}\n",
        f"Date: {format_datetime(datetime.now(tz=plugin.tzinfo))}\n",
    ]
    if plugin.resolve_format() is not apprise.NotifyFormat.HTML:
        return "".join([_PART.format("plain"), *headers, "\n", _encoded(body)])
    # No quoted-printable text contains «=_».
    boundary = f"=_{random.getrandbits(96):024x}"
    text = _convert(apprise.NotifyFormat.HTML, apprise.NotifyFormat.TEXT, body)
    return "".join(
        [
            f'Content-Type: multipart/alternative; boundary="{boundary}"\nMIME-Version: 1.0\n',
            *headers,
            f"\n--{boundary}\n{_PART.format('plain')}\n{_encoded(text)}",
            f"\n--{boundary}\n{_PART.format('html')}\n{_encoded(body)}\n--{boundary}--\n",
        ]
    )


def _headers(plugin: Any) -> dict[str, str]:
    return {"X-Application": plugin.app_id, **plugin.headers}


@lru_cache(maxsize=1024)
def _address_line(header: str, name: str | bool | None, address: str) -> str:
    return fold_text(
        header, formataddr((name if isinstance(name, str) else None, address), charset="utf-8"), encode=False
    )


def _encoded(text: str) -> str:
    return _LINE_END.sub("\n", _UTF8.body_encode(text.encode())) if text else ""
