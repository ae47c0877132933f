"""While a live relay publishes at once, the relay flow rests; once that is gone, the flow runs each minute again."""

from __future__ import annotations

from support.findings import wrong

from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health import deployments
from clusterflow.prefect.orphans import worker_name
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.relay_schedule import RELAY, update_relay_schedule
from clusterflow.services.context import Context
from clusterflow.services.diagnostics.finding import Surroundings
from clusterflow.settings import Settings


async def is_active() -> bool:
    async with prefect_client() as client:
        (schedule,) = (await client.read_deployment_by_name(RELAY)).schedules
    return bool(schedule.active)


async def test_the_schedule_rests_beside_a_live_relay_and_resumes_without_it(office: Settings) -> None:
    context = Context.open(office)
    assert await is_active()
    await update_relay_schedule(context)
    assert await is_active(), "plain workers alone need it"
    async with prefect_client() as client:
        await client.send_worker_heartbeat(POOL, worker_name("somewhere"), heartbeat_interval_seconds=30)
    await update_relay_schedule(context)
    assert not await is_active()
    assert wrong(await deployments.look(Surroundings(office))) == [], "that is as it should be"

    async with prefect_client() as client:
        await client.request("DELETE", f"/work_pools/{POOL}/workers/{worker_name('somewhere')}")
    found = wrong(await deployments.look(Surroundings(office)))
    assert [text for _, text in found] == ["the schedule «each-minute» is paused"]
    await update_relay_schedule(context)
    assert await is_active()


async def test_a_schedule_that_the_office_switched_off_stays_off(office: Settings) -> None:
    context = Context.open(office)
    file = office.configs / "schedules.yaml"
    text = file.read_text(encoding="utf-8")
    await update_relay_schedule(context, live=True)
    line = next(line for line in text.splitlines() if line.startswith("relay:"))
    file.write_text(text.replace(line, line.replace("active: true", "active: false")), encoding="utf-8")
    await update_relay_schedule(context, live=False)
    assert not await is_active()
    file.write_text(text, encoding="utf-8")
    await update_relay_schedule(context, live=False)
    assert await is_active()
