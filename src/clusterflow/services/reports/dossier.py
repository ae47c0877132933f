"""Dossiers: renders the dossier of an initiative, and writes dossiers into a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.exc import SQLAlchemyError

from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.terms import Standing
from clusterflow.domain.text import DEFAULT_LANGUAGE, Frozen, Language
from clusterflow.errors import ClusterflowError
from clusterflow.reports.dossier.compose import Dossier, compose
from clusterflow.services import registry, standing
from clusterflow.services.context import Context
from clusterflow.services.output_folder import Folder
from clusterflow.services.reports.dossier_data import gather


class WrittenDossier(Frozen):
    """A written dossier, or the reason why it could not be written."""

    initiative: str
    address: str = ""
    problem: str = ""


def dossier(
    context: Context,
    initiative: str,
    as_of: date | None = None,
    language: Language | None = None,
    known_on: date | None = None,
) -> Dossier:
    """Render the dossier as of a day, in a language (by default the language of the initiative).

    Args:
        known_on: the end of the day on which it was known; by default now.

    Raises:
        UnknownName: no initiative of that id is enrolled.
        NotPossible: the initiative was enrolled after that day.
    """
    record = registry.initiative_record(context, initiative)
    reader = language or (record.language or DEFAULT_LANGUAGE if record else context.language)
    with numbers_of(reader, record.country if record else None):
        return compose(gather(context, initiative, as_of, reader, known_on))


def write_dossiers(
    context: Context, folder: Folder, initiatives: Sequence[str], as_of: date | None = None
) -> Iterator[tuple[WrittenDossier, Dossier | None]]:
    """Write the dossiers of initiatives into a folder. A failure of one does not stop the others.

    The path holds the day, so that a dossier that a board has read is never overwritten later.
    """
    for one in initiatives:
        try:
            made = dossier(context, one, as_of)
            address = folder.put(f"dossiers/{one}/{made.as_of}.html", made.html.encode())
        except (ClusterflowError, SQLAlchemyError) as problem:
            yield WrittenDossier(initiative=one, problem=str(problem)), None
        else:
            yield WrittenDossier(initiative=one, address=address), made


def active_initiatives(context: Context, as_of: date | None) -> list[str]:
    """Return the ids of the initiatives that go on, today or as of a day."""
    return sorted(line.initiative for line in standing.board(context, as_of).lines if line.standing is Standing.ACTIVE)
