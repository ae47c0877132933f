"""Commands that only read work on a streaming replica of PostgreSQL, which refuses every write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import postgres

from .conftest import Run

READING = (
    ("status",),
    ("status", "one", "--json"),
    ("explain", "one"),
    ("foresee", "one"),
    ("ledger", "one", "--verify"),
    ("report", "one", "--to", "one.html"),
    ("report", "--portfolio"),
    ("export", "registry", "--to", "registry"),
    ("notices", "dead"),
)


@pytest.fixture
def replica(
    run: Run,
    home: Path,
    postgres_programs: Path,
    postgres_server: str,
    postgres_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Run]:
    """An office on a replica."""
    postgres.execute(postgres_server, f"CREATE DATABASE replica TEMPLATE {postgres_template}")
    address = "postgresql+psycopg://postgres@{}/replica"
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", address.format(postgres_server))
    lines = [
        {"record": "organisation", "id": "firm", "name": "Firm", "helix": "company", "from": "2020-01-01"},
        {"record": "person", "id": "pia", "name": "Pia", "from": "2020-01-01"},
    ]
    (home / "facts.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert run("record", "--from", "facts.jsonl").code == 0
    assert run("enrol", "one", "name=One", "country=AR", "--model", "cordoba").code == 0
    assert run("evaluate", "one").code == 0
    with postgres.standby(postgres_programs, postgres_server) as copy:
        monkeypatch.setenv("CLUSTERFLOW_DATABASE", address.format(copy))
        yield run
    postgres.execute(postgres_server, "DROP DATABASE replica WITH (FORCE)")


def test_what_reads_needs_no_database_that_can_be_written(replica: Run) -> None:
    for words in READING:
        done = replica(*words)
        assert done.code == 0, (words, done.err)
    refused = replica("record", "link", "initiative=one", "id=l", "direction=inside", "with_whom=x", "from=2024-01-05")
    assert refused.code != 0
    assert "Traceback" not in refused.err
