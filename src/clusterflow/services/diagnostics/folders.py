"""The folders that others drop files into, and that reports and calendars are written to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import SecretStr

from clusterflow.domain.text import Text
from clusterflow.errors import NotPossible
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, plain, trouble
from clusterflow.services.output_folder import Folder, FolderFlaw


def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Whether each folder is there, and can be written."""
    settings = surroundings.settings
    yield from _look_at(_INTAKE, "INTAKE", settings.intake, must_exist=True)
    yield from _look_at(_REPORTS, "REPORTS", settings.reports or SecretStr(Folder.reports_url(settings)))
    yield from _look_at(_CALENDARS, "CALENDARS", settings.calendars)


def _look_at(what: Text, name: str, address: SecretStr | None, *, must_exist: bool = False) -> Iterator[CheckResult]:
    if address is None:
        yield ok(what, both(_UNSET, name=name))
        return
    try:
        folder = Folder(address.get_secret_value(), what.en)
        flaw = folder.flaw(must_exist=must_exist)
    except NotPossible as problem:
        yield trouble(what, plain(str(problem)), advise("correct-folder", name=name))
        return
    yield (
        ok(what, plain(str(folder)))
        if flaw is None
        else trouble(what, both(_FLAWS[flaw], folder=str(folder)), advise(_CURES[flaw], name=name))
    )


_INTAKE = Text(es="carpeta de recepción", en="drop folder")
_REPORTS = Text(es="carpeta de informes", en="folder of reports")
_CALENDARS = Text(es="carpeta de calendarios", en="folder of calendars")
_UNSET = Text(es="no se usa (CLUSTERFLOW_{name})", en="not in use (CLUSTERFLOW_{name})")
_FLAWS: dict[FolderFlaw, Text] = {
    "missing": Text(es="{folder} no existe", en="{folder} does not exist"),
    "no-folder": Text(es="{folder} no es una carpeta", en="{folder} is not a folder"),
    "not-writable": Text(
        es="la cuenta de clusterflow no puede escribir en {folder}",
        en="the account of clusterflow cannot write to {folder}",
    ),
}
_CURES: dict[FolderFlaw, str] = {
    "missing": "make-folder",
    "no-folder": "correct-folder",
    "not-writable": "permit-writing",
}
