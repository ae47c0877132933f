"""The dues flow, as it is deployed: it issues what is to be issued, once, and tells what it cannot know."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from support.office import Office, until, working

from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import dues, ledger


@pytest.fixture
def office(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}")
    office.enrol(office.initiative, "cordoba")
    for key, value in {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "LANGUAGE": "es"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    office.record(
        f"membership initiative={office.initiative} organisation=firm from=2020-01-01",
        f"membership initiative={office.initiative} organisation=ministry from=2020-01-01",
        f"dues-adoption initiative={office.initiative} scheme=galicia-sport from=2023-01-01",
    )
    return office


async def begun() -> UUID:
    async with prefect_client() as client:
        deployment = await client.read_deployment_by_name("dues/daily")
        return (await client.create_flow_run_from_deployment(deployment.id)).id


async def test_the_flow_issues_each_invoice_once(prefect: PrefectServer, deployed: None, office: Office) -> None:
    async with working():
        first = await begun()
        ended = await office.ended(first)
        assert ended.kind == "COMPLETED", ended
        (line,) = dues.plan(office.context, office.initiative).lines
        assert (line.invoice, str(line.amount), line.state) == ("dues-2024-1-firm", "300.00 EUR", "issued")
        entries = ledger.entries(office.context, office.initiative)
        assert (await office.run(first)).name == "Cuotas · 2024-01-10"
        assert (await office.ended(await begun())).kind == "COMPLETED"
        assert ledger.entries(office.context, office.initiative) == entries

        async def problem_is_reported() -> bool | None:
            async with prefect_client() as client:
                logs = await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[first])))
            problem = f"{office.initiative}: ministry: no se conoce su clase de tamaño el 2024-01-01"
            return True if any(log.message.startswith(problem) for log in logs) else None

        await until(problem_is_reported, "what is not known")
