"""One Prefect server for all flow tests, with a password, a folder of small flows deployed to it, and an office."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="prefect-home-"))  # before Prefect is imported

import pytest
from ruamel.yaml import YAML
from support.office import ROOT, Office, clear_runs, working
from support.world import model, stage

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.engine.record import Submission
from clusterflow.prefect.api import settings_for
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import registry

FLOWS = """
import asyncio
import sys
from datetime import date
from enum import Enum
from uuid import UUID

from prefect import flow, task
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.states import Completed

from clusterflow.prefect import runs
from clusterflow.telemetry.work import current_work


class Answer(Enum):
    go = "go"
    hold = "hold"


class Form(RunInput):
    answer: Answer
    reason: str
    until: date | None = None


@task(task_run_name="{name}", persist_result=False)
async def stage(name):
    return Completed(name="Under way", message=name)


@flow
async def gate(keys: list[str]):
    run_id = UUID(flow_run.id)
    first = await stage("first", return_state=True)
    await stage("second", wait_for=[first], return_state=True)
    answers = []
    for key in keys:
        await runs.rename(run_id, f"waiting at {key}")
        form = Form.with_initial_data(description="| check | met |\\n|---|---|\\n| members | 12 |")
        answers.append(await suspend_flow_run(wait_for_input=form, key=key))
    said = "; ".join(f"{a.answer.value} {a.reason} {a.until}" for a in answers)
    return Completed(name="Achieved", message=said)


@flow
async def sleeper(seconds: float):
    await asyncio.sleep(seconds)
    return Completed(message=current_work()["run"])


@flow
async def steps(number: int):
    for step in range(number):
        await stage(f"step {step}", return_state=True)
        await asyncio.sleep(0.2)


@flow
async def exits():
    sys.exit(3)
"""

DEPLOYMENTS = """
pull: []
definitions:
  pool: &pool
    name: clusterflow
    job_variables: {working_dir: "{{ $PWD }}"}
deployments:
  - {name: small, entrypoint: "flows/small.py:gate", tags: [small], work_pool: *pool}
  - {name: small, entrypoint: "flows/small.py:sleeper", work_pool: *pool}
  - {name: small, entrypoint: "flows/small.py:steps", work_pool: *pool}
  - {name: small, entrypoint: "flows/small.py:exits", work_pool: *pool}
"""

AUTH = "office:secret"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    server = PrefectServer(
        tmp_path_factory.mktemp("prefect"), free_port(), auth=AUTH, settings={"PREFECT_SERVER_UI_ENABLED": "false"}
    )
    with server:
        yield server


@pytest.fixture(scope="session")
def small_flows(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the small flows, which are deployed."""
    root = tmp_path_factory.mktemp("root")
    for name, text in {"flows/small.py": FLOWS, "deployments/prefect.yaml": DEPLOYMENTS}.items():
        (root / name).parent.mkdir()
        (root / name).write_text(text, encoding="utf-8")
    deployed = asyncio.run(deploy(root, prefect_server.api_url, AUTH))
    assert deployed == ["gate/small", "sleeper/small", "steps/small", "exits/small"]
    return root


@pytest.fixture
def prefect(prefect_server: PrefectServer) -> Iterator[PrefectServer]:
    """The server, as the one that everything in the test speaks to. The runs of a test are deleted after it."""
    with settings_for(prefect_server.api_url, AUTH):
        yield prefect_server
        asyncio.run(clear_runs())


SHIPPED = {
    "flows.relay.relay": "each-minute",
    "flows.digest.digest": "weekly",
    "flows.report.report": "monthly",
    "flows.calendars.calendars": "hourly",
    "flows.dues.dues": "daily",
}
"""The deployments that are tested as they are shipped, each with the slug of its schedule."""

PLAIN = {
    "tiny": "flows.lifecycle.lifecycle",
    "short": "flows.lifecycle.lifecycle",
    "shown": "flows.lifecycle.lifecycle",
    "parted": "flows.lifecycle.lifecycle",
    "portfolio": "flows.review.review",
    "part": "flows.shard.shard",
}
"""The entry points of deployments with nothing but tags; those of ``lifecycle`` have the names of models in tests."""

TINY = model(
    stage("launch"),
    stage("strategy", ("launch",)),
    stage("trust", ("launch",)),
    stage("operation", ("strategy", "trust"), need=2, open_ended=True),
)


@pytest.fixture(scope="module")
def lived() -> LifecycleModel:
    """The model of the office: four stages of which two go side by side."""
    return TINY


@pytest.fixture(scope="session")
def deployed(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The real flows, deployed by one command; no schedule starts them."""
    text = (ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8")
    shipped = [d for d in YAML(typ="safe").load(text)["deployments"] if d["entrypoint"] in SHIPPED]
    assert {d["entrypoint"]: [s["slug"] for s in d["schedules"]] for d in shipped} == {
        entrypoint: [slug] for entrypoint, slug in SHIPPED.items()
    }
    declared = [{**d, "schedules": []} for d in shipped] + [
        {
            "name": name,
            "entrypoint": entrypoint,
            "tags": ["clusterflow", entrypoint.rpartition(".")[2]],
            "work_pool": {"name": "clusterflow"},
        }
        for name, entrypoint in PLAIN.items()
    ]
    file = tmp_path_factory.mktemp("deployed") / "prefect.yaml"
    with file.open("w", encoding="utf-8") as stream:
        YAML().dump({"pull": [], "deployments": declared}, stream)
    made = asyncio.run(deploy(ROOT, prefect_server.api_url, prefect_server.auth, file=file))
    assert made == [f"{d['entrypoint'].rpartition('.')[2]}/{d['name']}" for d in declared]


@pytest.fixture
def begin(lived: LifecycleModel, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Office]:
    """An enrolled initiative, and flows that open its database on its day."""

    def begin(language: str = "en", name: str | None = None) -> Office:
        office = Office(sqlite_url, f"i-{uuid4().hex[:8]}", lived)
        own = {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "LANGUAGE": language, "PROOF": "none"}
        for key, value in own.items():
            monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
        office.context.settings = office.context.settings.model_copy(update={"language": language})
        office.enrol(office.initiative, lived.id)
        if name is not None:
            fields = {"id": office.initiative, "name": name, "country": "ES", "from": str(office.now.date())}
            registry.record(office.context, [Submission("initiative", fields, "test")])
        return office

    return begin


@pytest.fixture
async def office(prefect: PrefectServer, deployed: None, begin: Callable[..., Office]) -> AsyncIterator[Office]:
    """The same, with a worker beside it."""
    async with working():
        yield begin()
