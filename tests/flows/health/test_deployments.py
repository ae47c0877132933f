"""What the doctor sees of the deployments: one thing after the other changed at Prefect, and in the configs."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.schedules import CronSchedule
from support.findings import wrong

from clusterflow.configs.schedules import load_schedules
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.declarations import declare
from clusterflow.prefect.deploy import deploy, write_file
from clusterflow.prefect.health import deployments
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.server import PrefectServer
from clusterflow.services.catalogue.models import models_in
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.settings import Settings

AUTH = "office:let-me-in"

Change = Callable[[PrefectClient, UUID], Awaitable[object]]


async def _pause_schedule(client: PrefectClient, deployment: UUID) -> None:
    (schedule,) = await client.read_deployment_schedules(deployment)
    await client.update_deployment_schedule(deployment, schedule.id, active=False)


async def _move_schedule(client: PrefectClient, deployment: UUID) -> None:
    (schedule,) = await client.read_deployment_schedules(deployment)
    await client.update_deployment_schedule(deployment, schedule.id, schedule=CronSchedule(cron="0 0 2 * *"))


async def _drop_schedule(client: PrefectClient, deployment: UUID) -> None:
    (schedule,) = await client.read_deployment_schedules(deployment)
    await client.delete_deployment_schedule(deployment, schedule.id)


class TestDeployments:
    async def test_each_change_at_prefect_is_reported_and_deploying_again_corrects_it(
        self, server: PrefectServer, office: Settings, root: Path
    ) -> None:
        async def found() -> list[tuple[str, str]]:
            return wrong(await deployments.look(Surroundings(office)))

        assert await found() == []
        update = DeploymentUpdate
        steps: list[tuple[str, Change, str]] = [
            ("intake/files", _pause_schedule, "the schedule «each-five-minutes» is paused"),
            ("intake/submitted", _move_schedule, "the schedule «hourly» is not the declared one"),
            ("relay/outbox", _drop_schedule, "the schedule «each-minute» is missing"),
            (
                "lifecycle/basque",
                lambda client, it: client.update_deployment(it, update(entrypoint="flows/old.py:lifecycle")),
                "runs flows/old.py:lifecycle; declared is flows.lifecycle.lifecycle",
            ),
            (
                "intake/files",
                lambda client, it: client.update_deployment(it, update(parameters={"source": "submitted"})),
                "has other parameters than declared",
            ),
            ("lifecycle/catalan", lambda client, it: client.pause_deployment(it), "is paused"),
        ]
        async with prefect_client() as client:
            for name, change, text in steps:
                await change(client, (await client.read_deployment_by_name(name)).id)
                assert (f"deployment {name}", text) in await found()
            automations = await client.read_automations()
            (cordoba,) = [a for a in automations if a.name == "clusterflow · lifecycle/cordoba"]
            (ecuador,) = [a for a in automations if a.name == "clusterflow · lifecycle/ecuador"]
            await client.pause_automation(cordoba.id)
            await client.delete_automation(ecuador.id)
            await client.delete_deployment((await client.read_deployment_by_name("review/portfolio")).id)
        results = await found()
        assert len(results) == len(steps) + 3
        assert ("deployments", "missing in Prefect: review/portfolio") in results
        assert any("cordoba» is switched off" in text for _, text in results)
        assert any("ecuador» is missing" in text for _, text in results)

        await deploy(root, server.api_url, AUTH)
        async with prefect_client() as client:
            await client.resume_deployment((await client.read_deployment_by_name("lifecycle/catalan")).id)
        assert await found() == []

    async def test_obsolete_ones_are_reported_and_those_of_the_office_s_own_named(self, office: Settings) -> None:
        async with prefect_client() as client:
            there = await client.read_deployment_by_name("lifecycle/basque")
            made = await client.create_deployment(
                there.flow_id, "old-school", work_pool_name=POOL, entrypoint=there.entrypoint, tags=["clusterflow"]
            )
            own_one = await client.create_deployment(there.flow_id, "payroll", work_pool_name=POOL)
            review = (await client.read_deployment_by_name("review/portfolio")).id
            rare = CronSchedule(cron="0 0 3 * *")
            (own,) = await client.create_deployment_schedules(review, [(rare, True)])
            results = list(await deployments.look(Surroundings(office)))
            found = wrong(results)
            await client.delete_deployment(made)
            await client.delete_deployment(own_one)
            await client.delete_deployment_schedule(review, own.id)
        assert [what for what, _ in found] == ["deployment review/portfolio", "deployment lifecycle/old-school"]
        assert found[0][1] == "also has a schedule «0 0 3 * *», made in Prefect"
        assert [s.found.en for s in results if s.outcome is Outcome.OK] == [
            "besides, our workers serve deployments of the office's own: lifecycle/payroll"
        ]

    async def test_a_flow_whose_parameters_changed_and_one_that_cannot_be_imported(
        self, office: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        @flow(name="lifecycle")
        async def changed(cluster: str) -> None: ...

        def load(entrypoint: str, **_: object) -> object:
            if entrypoint == "flows.lifecycle.lifecycle":
                return changed
            raise ImportError(f"no module {entrypoint}")

        monkeypatch.setattr(deployments, "load_flow_from_entrypoint", load)
        results = list(await deployments.look(Surroundings(office)))
        found = wrong(results)
        assert ("deployment lifecycle/basque", "its flow's parameters changed since it was deployed") in found
        unloadable = "its flow cannot be loaded: ImportError: no module flows.relay.relay"
        assert ("deployment relay/outbox", unloadable) in found
        assert {s.cure.en for s in results if "cannot be loaded" in s.found.en} == {
            "install clusterflow again in this environment; leave the deployment alone"
        }

    async def test_a_model_of_the_office_s_own_and_a_broken_one(self, office: Settings, tmp_path: Path) -> None:
        shutil.copytree(office.configs, tmp_path / "configs")
        models = tmp_path / "configs" / "models"
        (models / "rosario.yaml").write_text((models / "cordoba.yaml").read_text().replace("cordoba", "rosario"))
        (models / "catalan.yaml").write_text("stages: [")
        found = wrong(await deployments.look(Surroundings(office.model_copy(update={"configs": tmp_path / "configs"}))))
        assert ("deployments", "missing in Prefect: lifecycle/rosario") in found
        assert [what for what, _ in found if "catalan" in what] == ["model catalan"], "its deployment is left alone"

    async def test_an_edited_prefect_yaml_is_reported_and_the_advice_keeps_the_edit(
        self, office: Settings, tmp_path: Path
    ) -> None:
        folder = tmp_path / "deployments"
        folder.mkdir()
        (folder / "prefect.yaml").write_text("deployments: [{name: ours}]\n", encoding="utf-8")
        edited = office.model_copy(update={"deployments": folder})
        ((what, found),) = wrong(await deployments.look(Surroundings(edited)))
        assert (what, "clusterflow does not read it" in found) == (str(folder / "prefect.yaml"), True)
        backup = write_file(
            folder / "prefect.yaml",
            declare(models_in(office.configs).values(), load_schedules(office.configs / "schedules.yaml")),
        )
        assert backup is not None
        assert "name: ours" in backup.read_text(encoding="utf-8")
        assert wrong(await deployments.look(Surroundings(edited))) == []
