"""What the doctor sees at a real Prefect: all well, and one thing after the other broken."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from prefect import flow
from prefect.blocks.system import Secret
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import DeploymentSchedule, Worker
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Scheduled
from pydantic import SecretStr
from support.findings import wrong
from support.mailbox import mail_server
from support.office import ROOT, until
from support.ports import free_port

from clusterflow.cli.doctor import CHECKS
from clusterflow.configs.schedules import load_schedules
from clusterflow.prefect import health
from clusterflow.prefect.api import prefect_client, settings_for
from clusterflow.prefect.declarations import Declaration, declare
from clusterflow.prefect.deploy import deploy, write_file
from clusterflow.prefect.health import deployments, schedules, secrets, workers
from clusterflow.prefect.pool import POOL
from clusterflow.prefect.server import PrefectServer
from clusterflow.services.catalogue import models_in
from clusterflow.services.diagnostics.finding import Finding, Outcome, Surroundings
from clusterflow.services.diagnostics.runner import examine
from clusterflow.settings import Settings

AUTH = "office:let-me-in"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office's folder, on schedules so rare that none is due while we look."""
    root = tmp_path_factory.mktemp("office")
    shutil.copytree(ROOT / "configs", root / "configs")
    text = (root / "configs" / "schedules.yaml").read_text(encoding="utf-8")
    rare = re.sub(r'cron: "[^"]+"', 'cron: "0 0 1 * *"', text)
    (root / "configs" / "schedules.yaml").write_text(rare, encoding="utf-8")
    (root / "deployments").mkdir()
    write_file(root / "deployments" / "prefect.yaml", declared_in(root))
    return root


