"""The intake flow: what other systems hand in, as events or as files."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from clusterflow.domain.text import Text
from clusterflow.errors import ClusterflowError
from clusterflow.intake.drop_folder import Drop
from clusterflow.prefect.names import intake_run_name
from clusterflow.prefect.publish import publish
from clusterflow.prefect.submitted_events import take_in_events
from clusterflow.services.context import Context
from clusterflow.services.intake.drop_folder import take_files
from clusterflow.services.intake.submissions import Reception

IDLE = Text(
    es="nada que hacer: CLUSTERFLOW_INTAKE no nombra ninguna carpeta",
    en="nothing to do: CLUSTERFLOW_INTAKE names no folder",
)


@flow(name="intake", flow_run_name=intake_run_name, persist_result=False)
async def intake(source: Literal["submitted", "files"] = "submitted", everything: bool = False) -> State[Any]:
    """Record what other systems handed in; what cannot be recorded waits in `clusterflow intake refused`.

    Args:
        source: the events `clusterflow.record.submitted`, or the files at the address CLUSTERFLOW_INTAKE.
        everything: all events that Prefect keeps, and not only those since the last run.
    """
    context = Context.open()
    if source == "files" and context.settings.intake is None:
        return Completed(message=IDLE.to(context.language))
    try:
        if source == "files" and context.settings.intake is not None:
            done = await take_files(Reception(context), Drop(context.settings.intake.get_secret_value()))
        else:
            done = await take_in_events(context, everything)
        await publish(context)
    except ClusterflowError as problem:
        return Failed(message=str(problem))
    for text in done.problems:
        get_run_logger().error("%s", text)
    return Completed(message=done.told(context.language))
