"""Texts in the readers' languages, and the base of every frozen thing."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")

NoticeLanguage = Literal["es", "en", "ca", "eu", "pt"]
"""A language that people are written to in; models, reports and pages speak es and en."""
NOTICE_LANGUAGES: tuple[NoticeLanguage, ...] = ("es", "en", "ca", "eu", "pt")


def model_language(language: NoticeLanguage) -> Language:
    """The language of the models and reports that such a reader reads best: a notice quotes their titles in it."""
    return "en" if language == "en" else "es"


ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""A short name for use in files and commands."""

ID_ACCEPTED = "an id: 1 to 64 lower case letters, digits, points, hyphens and underscores, the first a letter or digit"

FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Signs that no text of ours may have: controls, which steer a terminal, and halves of signs, which nothing can keep.
Tabs and the ends of lines pass."""


UNDECODED = re.compile("[\udc80-\udcff]")
"""What a byte that is no UTF-8 is read as, so that its line can be told."""


def decode_text(content: bytes) -> str:
    """The text of a file in UTF-8, with or without the mark that Windows begins it with."""
    return content.decode("utf-8-sig", "surrogateescape")


class Frozen(BaseModel):
    """A value: it never changes, and it knows no key that it does not declare."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Text(Frozen):
    """One text, written in every language that the models must speak."""

    es: str
    en: str

    def to(self, language: Language) -> str:
        return self.es if language == "es" else self.en
