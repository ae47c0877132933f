"""Prefect and the channels: addresses out of its secrets, and a block by which its automations send mail."""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.blocks.abstract import NotificationError
from prefect.blocks.system import Secret
from pydantic import SecretStr
from support.mailbox import Mailbox, mail_server
from support.ports import free_port

from clusterflow.prefect.api import prefect_client, settings_for
from clusterflow.prefect.blocks import ClusterflowNotification
from clusterflow.prefect.secret_channels import channels_if_up, stored_channels
from clusterflow.prefect.server import PrefectServer

ROOT = Path(__file__).resolve().parents[2]
POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["prefect.collections"]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as found:
        yield found


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Prefect server started now finds our blocks, as in any place where clusterflow is installed."""
    metadata = tmp_path / "site" / "blocks_of_clusterflow-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: blocks-of-clusterflow\nVersion: 1\n")
    lines = [f"{name} = {module}" for name, module in POINTS.items()]
    (metadata / "entry_points.txt").write_text("[prefect.collections]\n" + "\n".join(lines) + "\n")
    path = [str(metadata.parent), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in path if p))


async def test_secrets_of_prefect_are_channels(prefect: PrefectServer) -> None:
    await Secret(value="tgram://123:token/{to}/").save("clusterflow-channel-telegram")
    await Secret(value={"no": "text"}).save("clusterflow-channel-broken")
    await Secret(value="mailto://elsewhere").save("something-else")
    assert await stored_channels() == {"telegram": SecretStr("tgram://123:token/{to}/")}


async def test_people_are_notified_without_prefect() -> None:
    with settings_for(f"http://127.0.0.1:{free_port()}/api"):
        assert await channels_if_up() is None


async def test_an_automation_sends_mail_by_our_channel(
    installed: None, mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    box, address = mailbox
    with PrefectServer(tmp_path / "prefect", free_port()) as server, settings_for(server.api_url):
        block = ClusterflowNotification(to="admin@office.example", address=SecretStr(address))
        document = await block.save("office")
        automation = {
            "name": "tell the office",
            "trigger": {
                "type": "event",
                "posture": "Reactive",
                "expect": ["clusterflow.test"],
                "match": {"prefect.resource.id": "*"},
                "threshold": 1,
                "within": 0,
            },
            "actions": [
                {
                    "type": "send-notification",
                    "block_document_id": str(document),
                    "subject": "It happened: {{ event.event }}",
                    "body": "Look *here*.",
                }
            ],
        }
        event = {
            "occurred": datetime.now(UTC).isoformat(),
            "event": "clusterflow.test",
            "resource": {"prefect.resource.id": "x"},
            "id": str(uuid4()),
        }
        async with prefect_client() as client:
            (await client.request("POST", "/automations/", json=automation)).raise_for_status()
            for _ in range(40):
                if box.mails:
                    break
                # The server reads its automations every few seconds.
                await client.request("POST", "/events", json=[event | {"id": str(uuid4())}])
                await asyncio.sleep(1)
    assert box.mails, server.log.read_text()
    to, mail = box.mails[0]
    assert (to, mail["Subject"]) == ("admin@office.example", "It happened: clusterflow.test")


async def test_what_a_block_could_not_send_is_reported_without_the_address() -> None:
    address = SecretStr(f"mailto://office:hunter2@127.0.0.1:{free_port()}/?from=a@b.example&mode=insecure")
    block = ClusterflowNotification(to="admin@office.example", address=address)
    with pytest.raises(NotificationError) as caught:
        await block.notify("Body", "Subject")
    assert "refused" in str(caught.value.log)
    assert "hunter2" not in str(caught.value.log) + repr(block)
    with pytest.raises(NotificationError) as caught:
        await ClusterflowNotification(channel="nowhere").notify("Body")
    assert "no channel «nowhere»" in str(caught.value.log)
