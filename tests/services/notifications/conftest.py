from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.mailbox import Mailbox, mail_server


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as found:
        yield found
