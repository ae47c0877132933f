"""The intake flow: records what other systems submit, as events or as files."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed

from clusterflow.domain.text import Text
from clusterflow.errors import ClusterflowError
from clusterflow.intake.drop_folder import DropFolder
from clusterflow.prefect.names import intake_run_name
from clusterflow.prefect.publish import publish
from clusterflow.prefect.relay_schedule import update_relay_schedule
from clusterflow.prefect.steps import failed
from clusterflow.prefect.submitted_events import receive_events
from clusterflow.services.context import Context
from clusterflow.services.intake.drop_folder import receive_files

IDLE = Text(
    es="nada que hacer: CLUSTERFLOW_INTAKE no nombra ninguna carpeta",
    en="nothing to do: CLUSTERFLOW_INTAKE names no folder",
)


@flow(name="intake", flow_run_name=intake_run_name, persist_result=False)
async def intake(source: Literal["submitted", "files"] = "submitted", everything: bool = False) -> State[Any]:
    """Record what other systems submitted. `clusterflow intake refused` lists what could not be recorded.

    Args:
        source: the events `clusterflow.record.submitted`, or the files at the address CLUSTERFLOW_INTAKE.
        everything: read all events that Prefect keeps, not only those since the last run.
    """
    context = Context.open()
    try:
        # This flow runs every few minutes, and so it notices soon if the process died that published at once.
        await update_relay_schedule(context)
    except Exception as problem:
        get_run_logger().warning("the schedule of the relay could not be checked: %s", problem)
    if source == "files" and context.settings.intake is None:
        return Completed(message=IDLE.to(context.language))
    try:
        if source == "files" and context.settings.intake is not None:
            done = await receive_files(context, DropFolder(context.settings.intake.get_secret_value()))
        else:
            done = await receive_events(context, everything)
        await publish(context)
    except ClusterflowError as problem:
        return failed(problem, context.language)
    for text in done.problems:
        get_run_logger().error("%s", text)
    for text in done.doubts:
        get_run_logger().warning("%s", text)
    return Completed(message=done.describe(context.language))
