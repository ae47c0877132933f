"""The dossier of an initiative, for a board that decides: as one HTML file, or as a PDF."""

from __future__ import annotations

from datetime import date

from clusterflow.app import App
from clusterflow.model.text import Language
from clusterflow.reports.dossier.compose import Dossier, compose
from clusterflow.scribe.gather import gather


def dossier(app: App, initiative: str, as_of: date | None = None, language: Language | None = None) -> Dossier:
    """The dossier as of a day, in a language (the initiative's own, where none is given).

    Raises:
        UnknownName: nobody enrolled an initiative of that id; with the nearest.
        NotPossible: it was not yet enrolled on that day.
    """
    record = app.record_of(initiative)
    told = language or (record.language if record else app.language)
    return compose(gather(app, initiative, as_of, told))
