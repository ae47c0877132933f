"""An address with a password in it is seen nowhere: not in a log, a table, an output, or an error. All are searched."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from support.ports import free_port

from .conftest import Run

PASSWORD = "hunter2/ñandú&secret"
WRITTEN = "hunter2%2F%C3%B1and%C3%BA%26secret"
FORMS = (PASSWORD, WRITTEN, "hunter2", b64encode(f"office:{PASSWORD}".encode()).decode())


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What any logger says at any level, whether or not it hands it on to others."""
    messages: list[str] = []

    def collect_record(logger: logging.Logger, record: logging.LogRecord) -> None:
        messages.append(logging.Formatter().format(record))

    monkeypatch.setattr(logging.Logger, "callHandlers", collect_record)
    there = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    loggers = [logging.getLogger(), *there]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield messages
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def unlucky(office: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An office whose channels all end in trouble, and in which there is something to tell."""
    port = free_port()
    addresses = {
        "MAIL": f"mailtos://office:{WRITTEN}@127.0.0.1:{port}/?from=office@office.example",
        "CHANNEL_HOOK": f"json://office:{WRITTEN}@127.0.0.1:{port}/{{to}}?:token={WRITTEN}",
        "CHANNELS": f'{{"bad": "nonsense://office:{WRITTEN}@x", "worse": "mailtos://office:{WRITTEN}@[broken"}}',
        "PREFECT_AUTH": f"office:{PASSWORD}",
        "PREFECT_PORT": str(free_port()),
        "NOTICES_POLICY": "off",
    }
    for name, address in addresses.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{name}", address)
    people = ("ana", "hook"), ("bo", "bad"), ("cleo", "worse"), ("dan", "mail")
    for person, channel in people:
        for line in (
            f"person id={person} name={person} email={person}@firm.example from=2020-01-01",
            f"channel person={person} channel={channel} rank=1 from=2020-01-01",
            f"representation person={person} organisation=firm from=2020-01-01",
        ):
            assert office("record", *line.split()).code == 0
    for line in (
        "body initiative=one id=management kind=management name=Management from=2020-01-01",
        *(f"seat initiative=one body=management person={p} role=manager organisation=firm from=2020-01-01"
          for p, _ in people),
    ):  # fmt: skip
        assert office("record", *line.split()).code == 0
    assert office("open-gate", "one", "critical-mass").code == 0
    return office


def tables(home: Path) -> str:
    with create_engine(f"sqlite:///{home / 'clusterflow.db'}").connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return "\n".join(str(connection.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names)


def secrets_in(everything: str) -> list[str]:
    return [form for form in FORMS if form in everything]


def test_whatever_goes_wrong_no_password_is_seen(unlucky: Run, home: Path, logged: list[str]) -> None:
    today = datetime.now(UTC).date()
    outputs = [
        unlucky(*command.split())
        for command in (
            "relay", "relay --json", "status", "status --json", "doctor", "doctor --json", "doctor --send me@x.example",
            "notices dead", "notices dead --json", "notices retry --all", "relay", f"notices preview --to {today}",
            "intake refused", "ledger one", "reconcile",
        )
    ]  # fmt: skip
    stored = tables(home)
    assert "efused" in stored, "mail and hook were tried"
    assert "begins with nothing that Apprise knows" in stored
    assert secrets_in("\n".join([*(s.out + s.err for s in outputs), *logged, stored])) == []
    assert [text for s in outputs if "Traceback" in (text := s.out + s.err)] == []


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg://office:{WRITTEN}@127.0.0.1:1/clusterflow",
        f"postgresql+psycopg//office:{WRITTEN}@127.0.0.1/clusterflow",
        f"nonsense://office:{WRITTEN}@127.0.0.1/clusterflow",
        f"postgresql+none://office:{WRITTEN}@127.0.0.1/clusterflow",
    ],
)
def test_nor_that_of_a_database_which_cannot_be_reached(
    run: Run, monkeypatch: pytest.MonkeyPatch, logged: list[str], address: str
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", address)
    monkeypatch.setenv("CLUSTERFLOW_PREFECT_PORT", str(free_port()))
    outputs = [run(*command.split()) for command in ("status", "doctor", "doctor --json", "notices dead", "db upgrade")]
    assert [s.out + s.err for s in outputs if not s.code] == []
    assert secrets_in("\n".join([*(s.out + s.err for s in outputs), *logged])) == []
    assert [text for s in outputs if "Traceback" in (text := s.out + s.err)] == []
