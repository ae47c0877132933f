"""The languages that the registry knows of people and initiatives."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.text import NoticeLanguage
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.languages import initiative_languages, person_language


def recorded_languages(settings: Settings, person: str | None, initiatives: Sequence[str]) -> list[NoticeLanguage]:
    """The language on record of a person, then those of initiatives.

    Raises:
        ClusterflowError: the database cannot be used.
    """
    context = Context.open(settings)
    today = context.clock().date()
    with context.reading() as connection:
        theirs = person_language(connection, today, person) if person else None
        found = initiative_languages(connection, today, initiatives) if initiatives else {}
    return [language for language in (theirs, *(found.get(one) for one in initiatives)) if language]
