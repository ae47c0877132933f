"""What the doctor sees of runs, of the forms of open gates, and of the server's settings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.states import Completed, Failed, Running
from support.findings import given, gone, wrong
from support.office import Office
from support.world import model, stage

from clusterflow.prefect import orphans
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health import forms, runs, server_settings
from clusterflow.prefect.orphans import WORKER_LABEL
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.server import BATCHED, QUIET
from clusterflow.services import review
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.settings import Settings

from .test_advice import follow

TINY = model(stage("launch"), name="basque")


async def start(name: str) -> UUID:
    async with prefect_client() as client:
        deployment = await client.read_deployment_by_name(name)
        return (await client.create_flow_run_from_deployment(deployment.id, name="a run")).id


class TestRuns:
    async def test_a_failed_run_is_reported_with_its_message_and_the_advice_runs_it_again(
        self, office: Settings, tmp_path: Path
    ) -> None:
        run = await start("dues/daily")
        async with prefect_client() as client:
            await client.set_flow_run_state(run, Running(), force=True)
            await client.set_flow_run_state(run, Failed(message="no scheme\nof that name"), force=True)
        (result,) = found = list(await runs.look(Surroundings(office)))
        given(found, "retry-run")
        assert (result.outcome, result.what.en) == (Outcome.WARNING, "runs of dues/daily")
        assert result.found.en == "failures in 24 hours: 1; the last one, «a run»: no scheme of that name"
        page, _, retry = result.cure.en.partition("; once the cause is gone: ")
        assert page.startswith("see its log: http")
        assert page.endswith(f"/v2/runs/flow-run/{run}")
        assert retry == f"prefect flow-run retry {run}"
        follow(retry, office, tmp_path)
        gone(await runs.look(Surroundings(office)), "retry-run")
        assert wrong(await runs.look(Surroundings(office))) == []

    async def test_a_run_whose_worker_is_gone_is_reported_and_the_advice_takes_it_back(
        self, office: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(orphans, "ORPHAN_AFTER", timedelta(0))
        run = await start("relay/outbox")
        async with prefect_client() as client:
            await client.set_flow_run_state(run, Running(), force=True)
            await client.update_flow_run_labels(run, {WORKER_LABEL: "gone"})
        (result,) = found = list(await runs.look(Surroundings(office)))
        given(found, "reconcile")
        assert (result.outcome, result.cure.en) == (Outcome.TROUBLE, "clusterflow reconcile")
        assert result.found.en == "1 without a worker, because theirs is gone: a run"
        done = await reconcile(Office(office.database or "", "none").context)
        assert done.queued == ("a run",)
        gone(await runs.look(Surroundings(office)), "reconcile")
        assert wrong(await runs.look(Surroundings(office))) == []

    async def test_a_run_that_takes_hours_is_reported_and_waited_for(
        self, office: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(runs, "LONG", timedelta(seconds=-1))
        run = await start("report/dossiers")
        async with prefect_client() as client:
            await client.set_flow_run_state(run, Running(), force=True)
            (result,) = found = list(await runs.look(Surroundings(office)))
            given(found, "wait-for-run")
            assert (result.outcome, result.what.en) == (Outcome.WARNING, "a run")
            assert "running for 0 min" in result.found.en
            await client.set_flow_run_state(run, Completed(), force=True)
        gone(await runs.look(Surroundings(office)), "wait-for-run")


class TestForms:
    async def test_an_open_gate_without_a_form_is_reported_and_the_advice_opens_it(
        self, office: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lost = Office(office.database or "", "one", TINY)
        lost.enrol("one", "basque")
        lost.state_figure("launch")
        review.evaluate(lost.context, "one")
        (result,) = await forms.look(Surroundings(office))
        assert (result.outcome, result.cure.en) == (Outcome.TROUBLE, "clusterflow reconcile")
        assert result.found.en == "open gates without a form: 1 (one/launch)"

        assert len((await reconcile(lost.context)).opened) == 1
        assert wrong(await forms.look(Surroundings(office))) == []
        monkeypatch.setattr(forms, "PATIENCE", timedelta(seconds=-1))
        assert [text for _, text in wrong(await forms.look(Surroundings(office)))] == [
            "forms that have not come for over 10 min: 1 (one/launch)"
        ]


class TestServerSettings:
    async def test_the_server_of_up_has_every_setting(self, office: Settings) -> None:
        assert wrong(await server_settings.look(Surroundings(office))) == []

    def test_a_server_without_settings_gets_the_variables_to_set(self) -> None:
        bare_settings: dict[str, Any] = {
            "api": {"auth_string": None},
            "analytics_enabled": True,
            "ui": {"show_promotional_content": True},
            "services": {"task_run_recorder": {"batch_size": 1}, "db_vacuum": {"enabled": ["events"]}},
        }
        results = server_settings.judge(bare_settings, loopback=False)
        assert [s.outcome for s in results] == [Outcome.TROUBLE, *[Outcome.WARNING] * 3]
        advice = " ".join(s.cure.en for s in results)
        assert all(f"{name}={value}" in advice for name, value in {**BATCHED, **QUIET}.items())
        assert len(server_settings.judge(bare_settings, loopback=True)) == 3, (
            "on loopback a password is the office's choice"
        )
