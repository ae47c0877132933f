"""What other systems handed in and could not be recorded: look at it, mend it, or drop it."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.output import Actor, Json, Source, harmless, print_json, read_text, show, table
from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.errors import ClusterflowError
from clusterflow.services.context import Context
from clusterflow.services.intake.submissions import Reception

intake = Commands(
    name="intake",
    help="List, correct and retry the refused submissions of other systems.",
    help_epilogue="Example: clusterflow intake refused",
)

Number = Annotated[int, Parameter(help="as `clusterflow intake refused` lists it")]


@intake.command(help_epilogue="Example: clusterflow intake refused")
def refused(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="with those mended and dropped")] = False,
    as_json: Json = False,
) -> None:
    """List the submissions that wait to be corrected."""
    found = Reception(Context.open()).refusals(None if everything else RefusalState.WAITING)
    if as_json:
        print_json(found)
        return
    if not found:
        show("nothing was refused" if everything else "nothing waits to be mended")
        return
    lines = table("Refused submissions", ["#", "received", "from", "state", "mistakes", "the first"])
    for r in found:
        first = r.mistakes[0].found if r.mistakes else ""
        place = r.address if r.line is None else f"{r.address}:{r.line}"
        when = f"{r.received_at:%Y-%m-%d %H:%M}"
        lines.add_row(str(r.id), when, place, r.state.value, str(len(r.mistakes)), first)
    show(lines)
    show("Look with: clusterflow intake show #; mend with: clusterflow intake retry # key=value ...")


@intake.command(name="show", help_epilogue="Example: clusterflow intake show 7")
def show_one(
    number: Number,
    *,
    payload: Annotated[
        bool, Parameter(name="--payload", negative="", help="only what was sent, to be mended in a file")
    ] = False,
    as_json: Json = False,
) -> None:
    """One refused submission: every mistake, and what was sent."""
    found = Reception(Context.open()).refusal(number)
    if as_json:
        print_json(found)
    elif payload:
        sys.stdout.write(harmless(found.payload).rstrip("\n") + "\n")
    else:
        _show(found)


def _show(found: Refusal) -> None:
    show(f"#{found.id} · {found.address} · {found.received_at:%Y-%m-%d %H:%M} · {found.state.value}")
    if found.settled_at is not None:
        show(f"{found.state.value} by {found.settled_by} on {found.settled_at:%Y-%m-%d %H:%M}")
    if found.reason:
        show(found.reason)
    for mistake in found.mistakes:
        show("  ✘", str(mistake))
    show("sent:")
    show(found.payload.rstrip("\n"))


@intake.command(help_epilogue="Example: clusterflow intake retry 7 --from corrected.jsonl")
def retry(
    number: Number,
    *fields: Annotated[str, Parameter(help="key=value ...: what is other than it was sent; key= takes it away")],
    source: Source = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Try a refused submission again: as it was sent, with other fields, or with the mended records of a file."""
    if source is not None and fields:
        raise ClusterflowError("give either key=value ..., or --from FILE")
    reception = Reception(Context.open())
    done = reception.retry(number, fields, None if source is None else read_text(source), str(source or ""), actor)
    if as_json:
        print_json(done)
    else:
        show(f"#{number} is mended: {done}")


@intake.command(help_epilogue='Example: clusterflow intake drop 7 --reason "a test of the form"')
def drop(
    number: Number,
    *,
    reason: Annotated[str, Parameter(help="why it need not be recorded")],
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Put a refused submission away for good; it stays listed with --all."""
    done = Reception(Context.open()).drop(number, reason, actor)
    if as_json:
        print_json(done)
    else:
        show(f"#{done.id} is dropped")
