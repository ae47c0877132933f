"""Texts of the pages in Catalan, Basque and Portuguese, looked up by their Spanish text in the catalogs beside this.

What a catalog does not have is shown in Spanish, as in the notices: titles and findings of models, above all.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from clusterflow.domain.text import NoticeLanguage, Text
from clusterflow.intake.record_forms.form import noun
from clusterflow.notices import catalogs

FOLDER = Path(__file__).resolve().parent / "catalogs"


@cache
def _catalog(language: NoticeLanguage) -> NullTranslations:
    return catalogs.translations(FOLDER, language)


def translated(text: Text, language: NoticeLanguage) -> str:
    """The text in a language of the pages."""
    return text.en if language == "en" else from_spanish(text.es, language)


def from_spanish(text: str, language: NoticeLanguage) -> str:
    """A Spanish text in a language other than English; the same text if the catalog of that language lacks it."""
    # gettext keeps the header of a catalog under the empty text.
    return _catalog(language).gettext(text) if text and language != "es" else text


def translated_noun(record: str, many: bool = False, *, language: NoticeLanguage) -> str:
    """What a record of a type is called: member, members."""
    if language == "en":
        return noun(record, many, language="en")
    return from_spanish(noun(record, many, language="es"), language)
