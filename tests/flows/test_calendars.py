"""The calendars flow, as it is deployed: feeds are written where the office says, each hour."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from support.office import Office, working

from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.server import PrefectServer


async def test_the_flow_writes_every_feed_and_without_a_folder_has_nothing_to_do(
    prefect: PrefectServer, deployed: None, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {"DATABASE": sqlite_url, "TODAY": "2024-05-13", "PROOF": "none"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}").at("2024-05-07")
    assert isinstance(office, Office)
    office.enrol(office.initiative, "cordoba")
    async with working(), prefect_client() as client:
        deployment = await client.read_deployment_by_name("calendars/hourly")
        idle = await office.ended((await client.create_flow_run_from_deployment(deployment.id)).id)
        monkeypatch.setenv("CLUSTERFLOW_CALENDARS", f"file://{tmp_path}/feeds")
        done = await office.ended((await client.create_flow_run_from_deployment(deployment.id)).id)
    assert (idle.kind, idle.message) == ("COMPLETED", "nothing to do: CLUSTERFLOW_CALENDARS names no folder")
    assert (done.kind, "new" in str(done.message)) == ("COMPLETED", True), done
    assert (tmp_path / "feeds" / "initiatives" / f"{office.initiative}.ics").exists()
