"""The commands for refused submissions: list, show, correct and drop them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, Source, print_json, read_text, show, translated, write_out
from clusterflow.cli.tables import table
from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.domain.text import harmless
from clusterflow.errors import ClusterflowError
from clusterflow.reports.translations import mistake_text
from clusterflow.services.context import Context
from clusterflow.services.intake import submissions

intake = Commands(
    name="intake",
    help="List, correct and retry the refused submissions of other systems.",
    help_epilogue="Example: clusterflow intake refused",
)

Number = Annotated[int, Parameter(help="as `clusterflow intake refused` lists it")]


@intake.command(help_epilogue="Example: clusterflow intake refused")
def refused(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="also those corrected and dropped")] = False,
    as_json: Json = False,
) -> None:
    """List the refused submissions that wait to be corrected."""
    found = submissions.refusals(Context.open(), None if everything else RefusalState.WAITING)
    if as_json:
        print_json(found)
        return
    if not found:
        show("nothing was refused" if everything else "no refused submission waits")
        return
    lines = table("Refused submissions", ["#", "received", "from", "state", "mistakes", "first mistake"])
    for r in found:
        first = translated(r.mistakes[0].found) if r.mistakes else ""
        place = r.address if r.line is None else f"{r.address}:{r.line}"
        when = f"{r.received_at:%Y-%m-%d %H:%M}"
        lines.add_row(str(r.id), when, place, translated(r.state.value), str(len(r.mistakes)), first)
    show(lines)
    show("Show one: clusterflow intake show NUMBER. Correct it: clusterflow intake retry NUMBER key=value ...")


@intake.command(name="show", help_epilogue="Example: clusterflow intake show 7")
def show_one(
    number: Number,
    *,
    payload: Annotated[
        bool, Parameter(name="--payload", negative="", help="only what was sent, to be corrected in a file")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one refused submission: its mistakes, and what was sent."""
    found = submissions.refusal(Context.open(), number)
    if as_json:
        print_json(found)
    elif payload:
        write_out(harmless(found.payload).rstrip("\n") + "\n")
    else:
        _show(found)


def _show(found: Refusal) -> None:
    show(f"#{found.id} · {found.address} · {found.received_at:%Y-%m-%d %H:%M} · {found.state.value}")
    if found.settled_at is not None:
        show(f"{found.state.value} by {found.settled_by} on {found.settled_at:%Y-%m-%d %H:%M}")
    if found.reason:
        show(found.reason)
    for mistake in found.mistakes:
        show("  ✘", mistake_text(mistake, language()))
    show("sent:")
    show(found.payload.rstrip("\n"))


@intake.command(help_epilogue="Example: clusterflow intake retry 7 --from corrected.jsonl")
def retry(
    number: Number,
    *fields: Annotated[str, Parameter(help="key=value ...: fields to change; key= removes one")],
    source: Source = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Try a refused submission again: as it was sent, with changed fields, or with the corrected records of a file."""
    if source is not None and fields:
        raise ClusterflowError("give either key=value ..., or --from FILE")
    text = None if source is None else read_text(source)
    done = submissions.retry(Context.open(), number, fields, text, str(source or ""), actor)
    if as_json:
        print_json(done)
    else:
        show(f"#{number} is corrected: {done}")


@intake.command(help_epilogue='Example: clusterflow intake drop 7 --reason "a test of the form"')
def drop(
    number: Number,
    *,
    reason: Annotated[str, Parameter(help="why it need not be recorded")],
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Close a refused submission without recording it; --all still lists it."""
    done = submissions.drop(Context.open(), number, reason, actor)
    if as_json:
        print_json(done)
    else:
        show(f"#{done.id} is dropped")
