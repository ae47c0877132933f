"""The digest flow, as it is deployed: one message for a person who has something to know."""

from __future__ import annotations

from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from pydantic import SecretStr
from support.mailbox import mail_server
from support.office import Office, working

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import Urgency
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.server import PrefectServer
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store import notices


async def test_the_flow_sends_the_digests_of_the_day(
    prefect: PrefectServer, deployed: None, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as (box, server):
        own = {"DATABASE": sqlite_url, "TODAY": "2024-05-13", "LANGUAGE": "es", "MAIL": server}
        for key, value in (own | {"NOTICES_POLICY": "on", "PROOF": "none"}).items():
            monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
        office = Office(sqlite_url, f"i-{uuid4().hex[:8]}").at("2024-05-07")
        assert isinstance(office, Office)
        office.enrol(office.initiative, "cordoba")
        polite = {"notices_policy": "on", "mail": SecretStr(server)}
        office.context.settings = office.context.settings.model_copy(update=polite)
        made = [
            Notice(
                key=key, rule="news", initiative=office.initiative, version=1, recipient="mona", language="en",
                subject=key, body=f"Dear Mona,\n\n{key}\n", urgency=Urgency.DIGEST,
            )
            for key in ("one", "two")
        ]  # fmt: skip
        with office.context.database.begin() as connection:
            notices.insert_notices(connection, made, office.now, Dispatcher(office.context).policy)
        async with working(), prefect_client() as client:
            deployment = await client.read_deployment_by_name("digest/weekly")
            run: FlowRun = await client.create_flow_run_from_deployment(deployment.id)
            ended = await office.ended(run.id)
            assert ended.kind == "COMPLETED", ended
            assert (await office.run(run.id)).name == "Resumen semanal · 2024-W20"
        assert box.subjects("mona@firm.example") == ["Your digest: 2 messages"]
