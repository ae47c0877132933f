"""The commands ``export``: files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.language import language
from clusterflow.cli.output import Replace, To, show, writing
from clusterflow.reports.ocel import JsonForm, XmlForm
from clusterflow.services.context import Context
from clusterflow.services.exports.event_logs import Logs
from clusterflow.services.exports.exports import Exports
from clusterflow.services.exports.files import several

Named = Annotated[str, Parameter(help="ids of initiatives; all where none is named")]

export = Commands(
    name="export",
    help="What other programs take away: the registry, event logs, calendars, models, the whole office.",
    help_epilogue="Example: clusterflow export tables facts.zip",
)
export.command(
    "clusterflow.cli.calendar:initiative",
    name="calendar",
    help="Write an initiative's calendar as iCalendar.",
    help_epilogue="Example: clusterflow export calendar automotriz --to automotriz.ics",
)
export.command(
    "clusterflow.cli.models:bpmn",
    name="model",
    help="Write a model as BPMN 2.0.",
    help_epilogue="Example: clusterflow export model nuevo-leon --to nuevo-leon.bpmn",
)


@export.command(help_epilogue="Example: clusterflow export registry --to facts.jsonl")
def registry(*, to: To = None, replace: Replace = False) -> None:
    """Export the facts that hold, as JSON lines that «record --from» takes in again, anywhere."""
    with writing(to, replace) as write:
        written = _exports().registry(write)
    _told(to, written, "lines")


@export.command(help_epilogue="Example: clusterflow export tables facts.zip")
def tables(
    target: Annotated[Path, Parameter(help="a folder, or a file called .zip")], *, replace: Replace = False
) -> None:
    """Export the facts that hold, as CSV for spreadsheets: a file for each record type."""
    with several(target, replace) as into:
        _exports().tables(into)


@export.command(help_epilogue="Example: clusterflow export xes automotriz --to automotriz.xes")
def xes(
    *initiatives: Named,
    to: To = None,
    replace: Replace = False,
    steps: Annotated[
        bool, Parameter(negative="", help="only the steps of the model, named as in its BPMN: for replay")
    ] = False,
) -> None:
    """Export what happened in initiatives as an event log in XES (IEEE 1849): one trace each, without personal data."""
    with writing(to, replace) as write:
        written = _logs(initiatives).xes(write, language(), steps)
    _told(to, written, "events")


@export.command(help_epilogue="Example: clusterflow export ocel --to office.json")
def ocel(
    *initiatives: Named,
    to: To = None,
    replace: Replace = False,
    form: Annotated[Literal["json", "xml"] | None, Parameter(name="--format", help="as the file is called")] = None,
) -> None:
    """Export what happened, as an object-centric event log in OCEL 2.0, without personal data: JSON, or XML."""
    chosen = XmlForm if (form or (to.suffix[1:].lower() if to else "")) == "xml" else JsonForm
    with writing(to, replace) as write:
        written = _logs(initiatives).ocel(chosen(write))
    _told(to, written, "events")


@export.command(help_epilogue="Example: clusterflow export life --to life.jsonl")
def life(*, to: To = None, replace: Replace = False) -> None:
    """Export the whole office with its ledger, as JSON lines that «record --from» takes into an empty database.

    Names, addresses and pseudonyms are in it: keep it as you keep the database.
    """
    with writing(to, replace) as write:
        written = _exports().life(write)
    _told(to, written, "lines")


def _exports() -> Exports:
    return Exports(Context.open().database)


def _logs(initiatives: tuple[str, ...]) -> Logs:
    context = Context.open()
    return Logs(context.database, context.clock(), initiatives)


def _told(to: Path | None, number: int, what: str) -> None:
    """Show the size of an export that was written to a file."""
    if to is not None and str(to) != "-":
        show(f"{to}: {number} {what}")
