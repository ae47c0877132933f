"""The dossier of an initiative, for a board that decides: as one HTML file, or as a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.exc import SQLAlchemyError

from clusterflow.domain.terms import Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.errors import ClusterflowError
from clusterflow.reports.dossier.compose import Dossier, compose
from clusterflow.services import registry, standing
from clusterflow.services.context import Context
from clusterflow.services.folder import Folder
from clusterflow.services.reports.dossier_data import gather


class Filed(Frozen):
    """A dossier that lies in the folder of reports; where there is none, the reason."""

    initiative: str
    address: str = ""
    problem: str = ""


def dossier(context: Context, initiative: str, as_of: date | None = None, language: Language | None = None) -> Dossier:
    """The dossier as of a day, in a language (the initiative's own, where none is given).

    Raises:
        UnknownName: nobody enrolled an initiative of that id; with the nearest.
        NotPossible: it was not yet enrolled on that day.
    """
    record = registry.initiative_record(context, initiative)
    told = language or (record.language if record else context.language)
    return compose(gather(context, initiative, as_of, told))


def file_dossiers(
    context: Context, folder: Folder, initiative: str | None = None, as_of: date | None = None
) -> Iterator[tuple[Filed, Dossier | None]]:
    """Write the dossier of an initiative, or of all that go on, into a folder; one in trouble holds up no other.

    Each lies under its day, so that what a board has seen stays as it was.
    """
    for one in [initiative] if initiative else _going_on(context, as_of):
        try:
            made = dossier(context, one, as_of)
            address = folder.put(f"dossiers/{one}/{made.as_of}.html", made.html.encode())
        except (ClusterflowError, SQLAlchemyError) as problem:
            yield Filed(initiative=one, problem=str(problem)), None
        else:
            yield Filed(initiative=one, address=address), made


def _going_on(context: Context, as_of: date | None) -> list[str]:
    return sorted(line.initiative for line in standing.board(context, as_of).lines if line.standing is Standing.ACTIVE)
