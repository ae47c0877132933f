"""Pauses the schedule of the relay flow while ``clusterflow up`` publishes at once: its runs would do nothing.

If that process dies, the next run of another scheduled flow finds no heartbeat of it, and resumes the schedule.
"""

from __future__ import annotations

from prefect.exceptions import ObjectNotFound

from clusterflow.configs.schedules import load_schedules
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.orphans import live_workers, worker_name
from clusterflow.services.context import Context

RELAY = "relay/outbox"


async def is_relay_live() -> bool:
    """Return whether a ``clusterflow up`` sends heartbeats somewhere."""
    return any(name.startswith(worker_name("")) for name in await live_workers())


async def update_relay_schedule(context: Context, *, live: bool | None = None) -> None:
    """Let the schedule start runs only if the office wants it and no live relay does the same.

    Args:
        live: whether a live relay runs; by default its heartbeat says so.
    """
    live = await is_relay_live() if live is None else live
    wanted = load_schedules(context.settings.configs / "schedules.yaml")["relay"].active and not live
    async with prefect_client() as client:
        try:
            there = await client.read_deployment_by_name(RELAY)
        except ObjectNotFound:
            return
        for schedule in there.schedules:
            if schedule.slug and schedule.active is not wanted:
                await client.update_deployment_schedule(there.id, schedule.id, active=wanted)
