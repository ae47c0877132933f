"""Enrolment: an initiative begins its life under a model."""

from __future__ import annotations

from clusterflow.engine import enrol as enrolment
from clusterflow.engine.enrol import Enrolled
from clusterflow.engine.record import Submission
from clusterflow.engine.transaction import perform
from clusterflow.services.catalogue import models_of, named
from clusterflow.services.context import Context


def enrol(
    context: Context, initiative: Submission, model_id: str, actor: str | None = None, key: str | None = None
) -> Enrolled:
    """Enrol an initiative under a model; it stays pinned to the model's present version."""
    model = named(models_of(context), model_id)
    request = repr((sorted(initiative.fields.items()), model.hash))
    return perform(
        context.database, context.command(actor, key), "enrol", request, Enrolled,
        lambda work: enrolment.enrol(work, initiative, model),
    )  # fmt: skip
