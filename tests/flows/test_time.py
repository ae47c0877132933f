"""Time, on a real Prefect server and without one: the relay tells what becomes due, and a gate opens again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import pytest
from support.office import ROOT, Office, until, working
from support.world import model, stage

from clusterflow.model.words import DecisionKind
from clusterflow.prefect.api import settings_for
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.up import keep_relaying

DEPLOYMENT = """
pull: []
deployments:
  - name: short
    entrypoint: flows/lifecycle.py:lifecycle
    tags: [clusterflow, lifecycle]
    work_pool: {name: clusterflow}
"""

SHORT = model(stage("launch"), stage("strategy", ("launch",)), name="short")


@pytest.fixture(scope="module")
def deployed(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("short") / "prefect.yaml"
    file.write_text(DEPLOYMENT, encoding="utf-8")
    asyncio.run(deploy(ROOT, prefect_server.api_url, prefect_server.auth, file=file))


@pytest.fixture
def office(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An enrolled initiative, and flows that open its database on its day."""
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}", SHORT)
    settings = {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "LANGUAGE": "en", "PROOF": "none"}
    for key, value in settings.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    office.app.settings = office.app.settings.model_copy(update={"language": "en"})
    office.enrol(office.initiative, "short")
    return office


@pytest.fixture
async def worked(prefect: PrefectServer, deployed: None, office: Office) -> AsyncIterator[Office]:
    """The same, with a worker beside it."""
    async with working():
        yield office


async def test_a_missed_condition_puts_the_question_again(worked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = worked
    office.app.open_gate(office.initiative, "launch")
    office.decide("launch", DecisionKind.CONDITIONAL_GO, initiative=office.initiative, due_all=date(2024, 1, 15))
    await office.publish()
    await office.at_rest()
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2024-01-16")
    office.at("2024-01-16")
    published = await office.publish()
    assert (published.evaluated, published.passes, published.problems) == (1, 1, ())

    asked = await office.asking("launch")
    assert asked.name == f"Initiative-{office.initiative} · gate 1: launch"
    await office.answer(asked, "conditional-go", conditions_due="2024-06-03")
    assert (await office.ended(asked.run_id)).message == "launch: go, with conditions"
    state = office.app.state(office.initiative)
    assert [v.stage for v in state.open_visits] == ["strategy"], "what follows has gone on"
    assert [c.due_on for c in state.conditions_at("launch")] == [date(2024, 1, 15), date(2024, 6, 3)]


async def test_time_passes_without_prefect(office: Office) -> None:
    async def overdue() -> bool | None:
        return office.kinds(office.initiative).count("stage.overdue") == 2 or None

    office.at("2024-06-03")
    with settings_for("http://127.0.0.1:1/api"):
        relaying = asyncio.create_task(keep_relaying(office.app))
        await until(overdue, "what is due")
        relaying.cancel()
    assert office.app.backlog().notices > 0, "and people are told"
