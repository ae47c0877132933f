"""Reads the languages of people and initiatives without the rest of their records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.text import NoticeLanguage
from clusterflow.store import tables
from clusterflow.store.statement_text import rows_by_text


def person_language(connection: Connection, on: date, person: str) -> NoticeLanguage | None:
    """Return the language on record of a person on a day."""
    latest: NoticeLanguage | None = None
    for language, until in rows_by_text(
        connection, ("language of a person",), lambda: _PERSON_LANGUAGE, {"id": person, "on": on}
    ):
        latest = language if until is None or until >= on else None
    return latest


def initiative_languages(connection: Connection, on: date, ids: Sequence[str]) -> dict[str, NoticeLanguage]:
    """Return the languages of initiatives on a day, by id; before its start, by the first record of an initiative."""
    latest: dict[str, NoticeLanguage] = {}
    for row in connection.execute(_INITIATIVE_LANGUAGES, {"ids": list(ids)}):
        if row.id not in latest or row.valid_from <= on:
            latest[row.id] = row.language
    return latest


def _languages(record: str) -> Select[Any]:
    table = tables.REGISTRY_TABLES[record].c
    return (
        select(table.id, table.language, table.valid_from, table.valid_to)
        .where(table.chain == REGISTRY, table.superseded_at.is_(None), table.retracted.is_(False))
        .order_by(table.valid_from)
    )


_PERSON, _INITIATIVE = tables.REGISTRY_TABLES["person"].c, tables.REGISTRY_TABLES["initiative"].c
_PERSON_LANGUAGE = (
    _languages("person")
    .with_only_columns(_PERSON.language, _PERSON.valid_to)
    .where(_PERSON.id == bindparam("id"), _PERSON.valid_from <= bindparam("on"))
)
_INITIATIVE_LANGUAGES = _languages("initiative").where(_INITIATIVE.id.in_(bindparam("ids", expanding=True)))
