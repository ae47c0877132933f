"""Enrolment: an initiative begins its life under a model."""

from __future__ import annotations

from clusterflow.engine import enrol as enrolment
from clusterflow.engine.enrol import EnrolmentResult
from clusterflow.engine.record import Submission
from clusterflow.engine.transaction import perform
from clusterflow.services.catalogue.models import find_model, models_of
from clusterflow.services.context import Context


def enrol(
    context: Context,
    initiative: Submission,
    model_id: str,
    actor: str | None = None,
    key: str | None = None,
    succeeds: str | None = None,
) -> EnrolmentResult:
    """Enrol an initiative under a model. It stays pinned to the current version of the model.

    Args:
        succeeds: the stopped initiative that this one carries on under an id of its own.
    """
    model = find_model(models_of(context), model_id)
    request = repr((sorted(initiative.fields.items()), model.hash, *([succeeds] if succeeds else [])))
    return perform(
        context.database, context.command(actor, key), "enrol", request, EnrolmentResult,
        lambda tx: enrolment.enrol(tx, initiative, model, succeeds),
    )  # fmt: skip
