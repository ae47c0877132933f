from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from support.mailbox import Mailbox
from support.ports import free_port


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"mailto://127.0.0.1:{port}/?from=office@clusterflow.example&mode=insecure"
    controller.stop()
