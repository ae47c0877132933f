"""Exports: what other programs take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.output import Replace, To, show, writing
from clusterflow.desk import Desk
from clusterflow.scribe.exports import Exports
from clusterflow.scribe.files import several

export = Commands(
    name="export",
    help="What other programs take away: the registry, event logs, calendars, models, the whole office.",
)
export.command("clusterflow.cli.calendar:initiative", name="calendar", help="An initiative's calendar as iCalendar.")
export.command("clusterflow.cli.models:bpmn", name="model", help="A model as BPMN 2.0.")


@export.command
def registry(*, to: To = None, replace: Replace = False) -> None:
    """The facts that hold, as JSON lines that «record --from» takes in again, anywhere."""
    with writing(to, replace) as write:
        _told(to, _exports().registry(write), "lines")


@export.command
def tables(
    target: Annotated[Path, Parameter(help="a folder, or a file called .zip")], *, replace: Replace = False
) -> None:
    """The facts that hold, as CSV for spreadsheets: a file for each record type."""
    with several(target, replace) as into:
        _exports().tables(into)


@export.command
def life(*, to: To = None, replace: Replace = False) -> None:
    """The whole office with its ledger, as JSON lines that «record --from» takes into an empty database.

    Names, addresses and pseudonyms are in it: keep it as you keep the database.
    """
    with writing(to, replace) as write:
        _told(to, _exports().life(write), "lines")


def _exports() -> Exports:
    return Exports(Desk.open().database)


def _told(to: Path | None, number: int, what: str) -> None:
    """Where the export went to a file, how much it is."""
    if to is not None and str(to) != "-":
        show(f"{to}: {number} {what}")
