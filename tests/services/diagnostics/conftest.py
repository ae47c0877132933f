"""An office on an empty home, where all is well but for what a test breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.mailbox import Mailbox, mail_server

from clusterflow.services.diagnostics.finding import Surroundings
from clusterflow.settings import Settings


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as found:
        yield found


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Surroundings]:
    """Surroundings with these settings, and no other."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CLUSTERFLOW_{name.upper()}", raising=False)

    def make(send: str | None = None, **settings: object) -> Surroundings:
        return Surroundings(Settings(**{"home": tmp_path, **settings}), send)  # type: ignore[arg-type]

    return make
