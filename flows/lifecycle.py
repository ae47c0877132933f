"""The lifecycle flow: one pass over one initiative."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clusterflow.errors import ClusterflowError
from clusterflow.prefect.lifecycle_pass import walk
from clusterflow.prefect.steps import failed
from clusterflow.services.context import Context
from clusterflow.telemetry.work import working_on


@flow(name="lifecycle", persist_result=False)
async def lifecycle(initiative: str) -> State[Any] | None:
    """Walk an initiative through its model: check its gates, show where it stands, ask where a decision waits.

    Args:
        initiative: the id of the initiative, as `clusterflow status` lists it.
    """
    context = Context.open()
    try:
        with working_on(initiative=initiative):
            return await walk(context, initiative)
    except ClusterflowError as problem:
        return failed(problem, context.language)
