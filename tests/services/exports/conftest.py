"""Databases that become empty again, on SQLite and on PostgreSQL: what is taken away from one is taken into another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import postgres
from support.fresh import Fresh, FreshPostgres, FreshSqlite

Two = tuple[Fresh, Fresh]


@pytest.fixture(scope="session")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    two = tuple(FreshSqlite(sqlite_template, tmp_path_factory.mktemp("taken")) for _ in range(2))
    yield two[0], two[1]
    for fresh in two:
        fresh.engine.dispose()


@pytest.fixture(scope="session")
def on_postgresql(postgres_server: str, postgres_template: str) -> Iterator[Two]:
    for name in ("taken_from", "taken_to"):
        postgres.execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    two = FreshPostgres(postgres_server, "taken_from"), FreshPostgres(postgres_server, "taken_to")
    yield two
    for fresh in two:
        fresh.engine.dispose()
