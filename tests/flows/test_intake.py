"""Other systems and a real Prefect server: events and files come in, refusals come back, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from ruamel.yaml import YAML
from sqlalchemy import update
from support.office import ROOT, Office, until, working
from support.patience import PATIENCE_SECONDS
from support.world import model, stage

from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.prefect import events, names, runs, submitted_events
from clusterflow.prefect.api import prefect_client, settings_for
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.serving import publish_round
from clusterflow.prefect.submitted_events import receive_changes, receive_events
from clusterflow.services import ledger, outbox
from clusterflow.services.intake import submissions
from clusterflow.store import tables

CLUSTERFLOW = str(Path(sys.executable).with_name("clusterflow"))
WITHIN, AFTER = 2, 4
"""Seconds instead of those that an office waits: this server writes events each second."""


def shipped() -> Any:
    return YAML(typ="safe").load((ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def deployed(prefect_server: PrefectServer, deployed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The deployments as they are shipped, in more of a hurry and started by nothing but their trigger.

    They are deleted afterwards: an event of the last test would start a run during the tests of another file.
    """
    ours = [d for d in shipped()["deployments"] if d["entrypoint"] == "flows.intake.intake"]
    for one in ours:
        del one["schedules"]
        for trigger in one.get("triggers", ()):
            trigger |= {"within": WITHIN, "schedule_after": AFTER}
    file = tmp_path_factory.mktemp("intake") / "prefect.yaml"
    with file.open("w", encoding="utf-8") as stream:
        YAML().dump({"pull": [], "deployments": ours}, stream)
    made = asyncio.run(deploy(ROOT, prefect_server.api_url, prefect_server.auth, file=file))
    assert made == ["intake/submitted", "intake/files"]
    yield
    with settings_for(prefect_server.api_url, prefect_server.auth):
        asyncio.run(_delete_deployments(*made))


async def _delete_deployments(*names: str) -> None:
    async with prefect_client() as client:
        for name in names:
            await client.delete_deployment((await client.read_deployment_by_name(name)).id)


