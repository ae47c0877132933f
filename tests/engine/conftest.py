from __future__ import annotations

from collections.abc import Callable

import pytest
from support.world import World

from clusterflow.domain.lifecycle import LifecycleModel

MakeWorld = Callable[..., World]


@pytest.fixture
def world(database_url: str) -> MakeWorld:
    """A world on a fresh database, with the models that the test gives."""

    def make(*models: LifecycleModel) -> World:
        return World(database_url, *models)

    return make
