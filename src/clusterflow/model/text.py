"""Texts in the readers' languages, and the base of every frozen thing."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")


class Frozen(BaseModel):
    """A value: it never changes, and it knows no key that it does not declare."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Text(Frozen):
    """One text, written in every language that the models must speak."""

    es: str
    en: str

    def to(self, language: Language) -> str:
        return self.es if language == "es" else self.en
