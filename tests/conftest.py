"""Fixtures for all tests: fresh databases, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from support import postgres
from support.fast_engines import collect_garbage_rarely, exclude_modules_from_collection, share_compiled_statements
from support.fresh import ReusedPostgres
from support.javascript import is_installed as installed_javascript

from clusterflow.services.context import system_clock
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
settings.load_profile("default")

sys.dont_write_bytecode = False
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
"""Where bytecode is forbidden, each process of a test would compile all of our modules anew."""

os.environ["CLUSTERFLOW_NOTICES_POLICY"] = "off"
"""Most tests check what is sent, not when. Tests of the delivery policy turn it on."""

share_compiled_statements()
collect_garbage_rarely()

REQUIRED = os.environ.get("CLUSTERFLOW_TEST_REQUIRE") == "all"
"""In CI nothing may be missing. On a bare machine, tests that need more than Python are skipped with a reason."""


def missing(what: str, install: str) -> None:
    """Skip a test because a program is missing, or fail if everything is required."""
    text = f"{what} is not installed here ({install})"
    if REQUIRED:
        pytest.fail(text)
    pytest.skip(text)


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder of PostgreSQL's programs."""
    programs = postgres.binaries()
    if programs is None:
        missing("PostgreSQL", "apt-get install postgresql")
    assert programs is not None
    return programs


@pytest.fixture(scope="session")
def postgres_server(postgres_programs: Path) -> Iterator[str]:
    """A private PostgreSQL server on loopback: the address of its databases without their names."""
    with postgres.server(postgres_programs, "fsync=off", "full_page_writes=off") as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database from which others are copied."""
    postgres.execute(postgres_server, "CREATE DATABASE template_clusterflow")
    engine = open_database(f"postgresql+psycopg://postgres@{postgres_server}/template_clusterflow")
    upgrade(engine, system_clock())
    engine.dispose()
    return "template_clusterflow"


@pytest.fixture(scope="session")
def pango() -> None:
    """The library that WeasyPrint needs and pip cannot install."""
    try:
        import_module("weasyprint")
    except OSError:
        missing("Pango", "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


@pytest.fixture(scope="session")
def javascript() -> None:
    """Node.js with the packages of tests/javascript."""
    if not installed_javascript():
        missing("Node.js with the packages of tests/javascript", "apt-get install nodejs npm; make javascript")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file from which others are copied."""
    path = tmp_path_factory.mktemp("template") / "clusterflow.db"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine, system_clock())
    engine.dispose()  # when the last connection closes, SQLite moves the log into the file
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    path = tmp_path / "clusterflow.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def reused_postgres(postgres_server: str, postgres_template: str) -> Iterator[ReusedPostgres]:
    """The PostgreSQL database of one test after the other."""
    reused = ReusedPostgres(postgres_server, postgres_template)
    yield reused
    reused.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database, on each of the two systems."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    reused = request.getfixturevalue("reused_postgres")
    yield reused.take()
    reused.give_back()


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()


GROUPS = (
    "flows", "crash", "story/test_demo.py", "deploy/test_wheel.py", "deploy/test_machines.py", "benches",
    "browser/test_accessibility.py", "flows/test_processes.py", "flows/health", "flows/test_kill.py", "browser",
)  # fmt: skip
"""The rooms whose tests share one server, and other slow ones. The slowest start first, so that none of them is last.

Of two rooms that hold a file, the inner one is its group: those have servers of their own.
"""

APART = ("benches",)
"""Rooms whose tests share nothing. Each of them runs wherever there is room."""


@pytest.hookimpl(tryfirst=True)  # pytest-xdist asks for the groups at this moment
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In parallel runs, the tests of a file stay together, and so do those that share a server."""
    tests, rank = Path(__file__).parent, {group: place for place, group in enumerate(GROUPS)}
    group_of: dict[Path, str] = {}
    for path in {item.path for item in items}:
        file = path.relative_to(tests)
        group_of[path] = max((room for room in GROUPS if file.is_relative_to(room)), key=len, default=str(file))
    for item in items:
        group = group_of[item.path]
        item.add_marker(pytest.mark.xdist_group(f"{group}/{item.name}" if group in APART else group))
    items.sort(key=lambda item: rank.get(group_of[item.path], len(rank)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Check that pytest-xdist knows the group. Otherwise each test would start its own server, unnoticed."""
    if getattr(session.config.option, "loadgroup", False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist took no notice of the groups")
    exclude_modules_from_collection()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden files anew, to be looked at")
