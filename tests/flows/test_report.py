"""The report flow, as it is deployed: dossiers in the folder, and a page of Prefect for each."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from support.office import Office, working

from clusterflow.prefect import names
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.server import PrefectServer


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}")
    office.enrol(office.initiative, "cordoba")
    office.record(
        f"membership initiative={office.initiative} organisation=firm from=2024-01-01",
        f"survey-wave initiative={office.initiative} topic=trust invited=20 answers=15 mean_milli=3900 on=2024-01-05",
    )
    own = {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "LANGUAGE": "es", "REPORTS": tmp_path.as_uri()}
    for key, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    return office


async def begun(**parameters: str) -> UUID:
    async with prefect_client() as client:
        deployment = await client.read_deployment_by_name("report/dossiers")
        return (await client.create_flow_run_from_deployment(deployment.id, parameters=parameters)).id


async def test_the_flow_files_a_dossier_and_shows_its_plots(
    prefect: PrefectServer, deployed: None, office: Office, tmp_path: Path
) -> None:
    async with working():
        run = await begun()
        ended = await office.ended(run)
    assert ended.kind == "COMPLETED", ended
    assert (await office.run(run)).name == "Informes · 2024-01-10"
    file = tmp_path / "dossiers" / office.initiative / "2024-01-10.html"
    assert "Initiative-i-" in file.read_text(encoding="utf-8")
    async with prefect_client() as client:
        key = ArtifactFilterKey(any_=[names.dossier_key(office.initiative)])
        (artifact,) = await client.read_artifacts(artifact_filter=ArtifactFilter(key=key))
    page = str(artifact.data)
    assert file.as_uri() in page
    assert names.page(names.initiative_key(office.initiative)) in page
    assert page.count("](data:image/png;base64,") == page.count("\n## ") >= 2
    assert "| 05/01/2024 | 3,9 puntos | 15 de 20 |" in page
    assert "Mona" not in page


async def test_an_initiative_that_nobody_knows_fails_with_the_reason(
    prefect: PrefectServer, deployed: None, office: Office
) -> None:
    async with working():
        ended = await office.ended(await begun(initiative="nobody-knows"))
    assert ended.kind == "FAILED"
