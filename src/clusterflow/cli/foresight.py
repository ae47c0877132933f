"""The command ``foresee``: what comes if nobody records anything more."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import Json, day, print_json, show
from clusterflow.cli.tables import table
from clusterflow.errors import ClusterflowError
from clusterflow.reports.foresight import Foresight, cause_lines
from clusterflow.services.context import Context
from clusterflow.services.rulebook_foresight import foresee_with_rulebooks


def foresee(
    initiative: str | None = None,
    *,
    portfolio: Annotated[bool, Parameter(name="--portfolio", negative="", help="all initiatives")] = False,
    until: Annotated[
        str | None, Parameter(name="--until", help="the last day, as YYYY-MM-DD; a year from today if none")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say on which day which finding, gate, milestone, condition or label turns, and by which fact.

    Nothing is written. The days are exact: rolling windows that empty, memberships and seats that end, deadlines, ages.
    """
    if portfolio == (initiative is not None):
        raise ClusterflowError("give either INITIATIVE, or --portfolio")
    context, last = Context.open(), day(until, "--until")
    reader = stated_language() if as_json else language()
    found = foresee_with_rulebooks(context, initiative, last, reader)
    if as_json:
        print_json(found if initiative is None else found[0])
        return
    for one in found:
        _show(one)
    if not found:
        show("No initiative is enrolled.")


def _show(found: Foresight) -> None:
    # That a gate has other findings says nothing beside the findings themselves.
    turns = [event for event in found.events if event.kind != "gate.changed"]
    if not turns:
        show(f"{found.name} · until {found.until}: nothing turns.")
        return
    lines = table(f"{found.name} · from {found.since} until {found.until}", ["on", "stage", "what comes", "by"])
    for when, events in groupby(turns, key=lambda e: e.day):
        for number, event in enumerate(events):
            first, *others = cause_lines(event.causes, language()) or [""]
            lines.add_row("" if number else str(when), event.stage_title, event.text, first)
            for other in (*others, *filter(None, [event.prevention])):
                lines.add_row("", "", "", other)
    show(lines)