@pytest.fixture(scope="module")
def url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for all: each would take in the events of the others."""
    path = tmp_path_factory.mktemp("office") / "clusterflow.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def office(prefect: PrefectServer, deployed: None, url: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An initiative of its own for each test, and flows that open its database on its day."""
    office = Office(url, f"i-{uuid4().hex[:8]}", model(stage("launch")))
    for key, value in {"DATABASE": url, "TODAY": str(office.now.date()), "PROOF": "none"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    monkeypatch.delenv("CLUSTERFLOW_INTAKE", raising=False)
    office.enrol(office.initiative)
    return office


@pytest.fixture
async def served(office: Office) -> AsyncIterator[Office]:
    """The same, with a worker beside it."""
    async with working():
        yield office


async def submit(
    *payloads: dict[str, Any], event_id: UUID | None = None, occurred: datetime | None = None, sender: str = "crm"
) -> list[str]:
    """Post events as another system does; gives their ids."""
    posted = [
        OutgoingEvent(
            id=event_id or uuid4(),
            occurred=occurred or datetime.now(UTC),
            name="clusterflow.record.submitted",
            resource={"prefect.resource.id": f"{sender}.{number}"},
            payload=payload,
        )
        for number, payload in enumerate(payloads)
    ]
    await events.post(posted)
    return [str(e.id) for e in posted]


def figure(office: Office, **more: object) -> dict[str, Any]:
    """What makes the only gate ready."""
    stated = {"metric": "launch", "numerator": 1, "denominator": 1, "on": "2024-01-10"}
    return {"record": "observation", "initiative": office.initiative, **stated, **more}


def commands(office: Office, record: str) -> list[str]:
    """Under which keys records of a type were entered."""
    found = ledger.entries(office.context, office.initiative)
    return [e.command for e in found if getattr(e.event, "record", "") == record]


async def stored_events(name: str, event_id: str | None = None) -> list[dict[str, Any]]:
    """The events of a name that Prefect keeps."""
    occurred = {"since": "2020-01-01T00:00:00Z", "until": "2199-01-01T00:00:00Z"}
    wanted: dict[str, Any] = {"event": {"name": [name]}, "occurred": occurred}
    if event_id is not None:
        wanted["id"] = {"id": [event_id]}
    async with prefect_client() as client:
        answer = await client.request("POST", "/events/filter", json={"filter": wanted, "limit": 50})
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


async def readable(name: str, *ids: str) -> None:
    """Until the server has written the events."""

    async def look() -> bool | None:
        return True if {i for i in ids if await stored_events(name, i)} == set(ids) else None

    await until(look, f"{len(ids)} events")


async def refusal_of(office: Office, event_id: str) -> Refusal:
    async def look() -> Refusal | None:
        found = submissions.refusals(office.context, None)
        return next((r for r in found if r.source == f"event:{event_id}"), None)

    return await until(look, "a refusal")


async def count_runs(deployment: str) -> int:
    wanted = {"deployments": {"name": {"any_": [deployment]}}}
    async with prefect_client() as client:
        count: int = (await client.request("POST", "/flow_runs/count", json=wanted)).json()
    return count


class TestEvents:
    async def test_a_posted_event_is_recorded_and_evaluated(self, served: Office) -> None:
        (posted,) = await submit(figure(served))
        form = await served.asking("launch")
        assert form.name == f"Initiative-{served.initiative} · gate 1: launch"
        assert commands(served, "observation") == [f"event:{posted}"]

    async def test_a_bad_one_comes_back_with_its_mistakes_and_is_mended(self, served: Office) -> None:
        apart = {"type": "observation", "initiative": served.initiative, "fields": {"metrc": "launch"}}
        (posted,) = await submit(apart)
        refusal = await refusal_of(served, posted)

        async def look() -> dict[str, Any] | None:
            found = [
                e for e in await stored_events("clusterflow.record.refused") if e["payload"].get("event") == posted
            ]
            return found[0] if found else None

        event = await until(look, "the refusal as an event")
        assert event["id"] == str(names.refusal_id(refusal))
        assert event["resource"]["prefect.resource.id"] == f"clusterflow.submission.{refusal.id}"
        told_mistakes = {(m["where"], m["found"], m["cure"]) for m in event["payload"]["mistakes"]}
        assert (f"event {posted}", "an observation has no field «metrc»", "The nearest: metric") in told_mistakes
        assert len(told_mistakes) == 4

        def command(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [CLUSTERFLOW, "intake", *words], capture_output=True, text=True, timeout=PATIENCE_SECONDS
            )

        waiting = json.loads(command("refused", "--json").stdout)
        assert refusal.id in [r["id"] for r in waiting]
        fields = ["metrc=", "metric=launch", "numerator=1", "denominator=1", "on=2024-01-10"]
        mended = command("retry", str(refusal.id), *fields)
        assert (mended.returncode, mended.stderr) == (0, "")
        await served.publish()
        await served.asking("launch")

        # Told again, after a relay that died: the same event.
        with served.context.database.begin() as connection:
            connection.execute(update(tables.refused_submission).values(told_at=None))
        assert outbox.waiting(served.context) == []
        assert await publish_round(served.context)
        assert submissions.unreported_refusals(served.context) == []
        await asyncio.sleep(2)
        assert len(await stored_events("clusterflow.record.refused", event["id"])) == 1

    async def test_the_same_event_twice_is_recorded_once(self, served: Office) -> None:
        same = uuid4()
        await submit(figure(served), figure(served, numerator=0), event_id=same)

        async def look() -> bool | None:
            return True if commands(served, "observation") else None

        await until(look, "the observation")
        await submit(figure(served, numerator=0), event_id=same)
        (other,) = await submit(figure(served, metric="other"))

        async def both() -> bool | None:
            return True if len(commands(served, "observation")) > 1 else None

        await until(both, "the other observation")
        assert commands(served, "observation") == [f"event:{same}", f"event:{other}"]

    async def test_a_burst_starts_few_runs_and_all_are_recorded(self, served: Office) -> None:
        before = await count_runs("submitted")
        start = {"record": "link", "initiative": served.initiative, "direction": "inside", "with_whom": "x"}
        payloads = [{**start, "id": f"l{n}", "from": "2024-01-01"} for n in range(100)]
        posted = await submit(*payloads, sender="form")

        async def look() -> bool | None:
            return True if len(commands(served, "link")) >= 100 else None

        await until(look, "a hundred links")
        assert sorted(commands(served, "link")) == sorted(f"event:{i}" for i in posted)
        assert await count_runs("submitted") - before <= 4

    async def test_an_event_is_taken_whatever_day_its_sender_states(self, office: Office) -> None:
        now = datetime.now(UTC)
        submissions.advance_event_cursor(office.context, now)
        days = {"month": -30, "week": -8, "early": -2, "late": 0, "future": 2}
        ids = [
            (await submit(figure(office, metric=name), occurred=now + timedelta(days=days[name])))[0] for name in days
        ]
        await readable("clusterflow.record.submitted", *ids)
        assert (await receive_events(office.context)).recorded == len(days)
        assert sorted(commands(office, "observation")) == sorted(f"event:{i}" for i in ids)
        cursor = submissions.event_cursor(office.context)
        assert cursor is not None
        assert cursor > now
        assert (await receive_events(office.context, everything=True)).recorded == 0

    async def test_what_prefect_received_before_the_last_run_is_checked_only_on_request(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Stored, it would hide the events of the other tests.
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        monkeypatch.setattr(submissions, "event_cursor", lambda context: tomorrow)
        (event,) = await submit(figure(office))
        await readable("clusterflow.record.submitted", event)
        assert (await receive_events(office.context)).recorded == 0
        assert (await receive_events(office.context, everything=True)).recorded == 1

    async def test_a_relay_records_what_no_trigger_announced_once_it_has_settled(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(submitted_events, "SETTLED", timedelta(seconds=30))
        old = datetime.now(UTC) - timedelta(days=30)
        (first,) = await submit(figure(office), occurred=old)
        await readable("clusterflow.record.submitted", first)
        assert await receive_changes(office.context, None) is None
        assert commands(office, "observation") == []
        monkeypatch.setattr(submitted_events, "SETTLED", timedelta(0))
        number = await receive_changes(office.context, None)
        assert commands(office, "observation") == [f"event:{first}"]
        assert await receive_changes(office.context, number) == number

    async def test_a_relay_says_which_tax_ids_of_submitted_events_to_check(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(submitted_events, "SETTLED", timedelta(0))
        firm = {"record": "organisation", "id": f"doubtful-{office.initiative}", "name": "Doubtful", "country": "ES"}
        (event,) = await submit({**firm, "helix": "company", "tax_id": "B12345678", "from": "2024-01-01"})
        await readable("clusterflow.record.submitted", event)
        with caplog.at_level("WARNING", "clusterflow.prefect.submitted_events"):
            await receive_changes(office.context, None)
        (warning,) = [line for line in caplog.messages if "«B12345678»" in line]
        assert warning.endswith("its check digit is not that of a NIF (ES); check it")

    def test_the_shipped_run_waits_until_what_came_in_its_time_can_be_read(self) -> None:
        (submitted,) = [d for d in shipped()["deployments"] if d["name"] == "submitted"]
        (trigger,) = submitted["triggers"]
        prefect_writes_each = 5
        assert trigger["schedule_after"] > trigger["within"] + prefect_writes_each
        assert "for_each" not in trigger, "a burst from many resources is one run"
        (hourly,) = submitted["schedules"]
        assert hourly["parameters"] == {"source": "submitted", "everything": True}


class TestFiles:
    async def test_a_dropped_file_is_taken_in_by_the_deployment(
        self, served: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        idle = await served.ended(await runs.start("intake/files"))
        assert (idle.kind, idle.message) == ("COMPLETED", "nothing to do: CLUSTERFLOW_INTAKE names no folder")

        drop = tmp_path / "drop"
        drop.mkdir()
        (drop / "good.jsonl").write_text(json.dumps(figure(served)) + "\n")
        (drop / "bad.jsonl").write_text(f"{json.dumps(figure(served, metric='other'))}\n{{}}\n")
        monkeypatch.setenv("CLUSTERFLOW_INTAKE", f"file://{drop}")
        run = await runs.start("intake/files")
        done = await served.ended(run)
        assert (done.kind, done.message) == ("COMPLETED", "1 recorded, 1 refused")
        assert (await served.run(run)).name == "Intake · files"
        assert {str(p.relative_to(drop)) for p in drop.rglob("*") if p.is_file()} == {
            "done/good.jsonl", "refused/bad.jsonl", "refused/bad.jsonl.mistakes.txt",
        }  # fmt: skip
        (refusal,) = [r for r in submissions.refusals(served.context) if r.address == "bad.jsonl"]
        assert (refusal.line, refusal.state) == (2, RefusalState.WAITING)
        await readable("clusterflow.record.refused", str(names.refusal_id(refusal)))
        await served.asking("launch")

    async def test_a_folder_that_does_not_answer_is_a_sentence_without_its_password(
        self, served: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLUSTERFLOW_INTAKE", "ftp://ana:geheim@127.0.0.1:9/in")
        end = await served.ended(await runs.start("intake/files"))
        assert end.kind == "FAILED"
        assert "ftp://***@127.0.0.1:9/in" in end.message
        assert "geheim" not in end.message


async def test_the_example_of_the_integrators_guide_works(
    office: Office, prefect: PrefectServer, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "how-to" / "integrators.md").read_text(encoding="utf-8")
    example = re.search(r"```bash\n(.*?)```", text, re.DOTALL)
    assert example is not None
    script = (
        example[1].replace("http://127.0.0.1:4200/api", prefect.api_url).replace("curl ", f"curl -u {prefect.auth} ")
    )
    script = script.replace("automotriz", office.initiative).replace("acero", "firm")
    script = script.replace("crm.example", f"{office.initiative}.example")

    async def look() -> bool | None:
        # As the guide advises: Prefect can lose an event, so it is sent again, with the same id.
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        await receive_events(office.context)
        return True if commands(office, "membership") else None

    await until(look, "the membership")
    await receive_events(office.context)
    assert len(commands(office, "membership")) == 1
