"""The lifecycle flow: one pass over one initiative."""

from __future__ import annotations

from prefect import flow

from clusterflow.app import App
from clusterflow.prefect.passing import walk


@flow(name="lifecycle", persist_result=False)
async def lifecycle(initiative: str) -> None:
    """Walk an initiative through its model: check its gates, show where it stands, ask where a decision waits.

    Args:
        initiative: the id of the initiative, as `clusterflow status` lists it.
    """
    await walk(App.open(), initiative)
