"""What the doctor sees of workers, late runs and secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from prefect.blocks.system import Secret
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolUpdate
from prefect.client.schemas.objects import DeploymentSchedule, Worker
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Scheduled
from support.findings import given, gone, wrong

from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health import schedules, secrets, workers
from clusterflow.prefect.pool import POOL
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.settings import Settings


class TestWorkers:
    async def test_a_pool_that_is_paused_or_gone(self, office: Settings) -> None:
        look = workers.look
        assert wrong(await look(Surroundings(office))) == []
        async with prefect_client() as client:
            await client.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))
            assert wrong(await look(Surroundings(office))) == [(f"pool {POOL}", "is paused: nothing runs")]
            await client.update_work_pool(POOL, WorkPoolUpdate(is_paused=False))

    def test_a_worker_that_missed_three_heartbeats_is_gone(self) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        worker_state = Worker(
            name="somebody", work_pool_id=UUID(int=1), last_heartbeat_time=now, heartbeat_interval_seconds=10
        )
        assert workers.at_work([worker_state], now + timedelta(seconds=30)).outcome is Outcome.OK
        gone = workers.at_work([worker_state], now + timedelta(seconds=31))
        assert gone.outcome is Outcome.TROUBLE
        assert "the last one, «somebody»" in gone.found.en
        assert workers.at_work([], now).outcome is Outcome.TROUBLE


class TestSchedules:
    async def test_late_runs_are_listed_by_deployment(self, office: Settings) -> None:
        now = datetime.now(UTC)
        async with prefect_client() as client:
            review = (await client.read_deployment_by_name("review/portfolio")).id
            relay = (await client.read_deployment_by_name("relay/outbox")).id
            late = {review: now - timedelta(minutes=30, seconds=5), relay: now - timedelta(minutes=2, seconds=5)}
            for it, at in late.items():
                await client.create_flow_run_from_deployment(it, state=Scheduled(name="Late", scheduled_time=at))
        results = {s.what.en: s for s in await schedules.look(Surroundings(office))}
        assert results["runs of review/portfolio"].outcome is Outcome.TROUBLE
        assert results["runs of review/portfolio"].found.en == "not begun: 1; the first was due 30 min ago"
        assert results["runs of relay/outbox"].outcome is Outcome.WARNING

    @pytest.mark.parametrize(
        ("cron", "expected"), [("* * * * *", True), ("15 3 1 * *", True), ("0 0 1 1 *", False), ("@yearly", False)]
    )
    def test_a_schedule_so_rare_that_prefect_looks_not_so_far_ahead_is_not_waited_for(
        self, cron: str, expected: bool
    ) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        schedule = DeploymentSchedule(id=UUID(int=1), created=now, updated=now, schedule=CronSchedule(cron=cron))
        there: Any = SimpleNamespace(paused=False, schedules=[schedule])
        assert schedules.is_expected(there, now + timedelta(hours=1)) is expected
        assert not schedules.is_expected(there, now + timedelta(seconds=10))


class TestSecrets:
    async def test_a_block_that_is_named_must_be_there_and_hold_something(self, office: Settings) -> None:
        surroundings = Surroundings(office)
        async with prefect_client() as client:
            relay = await client.read_deployment_by_name("relay/outbox")
            named = {**relay.job_variables, "env": {"KEY": "{{ prefect.blocks.secret.smtp-key }}"}}
            await client.update_deployment(relay.id, DeploymentUpdate(job_variables=named))
        missing = list(await secrets.look(surroundings))
        assert wrong(missing) == [("block secret/smtp-key", "does not exist in Prefect")]
        name = given(missing, "make-secret").cure.en.rpartition(" ")[2]
        await Secret(value="hunter2").save(name)  # type: ignore[misc]
        results = list(await secrets.look(surroundings))
        gone(results, "make-secret")
        assert [s.outcome for s in results] == [Outcome.OK]
        assert "hunter2" not in repr(results)
        await Secret(value="").save("smtp-key", overwrite=True)  # type: ignore[misc]
        assert [text for _, text in wrong(await secrets.look(surroundings))] == [
            "is empty, is no text, or cannot be decrypted"
        ]
        async with prefect_client() as client:
            await client.update_deployment(relay.id, DeploymentUpdate(job_variables=relay.job_variables))

    async def test_a_channel_that_prefect_keeps_is_brought_along_and_must_be_a_text(self, office: Settings) -> None:
        surroundings = Surroundings(office)
        await Secret(value="mailto://u:hunter2@127.0.0.1:1").save("clusterflow-channel-mail")  # type: ignore[misc]
        await Secret(value={"no": "text"}).save("clusterflow-channel-team")  # type: ignore[misc]
        results = list(await secrets.look(surroundings))
        assert [what for what, _ in wrong(results)] == ["block secret/clusterflow-channel-team"]
        assert set(surroundings.stored_channels) == {"mail"}
        assert "hunter2" not in repr(results)
