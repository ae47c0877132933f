"""The languages that the registry knows of people and initiatives."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.records.parties import Initiative, Person
from clusterflow.domain.text import NoticeLanguage
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.registry import initiative_records, people_by_id


def recorded_languages(settings: Settings, person: str | None, initiatives: Sequence[str]) -> list[NoticeLanguage]:
    """The language on record of a person, then those of initiatives.

    Raises:
        ClusterflowError: the database cannot be used.
    """
    context = Context.open(settings)
    today = context.clock().date()
    with context.reading() as connection:
        people = people_by_id(connection, today, [person]) if person else {}
        found = initiative_records(connection, today, initiatives) if initiatives else {}
    records: list[Person | Initiative] = [*people.values(), *(found[one] for one in initiatives if one in found)]
    return [one.language for one in records if one.language]
