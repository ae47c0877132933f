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

from clusterflow.demo.stories import stories
from clusterflow.services.context import Context
from clusterflow.services.reports.dossier import dossier
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

TODAY = date(2026, 10, 15)
STRAIGHT, BRANCHED = "automotriz-nl", "cosmetica-co"
"""One whose gate is open, under a model without branches; one with stages side by side, one of them optional."""


@pytest.fixture(scope="session")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The office on the last day of the stories."""
    path = tmp_path_factory.mktemp("reports") / "clusterflow.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    settings = Settings(database=f"sqlite:///{path}", configs=CONFIGS, proof="none", home=path.parent)
    context = Context(settings, database, lambda: datetime(2026, 10, 15, 12, tzinfo=UTC))
    tales = tuple(s for s in stories(TODAY) if s.initiative in (STRAIGHT, BRANCHED))
    for _ in play(context, tales, TODAY):
        pass
    yield context
    database.dispose()


@pytest.fixture(scope="session")
def page_of(lived: Context) -> Callable[[str], str]:
    """The dossier of an initiative, made once."""
    return cache(lambda initiative: dossier(lived, initiative, language="es").html)


@pytest.fixture
def naming(lived: Context) -> Context:
    """The same office, where people may be named."""
    return Context(lived.settings.model_copy(update={"personal_data": "names"}), lived.database, lived.clock)
