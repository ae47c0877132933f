"""Advice about what is at Prefect is followed: schedules, triggers, forms, secrets, the server itself."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import prefect.settings
import pytest
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Scheduled
from pydantic import SecretStr
from support.findings import given, gone
from support.office import Office, until, working
from support.ports import another_program, free_port
from support.world import model, stage

from clusterflow.prefect import health
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health import deployments, forms, schedules, server_settings, workers
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import review
from clusterflow.services.diagnostics import database
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings
from clusterflow.settings import Settings

from .test_advice import AUTH, follow

TINY = model(stage("launch"), name="basque")


class TestDeployments:
    async def test_a_schedule_that_is_paused_and_a_trigger_that_is_off(self, office: Settings, tmp_path: Path) -> None:
        async with prefect_client() as client:
            files = (await client.read_deployment_by_name("intake/files")).id
            (schedule,) = await client.read_deployment_schedules(files)
            await client.update_deployment_schedule(files, schedule.id, active=False)
            (cordoba,) = [a for a in await client.read_automations() if a.name == "clusterflow · lifecycle/cordoba"]
            await client.pause_automation(cordoba.id)
        found = list(await deployments.look(Surroundings(office)))
        commands = {given(found, advice).cure.en for advice in ("end-pause", "switch-on-trigger")}
        assert all("clusterflow deploy" in command for command in commands)
        follow("clusterflow deploy", office, tmp_path)
        for advice in ("end-pause", "switch-on-trigger"):
            gone(await deployments.look(Surroundings(office)), advice)

    async def test_one_that_is_paused_and_one_with_a_schedule_that_somebody_made(self, office: Settings) -> None:
        async with prefect_client() as client:
            review_id = (await client.read_deployment_by_name("review/portfolio")).id
            (made,) = await client.create_deployment_schedules(review_id, [(CronSchedule(cron="0 0 3 * *"), True)])
            await client.pause_deployment(review_id)
            found = list(await deployments.look(Surroundings(office)))
            given(found, "resume-deployment")
            given(found, "remove-schedule")
            # What the buttons of Prefect's pages send.
            await client.resume_deployment(review_id)
            await client.delete_deployment_schedule(review_id, made.id)
        found = list(await deployments.look(Surroundings(office)))
        gone(found, "resume-deployment")
        gone(found, "remove-schedule")

    async def test_a_flow_that_cannot_be_loaded(self, office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        def load(entrypoint: str, **_: object) -> object:
            raise ImportError(f"no module {entrypoint}")

        with monkeypatch.context() as broken:
            broken.setattr(deployments, "load_flow_from_entrypoint", load)
            given(await deployments.look(Surroundings(office)), "install-again")
        gone(await deployments.look(Surroundings(office)), "install-again")

    async def test_a_model_with_a_mistake(self, office: Settings, tmp_path: Path) -> None:
        shutil.copytree(office.configs, tmp_path / "configs")
        own = Surroundings(office.model_copy(update={"configs": tmp_path / "configs"}))
        file = tmp_path / "configs" / "models" / "catalan.yaml"
        right = file.read_text(encoding="utf-8")
        file.write_text("stages: [", encoding="utf-8")
        given(await deployments.look(own), "correct-model")
        file.write_text(right, encoding="utf-8")
        gone(await deployments.look(own), "correct-model")

    async def test_an_edited_file_of_deployments(self, office: Settings, tmp_path: Path) -> None:
        file = tmp_path / "deployments" / "prefect.yaml"
        file.parent.mkdir()
        file.write_text("deployments: [{name: ours}]\n", encoding="utf-8")
        edited = office.model_copy(update={"deployments": file.parent})
        cure = given(await deployments.look(Surroundings(edited)), "write-deployments").cure.en
        shutil.copy(file, tmp_path / "ours.yaml")
        follow(cure.rpartition(": ")[2], edited, tmp_path)
        gone(await deployments.look(Surroundings(edited)), "write-deployments")


class TestWorkers:
    async def test_the_worker_of_up_is_what_is_missing_what_late_runs_need_and_what_shows_forms(
        self, office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forms, "PATIENCE", timedelta(seconds=-1))
        waiting = Office(office.database or "", "one", TINY)
        waiting.enrol("one", "basque")
        waiting.state_figure("launch")
        review.evaluate(waiting.context, "one")
        given(await forms.look(Surroundings(office)), "reconcile")
        follow("clusterflow reconcile", office, tmp_path)
        gone(await forms.look(Surroundings(office)), "reconcile")
        async with prefect_client() as client:
            for worker in await client.read_workers_for_work_pool(POOL):
                await client.request("DELETE", f"/work_pools/{POOL}/workers/{worker.name}")
            dues = (await client.read_deployment_by_name("dues/daily")).id
            due = datetime.now(UTC) - timedelta(minutes=30)
            await client.create_flow_run_from_deployment(dues, state=Scheduled(name="Late", scheduled_time=due))
        checks = {
            "start-worker": workers.look,
            "start-more-workers": schedules.look,
            "start-workers-and-reconcile": forms.look,
        }
        for advice, look in checks.items():
            given(await look(Surroundings(office)), advice)
        monkeypatch.setenv("CLUSTERFLOW_DATABASE", office.database or "")
        async with working():  # as «clusterflow up» does; tests/flows/test_processes.py starts that as a process
            for advice, look in checks.items():

                async def mended(look: Any = look, advice: str = advice) -> bool | None:
                    return None if any(r.cure.id == advice for r in await look(Surroundings(office))) else True

                await until(mended, f"{advice} to help")
                gone(await look(Surroundings(office)), advice)


class TestOutbox:
    async def test_entries_that_wait_are_published_by_relay(self, office: Settings, tmp_path: Path) -> None:
        waiting = Office(office.database or "", "one", TINY)
        waiting.enrol("one", "basque")
        given(database.look_at_outbox(Surroundings(office)), "relay")
        follow("clusterflow relay", office, tmp_path)
        gone(database.look_at_outbox(Surroundings(office)), "relay")


def look_at_server(**own: Any) -> list[CheckResult]:
    return list(health.look_at_server(Surroundings(Settings(**own))))


class TestServer:
    async def test_one_that_is_away_or_makes_no_runs_is_started_again(
        self, server: PrefectServer, office: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schedules, "SOON", timedelta(seconds=-1))
        async with prefect_client() as client:
            portfolio = (await client.read_deployment_by_name("review/portfolio")).id
            mine = DeploymentFilter(id=DeploymentFilterId(any_=[portfolio]))

            async def barren() -> Iterable[CheckResult] | None:
                for run in await client.read_flow_runs(deployment_filter=mine):
                    await client.delete_flow_run(run.id)
                found = list(await schedules.look(Surroundings(office)))
                return found if any(r.cure.id == "restart-scheduler" for r in found) else None

            given(await until(barren, "a schedule without runs"), "restart-scheduler")
        server.stop()
        given(look_at_server(prefect_api=server.api_url, prefect_auth=SecretStr(AUTH)), "start-that-prefect")
        server.start()
        gone(look_at_server(prefect_api=server.api_url, prefect_auth=SecretStr(AUTH)), "start-that-prefect")

        async def fertile() -> bool | None:
            found = await schedules.look(Surroundings(office))
            return None if any(r.cure.id == "restart-scheduler" for r in found) else True

        await until(fertile, "runs of the schedule")
        gone(await schedules.look(Surroundings(office)), "restart-scheduler")

    def test_one_that_refuses_us(self, server: PrefectServer, monkeypatch: pytest.MonkeyPatch) -> None:
        (name,) = re.findall(
            r"CLUSTERFLOW_\w+", given(look_at_server(prefect_api=server.api_url), "set-password").cure.en
        )
        monkeypatch.setenv(name, AUTH)
        gone(look_at_server(prefect_api=server.api_url), "set-password")

    def test_another_program_at_its_port(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with another_program() as port:
            monkeypatch.setenv("CLUSTERFLOW_PREFECT_PORT", str(port))
            (name,) = re.findall(r"CLUSTERFLOW_\w+", given(look_at_server(), "choose-port").cure.en)
            monkeypatch.setenv(name, str(free_port()))
            gone(look_at_server(), "choose-port")

    def test_another_version(self) -> None:
        cure = given([health.compared("3.9.0", "3.9.1", "x")], "install-same-version").cure.en
        same = cure.rpartition(" ")[2]
        gone([health.compared(same, same, "x")], "install-same-version")

    def test_links_that_lead_to_this_machine_only_or_nowhere(
        self, server: PrefectServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def look() -> list[CheckResult]:
            own = Settings(mail=SecretStr("mailto://host.example"), prefect_api=server.api_url)
            return list(health.look_at_public_address(Surroundings(own)))

        web, pages = re.findall(r"CLUSTERFLOW_\w+", given(look(), "set-public-address").cure.en)
        monkeypatch.setenv(web, "https://clusters.office.example")
        gone(look(), "set-public-address")
        monkeypatch.delenv(web)
        monkeypatch.setenv(pages, f"http://0.0.0.0:{free_port()}")
        gone(look(), "set-public-address")
        (name,) = re.findall(r"CLUSTERFLOW_\w+", given(look(), "correct-public-address").cure.en)
        monkeypatch.setenv(name, f"http://0.0.0.0:{server.port}")
        gone(look(), "correct-public-address")

    def test_a_server_of_the_office_without_our_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def found() -> list[CheckResult]:
            server = prefect.settings.Settings().model_dump(mode="json", context={"include_secrets": True})["server"]
            return server_settings.judge(server, loopback=False)

        for name in [n for n in os.environ if n.startswith(("PREFECT_", "DO_NOT_TRACK"))]:
            monkeypatch.delenv(name)
        given(found(), "set-server")
        for result in found():
            for variable in result.cure.en.rpartition(": ")[2].split():
                monkeypatch.setenv(*variable.split("=", 1))
        gone(found(), "set-server")
