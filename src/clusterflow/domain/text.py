"""Texts in the readers' languages, and the base class of all frozen data."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")

NoticeLanguage = Literal["es", "en", "ca", "eu", "pt"]
"""A language of notices and web pages. Models and reports exist in Spanish and English only."""
NOTICE_LANGUAGES: tuple[NoticeLanguage, ...] = ("es", "en", "ca", "eu", "pt")


DEFAULT_LANGUAGE: Language = "es"
"""The language of people and initiatives for whom nobody stated one."""


def as_sentence(text: str) -> str:
    """The text with a capital first letter; the others stay."""
    return text[:1].upper() + text[1:]


_ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def rewrite_days(text: str, write: Callable[[date], str]) -> str:
    """Write every day in a text, which is ISO 8601 on the command line, as its readers do."""
    return _ISO_DAY.sub(lambda found: write(date.fromisoformat(found[0])), text)


def alphabetical(text: str) -> str:
    """The key by which names are sorted, as a Spanish dictionary does: accents and capitals count for nothing, and ñ
    comes after n. No database sorts names, because each has its own order.
    """
    folded = unicodedata.normalize("NFC", text).casefold().replace("ñ", "n\uffff")
    split = unicodedata.normalize("NFD", folded)
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def model_language(language: NoticeLanguage) -> Language:
    """The language of models and reports that fits this reader. A notice quotes titles in it."""
    return "en" if language == "en" else "es"


ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""A short name for use in files and commands."""

ID_ACCEPTED = "an id: 1 to 64 lower case letters, digits, points, hyphens and underscores, the first a letter or digit"

FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Characters that no text may contain: control characters, which steer a terminal, and surrogates, which cannot be
stored. Tabs and line ends are allowed.
"""


STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
"""Controls, marks of direction, invisible signs and halves of signs; line feed and tab pass."""


UNDECODED = re.compile("[\udc80-\udcff]")
"""The character that replaces a byte that is not UTF-8, so that its line can be reported."""


def harmless(text: str) -> str:
    """Text that others wrote: no sign in it steers the terminal or turns its direction. JSON stays the same JSON."""
    return STEERING.sub(lambda sign: json.dumps(sign[0])[1:-1], text)


def decode_text(content: bytes) -> str:
    """Decode a file as UTF-8, with or without a byte order mark."""
    return content.decode("utf-8-sig", "surrogateescape")


def compose(value: Any) -> Any:
    """Return a text in the composed form of Unicode (NFC): a Mac may write «ó» as «o» and an accent. Else the value."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


class Frozen(BaseModel):
    """An immutable value that rejects undeclared keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Text(Frozen):
    """One text, in every language that models must have."""

    es: str
    en: str

    def to(self, language: Language) -> str:
        return self.es if language == "es" else self.en


_NOTHING = Text(es="no cambió nada", en="nothing changed")


def count_words(counts: Iterable[tuple[int, Text]], language: Language) -> str:
    """Each count above zero with its words, which hold ``{n}``: «4 new, 1 removed»."""
    words = [text.to(language).format(n=n) for n, text in counts if n]
    return ", ".join(words) or _NOTHING.to(language)
