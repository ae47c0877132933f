"""The languages that the registry knows of people and initiatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Initiative, Person
from clusterflow.domain.text import NoticeLanguage
from clusterflow.services.context import Context
from clusterflow.store.registry import current


def recorded_languages(person: str | None, initiatives: Sequence[str]) -> list[NoticeLanguage]:
    """The language on record of a person, then those of initiatives.

    Raises:
        ClusterflowError: the database cannot be used.
    """
    context = Context.open()
    today = context.clock().date()
    with context.reading() as connection:
        found: list[Any] = current(connection, Person, REGISTRY, today, id=[person]) if person else []
        found += current(connection, Initiative, REGISTRY, today, id=list(initiatives)) if initiatives else []
    return [one.language for one in found if one.language]
