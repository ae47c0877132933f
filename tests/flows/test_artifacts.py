"""What administrators find in Prefect after a pass: pages that link to each other, and nobody's name.

Anybody who reaches Prefect reads all of it: so no page, no log and no run holds a person's name or address, a person's
id, or the password of a channel.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from prefect.client.schemas.actions import ArtifactCreate
from sqlalchemy import inspect, text
from support.office import Office, working
from support.ports import free_port
from support.world import model, stage, stated

from clusterflow.engine.record import Submission
from clusterflow.prefect import names, runs
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import registry

SHOWN = model(stage("launch", (), stated("launch", keep=">= 1/2")), stage("strategy", ("launch",)), name="shown")
PASSWORD = "hunter2-of-the-mail-server"
PEOPLE = ("Mona Quintanilla", "Bruno Arrieta", "mona@firm.example", "bruno@firm.example")


@pytest.fixture
async def office(
    prefect: PrefectServer, deployed: None, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """An initiative whose gate waits; its people have names, and its mail server has a password and does not answer."""
    office = Office(sqlite_url, f"shown-{uuid4().hex[:8]}", SHOWN)
    mail = f"mailto://office:{PASSWORD}@127.0.0.1:{free_port()}?from=office@mail.example&mode=insecure"
    own = {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "LANGUAGE": "en", "PROOF": "none", "MAIL": mail}
    for key, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    office.enrol(office.initiative, "shown")
    for person, name in (("mona", PEOPLE[0]), ("bruno", PEOPLE[1])):
        fields = {"id": person, "name": name, "email": f"{person}@firm.example", "from": "2020-01-01"}
        registry.record(office.context, [Submission("person", fields, "test")])
    office.state_figure("launch", initiative=office.initiative)
    async with working():
        yield office


async def everything(route: str) -> list[dict[str, Any]]:
    """All that Prefect keeps of a kind."""
    async with prefect_client() as client:
        answer = await client.request("POST", f"/{route}/filter", json={"limit": 200})
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_pages_link_to_each_other_and_to_the_runs_and_name_nobody(office: Office, sqlite_url: str) -> None:
    await office.publish()
    form = await office.asking("launch")
    relayed = await runs.start("relay/outbox")
    assert (await office.ended(relayed)).kind == "COMPLETED"
    for _ in range(2):
        reviewed = await runs.start("review/portfolio")
        assert (await office.ended(reviewed)).kind == "COMPLETED"
    page = await office.artifact(names.initiative_key(office.initiative))
    board = await office.artifact(names.PORTFOLIO_KEY)
    gate = await office.artifact(names.gate_key(office.initiative, "launch"))
    matrix = await office.artifact(names.RULEBOOKS_KEY)
    assert all(
        shown in matrix
        for shown in (
            "Profile on the European cluster platform",
            f"]({names.page(names.initiative_key(office.initiative))})",
        )
    )

    # From the portfolio to the initiative, and back; to the gate, and back.
    own, portfolio = names.page(names.initiative_key(office.initiative)), names.page(names.PORTFOLIO_KEY)
    assert f"]({own})" in board
    assert f"]({portfolio})" in page
    assert f"]({names.page(names.gate_key(office.initiative, 'launch'))})" in page
    assert f"]({own})" in gate
    # To the run that asks, and to all passes: by tags that these runs do carry.
    tags = set((await office.run(form.run_id)).tags)
    for link in re.findall(r"\((\.\./\.\./runs\?[^)]+)\)", page):
        assert set(parse_qs(urlsplit(link).query)["tags"]) <= tags, link
    # To what there is not, nothing leads.
    dossier = names.page(names.dossier_key(office.initiative))
    assert f"]({dossier})" not in page
    # The pictures are part of the page itself.
    assert board.count("](data:image/png;base64,") == 2

    # What a page said before is kept under its key, with the run that said it.
    versions = [a for a in await everything("artifacts") if a["key"] == names.PORTFOLIO_KEY]
    assert len({a["flow_run_id"] for a in versions}) == len(versions) >= 2

    artifacts = {
        "pages": json.dumps([a for a in await everything("artifacts") if office.initiative in str(a)]) + board,
        "logs": json.dumps(await everything("logs")),
        "runs": json.dumps(await everything("flow_runs")),
    }
    for where, content in artifacts.items():
        for secret in (PASSWORD, *PEOPLE):
            assert secret not in content, f"{secret} in {where}"
    assert not re.findall(r"\b(?:mona|bruno|gala)\b", artifacts["pages"])
    # The mail server did not answer: what was kept of that holds no password either.
    kept_here = _all_of(office)
    assert "127.0.0.1" in kept_here
    assert PASSWORD not in kept_here


def _all_of(office: Office) -> str:
    """Everything that our own database holds."""
    with office.context.database.connect() as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(str(row) for t in tables for row in connection.execute(text(f'SELECT * FROM "{t}"')))


async def test_an_office_may_want_to_see_who_decides_and_finds_the_dossier(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_PERSONAL_DATA", "names")
    key = names.dossier_key(office.initiative)
    async with prefect_client() as client:
        await client.create_artifact(ArtifactCreate(key=key, type="markdown", data="filed"))
    await office.publish()
    await office.asking("launch")
    assert "| `mona` | manager, board member |" in await office.artifact(names.gate_key(office.initiative, "launch"))
    assert f"]({names.page(key)})" in await office.artifact(names.initiative_key(office.initiative))
