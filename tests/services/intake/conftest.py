from __future__ import annotations

import pytest
from support.intake import IntakeWorld


@pytest.fixture
def world(database_url: str) -> IntakeWorld:
    return IntakeWorld(database_url)
