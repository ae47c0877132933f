"""A folder may be called anything: the name of a SQLite file is not read as parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterflow.prefect.server import PrefectServer
from clusterflow.services.context import system_clock
from clusterflow.store.database import check_schema, open_database
from clusterflow.store.migrate import upgrade


@pytest.mark.parametrize("name", ["¿qué?", "a?b=c&d", "100 %", "x#y"])
def test_a_home_folder_with_signs_in_its_name_holds_the_database(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    engine = open_database(f"sqlite:///{home / 'clusterflow.db'}")
    upgrade(engine, system_clock())
    check_schema(engine)
    engine.dispose()
    assert (home / "clusterflow.db").is_file()
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


def test_parameters_of_a_uri_are_still_read(tmp_path: Path) -> None:
    (tmp_path / "there.db").touch()
    engine = open_database(f"sqlite:///file:{tmp_path / 'there.db'}?mode=ro&uri=true")
    assert engine.url.query["mode"] == "ro"
    engine.dispose()


def test_the_address_of_prefect_s_own_database_is_quoted(tmp_path: Path) -> None:
    server = PrefectServer(tmp_path / "¿qué?")
    assert server._connection_url() == (
        f"sqlite+aiosqlite:///file:{tmp_path}/%C2%BFqu%C3%A9%3F/prefect.db?uri=true&pool=:memory:"
    )
