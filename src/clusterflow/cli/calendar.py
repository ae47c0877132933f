"""Calendars: feeds that any calendar program subscribes to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.language import language
from clusterflow.cli.output import Json, print_json, show, write_out, write_whole
from clusterflow.errors import ClusterflowError
from clusterflow.intake.drop_folder import without_secrets
from clusterflow.services.calendars import Calendars
from clusterflow.services.context import Context

calendar = Commands(
    name="calendar",
    help="Write calendars as iCalendar: of an initiative, of a person, or all of them.",
    help_epilogue="Example: clusterflow calendar person ana",
)

To = Annotated[Path | None, Parameter(name="--to", help="a file, replaced whole; standard output where none is named")]


@calendar.command(help_epilogue="Example: clusterflow calendar initiative automotriz --to automotriz.ics")
def initiative(name: Annotated[str, Parameter(help="the initiative's id")], *, to: To = None) -> None:
    """Print what is to come in an initiative: gate reviews, deadlines, meetings, learning sessions."""
    _put(Calendars.of(Context.open()).initiative(name), to)


@calendar.command(help_epilogue="Example: clusterflow calendar person ana")
def person(name: Annotated[str, Parameter(help="the person's id")], *, to: To = None) -> None:
    """Print what concerns a person, in all initiatives."""
    _put(Calendars.of(Context.open()).person(name), to)


@calendar.command(help_epilogue="Example: clusterflow calendar address ana --person")
def address(
    name: Annotated[str, Parameter(help="the id of an initiative, or with --person of a person")],
    *,
    person: Annotated[bool, Parameter(name="--person", negative="", help="of a person")] = False,
) -> None:
    """Print the address to which a calendar program subscribes. Everybody who knows it can read the calendar."""
    found = Calendars.of(Context.open()).address(name, person)
    show(found)
    show(f"webcal://{found.partition('://')[2]}")


@calendar.command(help_epilogue="Example: clusterflow calendar write feeds")
def write(
    folder: Annotated[
        str | None, Parameter(help="a path, or another address that fsspec knows; that of CLUSTERFLOW_CALENDARS")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write every feed: FOLDER/initiatives/ID.ics and FOLDER/people/ID.ics. What did not change is left alone."""
    context = Context.open()
    address = folder or (context.settings.calendars.get_secret_value() if context.settings.calendars else None)
    if address is None:
        raise ClusterflowError("say where: clusterflow calendar write FOLDER, or set CLUSTERFLOW_CALENDARS")
    done = Calendars.of(context).write(address)
    if as_json:
        print_json(done)
    else:
        show(f"{without_secrets(address)}: {done.summary(language())}")


def _put(content: bytes, to: Path | None) -> None:
    if to is None:
        write_out(content.decode())
    else:
        write_whole(to, content)
