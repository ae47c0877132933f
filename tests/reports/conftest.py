"""Two lives of the demonstration, played once for the reports about them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from support.play import play
from support.world import CONFIGS

from clusterflow.app import App
from clusterflow.demo.stories import stories
from clusterflow.scribe.dossier import dossier
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

TODAY = date(2026, 10, 15)
STRAIGHT, BRANCHED = "automotriz-nl", "cosmetica-co"
"""One whose gate is open, under a model without branches; one with stages side by side, one of them optional."""


@pytest.fixture(scope="session")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The office on the last day of the stories."""
    path = tmp_path_factory.mktemp("reports") / "clusterflow.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    settings = Settings(database=f"sqlite:///{path}", configs=CONFIGS, proof="none", home=path.parent)
    app = App(settings, database, lambda: datetime(2026, 10, 15, 12, tzinfo=UTC))
    tales = tuple(s for s in stories(TODAY) if s.initiative in (STRAIGHT, BRANCHED))
    for _ in play(app, tales, TODAY):
        pass
    yield app
    database.dispose()


@pytest.fixture(scope="session")
def page_of(lived: App) -> Callable[[str], str]:
    """The dossier of an initiative, made once."""
    return cache(lambda initiative: dossier(lived, initiative, language="es").html)


@pytest.fixture
def naming(lived: App) -> App:
    """The same office, where people may be named."""
    return App(lived.settings.model_copy(update={"personal_data": "names"}), lived.database, lived.clock)