def declared_in(root: Path) -> list[Declaration]:
    """What the configs of a folder declare."""
    return declare(models_in(root / "configs").values(), load_schedules(root / "configs" / "schedules.yaml"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server of its own: on the others' there are deployments of many tests."""
    home = tmp_path_factory.mktemp("healthy")
    with PrefectServer(home, free_port(), auth=AUTH, settings={"PREFECT_SERVER_UI_ENABLED": "false"}) as server:
        yield server


@pytest.fixture(scope="module")
def deployed(server: PrefectServer, root: Path) -> None:
    """Everything as the file says; a test that breaks some of it mends it."""
    assert "review/portfolio" in asyncio.run(deploy(root, server.api_url, AUTH))


@pytest.fixture
def office(server: PrefectServer, deployed: None, root: Path, tmp_path: Path, sqlite_url: str) -> Iterator[Settings]:
    """The settings of that office, and a worker that was heard just now."""
    with settings_for(server.api_url, AUTH):
        asyncio.run(_heartbeat())
        yield Settings(
            home=tmp_path,
            database=sqlite_url,
            configs=root / "configs",
            deployments=root / "deployments",
            prefect_api=server.api_url,
            prefect_auth=SecretStr(AUTH),
            secret=SecretStr("0123456789abcdef"),
        )


async def _heartbeat() -> None:
    async with prefect_client() as client:
        await client.send_worker_heartbeat(POOL, "somebody", heartbeat_interval_seconds=30)


def look(settings: Settings) -> list[Finding]:
    """As the command does, and as the checks do: in threads of their own."""
    return list(examine(CHECKS, Surroundings(settings)))


class TestServer:
    def look(self, **settings: Any) -> tuple[str, str]:
        (seen,) = health.look_at_server(Surroundings(Settings(**settings)))
        return seen.outcome.value, seen.found.en

    def test_none_that_nobody_asked_for_is_not_looked_at(self) -> None:
        outcome, found = self.look(prefect_port=free_port())
        assert (outcome, "none is configured" in found) == ("not-looked-at", True)

    def test_one_that_is_configured_and_away_is_trouble(self) -> None:
        outcome, found = self.look(prefect_api=f"http://127.0.0.1:{free_port()}/api")
        assert (outcome, "nobody answers" in found) == ("trouble", True)

    def test_one_that_refuses_us_is_trouble_and_the_password_is_not_shown(self, server: PrefectServer) -> None:
        outcome, found = self.look(prefect_api=server.api_url, prefect_auth="office:wrong-one")
        assert (outcome, "refuses us" in found, "wrong-one" in found) == ("trouble", True, False)

    def test_another_program_is_trouble(self) -> None:
        class Other(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"hello")

            def log_message(self, *_: object) -> None:
                pass

        other = HTTPServer(("127.0.0.1", 0), Other)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        outcome, found = self.look(prefect_api=f"http://127.0.0.1:{other.server_port}/api")
        other.shutdown()
        other.server_close()
        assert (outcome, "is not Prefect" in found) == ("trouble", True)

    def test_versions_are_compared(self) -> None:
        assert health.compared("3.9.1", "3.9.1", "x").outcome is Outcome.OK
        assert health.compared("3.9.0", "3.9.1", "x").outcome is Outcome.WARNING
        assert health.compared("3.8.8", "3.9.1", "x").outcome is Outcome.TROUBLE


class TestAllWell:
    def test_everything_is_looked_at_and_nothing_is_wrong(
        self, office: Settings, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name in Settings.model_fields:
            monkeypatch.delenv(f"CLUSTERFLOW_{name.upper()}", raising=False)
        with mail_server() as (_, address):
            found = look(office.model_copy(update={"mail": SecretStr(address)}))
            assert [f for f in found if f.outcome is not Outcome.OK] == []
            assert {f.check for f in found} == {check.id for check in CHECKS}

            own = {
                "HOME": tmp_path, "DATABASE": office.database, "DEPLOYMENTS": root / "deployments",
                "CONFIGS": root / "configs",
                "PREFECT_API": office.prefect_api, "PREFECT_AUTH": AUTH, "SECRET": "0123456789abcdef", "MAIL": address,
            }  # fmt: skip
            for name, value in own.items():
                monkeypatch.setenv(f"CLUSTERFLOW_{name}", str(value))
            program = str(Path(sys.executable).parent / "clusterflow")
            done = subprocess.run([program, "doctor", "--json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["outcome"] == "ok"
        assert "let-me-in" not in done.stdout + done.stderr


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
    async def test_each_change_at_prefect_is_told_and_deploying_again_mends_it(
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
        seen = await found()
        assert len(seen) == len(steps) + 3
        assert ("deployments", "missing in Prefect: review/portfolio") in seen
        assert any("cordoba» is switched off" in text for _, text in seen)
        assert any("ecuador» is missing" in text for _, text in seen)

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
            seen = list(await deployments.look(Surroundings(office)))
            found = wrong(seen)
            await client.delete_deployment(made)
            await client.delete_deployment(own_one)
            await client.delete_deployment_schedule(review, own.id)
        assert [what for what, _ in found] == ["deployment review/portfolio", "deployment lifecycle/old-school"]
        assert found[0][1] == "also has a schedule «0 0 3 * *», made in Prefect"
        assert [s.found.en for s in seen if s.outcome is Outcome.OK] == [
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
        seen = list(await deployments.look(Surroundings(office)))
        found = wrong(seen)
        assert ("deployment lifecycle/basque", "its flow's parameters changed since it was deployed") in found
        unloadable = "its flow cannot be loaded: ImportError: no module flows.relay.relay"
        assert ("deployment relay/outbox", unloadable) in found
        assert {s.cure.en for s in seen if "cannot be loaded" in s.found.en} == {
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
        backup = write_file(folder / "prefect.yaml", declared_in(office.configs.parent))
        assert backup is not None
        assert "name: ours" in backup.read_text(encoding="utf-8")
        assert wrong(await deployments.look(Surroundings(edited))) == []


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
        heard = Worker(
            name="somebody", work_pool_id=UUID(int=1), last_heartbeat_time=now, heartbeat_interval_seconds=10
        )
        assert workers.at_work([heard], now + timedelta(seconds=30)).outcome is Outcome.OK
        gone = workers.at_work([heard], now + timedelta(seconds=31))
        assert gone.outcome is Outcome.TROUBLE
        assert "the last one, «somebody»" in gone.found.en
        assert workers.at_work([], now).outcome is Outcome.TROUBLE


class TestSchedules:
    async def test_late_runs_are_told_by_deployment(self, office: Settings) -> None:
        now = datetime.now(UTC)
        async with prefect_client() as client:
            review = (await client.read_deployment_by_name("review/portfolio")).id
            relay = (await client.read_deployment_by_name("relay/outbox")).id
            late = {review: now - timedelta(minutes=30, seconds=5), relay: now - timedelta(minutes=2, seconds=5)}
            runs = [
                await client.create_flow_run_from_deployment(it, state=Scheduled(name="Late", scheduled_time=at))
                for it, at in late.items()
            ]
            seen = {s.what.en: s for s in await schedules.look(Surroundings(office))}
            for run in runs:
                await client.delete_flow_run(run.id)
        assert seen["runs of review/portfolio"].outcome is Outcome.TROUBLE
        assert seen["runs of review/portfolio"].found.en == "1 have not begun; the first was due 30 min ago"
        assert seen["runs of relay/outbox"].outcome is Outcome.WARNING

    async def test_a_schedule_that_brings_no_runs_is_trouble(
        self, office: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schedules, "SOON", timedelta(seconds=-1))
        async with prefect_client() as client:
            portfolio = (await client.read_deployment_by_name("review/portfolio")).id
            mine = DeploymentFilter(id=DeploymentFilterId(any_=[portfolio]))

            async def barren() -> bool | None:
                # The scheduler is at work and makes them anew in a while.
                for run in await client.read_flow_runs(deployment_filter=mine):
                    await client.delete_flow_run(run.id)
                found = wrong(await schedules.look(Surroundings(office)))
                return True if any("review/portfolio" in text for _, text in found) else None

            await until(barren, "a schedule without runs")

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
        assert wrong(await secrets.look(surroundings)) == [("block secret/smtp-key", "does not exist in Prefect")]
        await Secret(value="hunter2").save("smtp-key")  # type: ignore[misc]
        seen = list(await secrets.look(surroundings))
        assert [s.outcome for s in seen] == [Outcome.OK]
        assert "hunter2" not in repr(seen)
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
        seen = list(await secrets.look(surroundings))
        async with prefect_client() as client:
            for block in await client.read_block_documents_by_type("secret"):
                await client.delete_block_document(block.id)
        assert [what for what, _ in wrong(seen)] == ["block secret/clusterflow-channel-team"]
        assert set(surroundings.kept) == {"mail"}
        assert "hunter2" not in repr(seen)
