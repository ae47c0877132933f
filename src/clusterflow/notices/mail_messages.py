"""Makes the mails of Apprise's mail plug-in in a third of the time: what many mails have in common is encoded once.

A mail of Apprise has seventeen header lines, most of them the same in all mails; the standard library encodes and folds
each of them anew, which took longer than to hand the mail over. And it chooses a boundary by a search through the whole
text. The mails are the same, but for that boundary.
"""

from __future__ import annotations

import random
import re
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from functools import lru_cache
from typing import Any

from apprise.plugins.email import base

SHORT = 76
"""A header line of so many characters is not folded."""

_WORDS = re.compile(r"[!-~]+(?: [!-~]+)*")

_PLAIN = Compat32()
_UNFOLDED = Compat32(max_line_length=0)
"""A message that is written as a text has no line folded in which Apprise encodes the words."""


@lru_cache(maxsize=1024)
def fold_header(name: str, value: str) -> str:
    """Return a header line as the standard library writes it."""
    if len(name) + len(value) <= SHORT and _WORDS.fullmatch(value):
        return f"{name}: {value}\n"
    return _PLAIN.fold(name, value)


def fold_text(name: str, text: str, *, encode: bool = True) -> str:
    """Return a header line with a text that may need to be encoded, as Apprise's mail plug-in has it written.

    Args:
        encode: encode what is not ASCII; addresses are encoded already.
    """
    if len(text) <= SHORT // 2 and _WORDS.fullmatch(text):
        return f"{name}: {text}\n"
    return _fold_encoded(name, text) if encode else fold_header(name, text)


@lru_cache(maxsize=1024)
def _fold_encoded(name: str, text: str) -> str:
    plugin: Any = base.NotifyEmail
    header: Any = Header(text, plugin._get_charset(text))  # the encoding that Apprise would choose
    return _UNFOLDED.fold(name, header)


class _Policy(Compat32):
    def fold(self, name: str, value: Any) -> str:
        return fold_header(name, value) if isinstance(value, str) else super().fold(name, value)


_POLICY: Any = _Policy()


class _Header(Header):
    """A header that is encoded once. It is shared, so nothing may be appended to it."""

    def __init__(self, text: str, charset: str | None) -> None:
        super().__init__(text, charset)
        self._encoded: dict[tuple[Any, ...], str] = {}

    def encode(self, *args: Any, **named: Any) -> str:
        arguments = (*args, *named.items())
        if arguments not in self._encoded:
            self._encoded[arguments] = super().encode(*args, **named)
        return self._encoded[arguments]


class _Word(Header):
    """A short text that needs neither encoding nor folding, as a number or a key."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def encode(self, *_: Any, **__: Any) -> str:
        return self._text

    def __str__(self) -> str:
        return self._text


@lru_cache(maxsize=256)
def _shared_header(text: str, charset: str | None) -> _Header:
    return _Header(text, charset)


def _header(text: str, charset: str | None = None) -> Header:
    if charset is None and len(text) <= SHORT // 2 and _WORDS.fullmatch(text):
        return _Word(text)
    return _shared_header(text, charset)


class _Text(MIMEText):
    def __init__(self, text: str, subtype: str = "plain", charset: str | None = None) -> None:
        super().__init__(text, subtype, charset, policy=_POLICY)


class _Multipart(MIMEMultipart):
    """Parts with a boundary that no text can contain: «=_» occurs in no quoted-printable text and in no base64."""

    def __init__(self, subtype: str = "mixed", **parameters: str) -> None:
        super().__init__(subtype, f"=_{random.getrandbits(96):024x}", policy=_POLICY, **parameters)


def share_headers() -> None:
    """Let Apprise's mail plug-in encode what many mails have in common once, for the rest of the process."""
    vars(base).update(MIMEText=_Text, MIMEMultipart=_Multipart, Header=_header)
