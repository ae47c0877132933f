"""The lists from which a form offers the values of a field by name: public codes, and what the office has files of."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.domain.rulebook import Rulebook
from clusterflow.domain.text import Language, NoticeLanguage, alphabetical, model_language
from clusterflow.errors import Mistakes
from clusterflow.intake.record_forms import public_codes
from clusterflow.intake.record_forms.public_codes import Choices
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.services.catalogue.rulebooks import rulebooks_in
from clusterflow.services.context import Context


def choices_of(context: Context, codes: str, language: NoticeLanguage, country: str = "") -> Choices:
    """Return the values of a list with their names, sorted by name; of the regions, those of one country. Of files
    with mistakes none is offered.
    """
    own = _of_office(context, codes, model_language(language))
    if own is None:
        return public_codes.choices_of(codes, language, country)
    return dict(sorted(own.items(), key=lambda item: alphabetical(item[1])))


def name_of(context: Context, codes: str, value: str, language: Language) -> str:
    """Return the name of a value; the value itself if its list does not have it, as a rulebook whose file is gone."""
    own = _of_office(context, codes, language)
    return public_codes.name_of(codes, value, language) if own is None else own.get(value, value)


def _of_office(context: Context, codes: str, language: Language) -> Choices | None:
    """Return what the office has files of, by id; None of a public list."""
    try:
        match codes:
            case "scheme":
                return {one.id: one.title.to(language) for one in schemes_of(context).values()}
            case "rulebook":
                return {one.id: one.title.to(language) for one in _rulebooks(context)}
            case "rule":
                return {
                    rule.id: f"{one.title.to(language)}: {rule.title.to(language) if rule.title else rule.id}"
                    for one in _rulebooks(context)
                    for text in one.texts
                    for rule in text.rules
                }
    except Mistakes:
        return {}
    return None


def _rulebooks(context: Context) -> Iterable[Rulebook]:
    return rulebooks_in(context.settings.configs).values()
