"""The command ``enrol``: an initiative begins its life under a model."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, Key, listed, print_json, show
from clusterflow.engine.record import Submission
from clusterflow.intake.assignments import read_assignments
from clusterflow.reports.quorum import quorum_hints
from clusterflow.services import enrolment, standing
from clusterflow.services.context import Context


def enrol(
    initiative: Annotated[str, Parameter(help="the id it gets: lower case, digits, hyphens")],
    *fields: Annotated[
        str, Parameter(help="name=... country=MX place=... sector=... timezone=... office=... host=...")
    ],
    model: Annotated[str, Parameter(help="the model it lives under; see: clusterflow model list")],
    succeeds: Annotated[str | None, Parameter(help="the stopped initiative that it carries on")] = None,
    actor: Actor = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Begin an initiative's life under a model. It stays pinned to the model's content as it is today."""
    context = Context.open()
    written = read_assignments("initiative", [f"id={initiative}", *fields])
    start = {"from": context.clock().date().isoformat()} | dict(written.fields)
    done = enrolment.enrol(context, Submission("initiative", start, written.where), model, actor, key, succeeds)
    if as_json:
        print_json(done)
    else:
        show(f"{done.initiative} lives under {done.model} ({done.model_hash[:12]}), in: {listed(done.stages)}")
        for hint in quorum_hints(standing.pinned_model(context, initiative), language()):
            show(hint)
