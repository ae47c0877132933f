"""A machine that loses its power or its network closes no connection; both sides notice, and its locks fall."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from support import network, postgres

from clusterflow.store.database import SECONDS_TO_NOTICE, open_database

MARGIN_SECONDS = 15

HOLDS_A_LOCK = """
import sys
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from clusterflow.store.database import open_database

with open_database(sys.argv[1]).connect() as connection:
    connection.execute(text("LOCK TABLE held"))
    print("locked", flush=True)
    sys.stdin.readline()
    try:
        connection.execute(text("SELECT 1"))
    except OperationalError:
        print("lost", flush=True)
"""


@pytest.fixture
def hosts() -> Iterator[network.Network]:
    if not network.is_possible():
        pytest.skip(network.NEEDED)
    with network.network() as made:
        yield made


def test_the_locks_of_a_machine_that_is_cut_off_fall_and_it_notices_too(
    hosts: network.Network, postgres_programs: Path
) -> None:
    with postgres.server(postgres_programs, "fsync=off", address=hosts.address) as address:
        postgres.execute(address, "CREATE TABLE held ()")
        url = f"postgresql+psycopg://postgres@{address}/postgres"
        words = [*hosts.words("elsewhere"), sys.executable, "-c", HOLDS_A_LOCK, url]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(words, **pipes) as elsewhere:  # type: ignore[call-overload]
            assert elsewhere.stdout.readline() == "locked\n"
            hosts.cut("elsewhere")
            elsewhere.stdin.write("\n")
            elsewhere.stdin.flush()
            with open_database(url).begin() as connection:
                connection.execute(text(f"SET lock_timeout = '{SECONDS_TO_NOTICE + MARGIN_SECONDS}s'"))
                connection.execute(text("LOCK TABLE held"))
            assert elsewhere.stdout.readline() == "lost\n"
            elsewhere.kill()
