"""Each advice about settings and the database is followed as it is given, and the finding is gone.

What needs a Prefect server is in ``tests/flows/health``.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.command import run_here
from support.findings import given, gone
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import Urgency
from clusterflow.domain.vote_grant import Grant
from clusterflow.intake.submissions import delivered_event
from clusterflow.services.diagnostics import database, settings
from clusterflow.services.diagnostics.finding import CheckResult, Outcome, Surroundings
from clusterflow.services.intake import submissions
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings
from clusterflow.store import database as store
from clusterflow.store import notices, tables

Look = Callable[[Surroundings], Iterator[CheckResult]]


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An initiative whose board cannot be reached; the commands that are typed work on its database."""
    world = World(sqlite_url, model(stage("first"), stage("second", ("first",))))
    world.enrol()
    monkeypatch.chdir(tmp_path)
    own = {"DATABASE": sqlite_url, "CONFIGS": CONFIGS, "HOME": tmp_path, "PROOF": "none", "ACTOR": "clerk"}
    for name, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{name}", str(value))
    return world


def examine(look: Callable[[Surroundings], object], world: World | None = None) -> list[CheckResult]:
    class Here(Surroundings):
        now = world.now if world is not None else Surroundings.now

    return [r for r in look(Here(None)) if r.outcome is not Outcome.OK]  # type: ignore[attr-defined]


def follow(command: str) -> None:
    """Type a command."""
    done = run_here(command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_setting_that_is_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_SENDERS", "many")
    result = given(examine(settings.look_at_settings), "correct-setting")
    assert result.found.en.startswith("is not accepted; accepted: ")
    assert result.found.es.startswith("no se acepta; se acepta: ")
    (name,) = re.findall(r"CLUSTERFLOW_\w+", result.cure.en)
    monkeypatch.setenv(name, "4")
    gone(examine(settings.look_at_settings), "correct-setting")


def test_a_setting_whose_name_is_mistyped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGES", "es")
    (name,) = re.findall(r"CLUSTERFLOW_\w+", given(examine(settings.look_at_settings), "rename-setting").cure.en)
    monkeypatch.setenv(name, "es")
    monkeypatch.delenv("CLUSTERFLOW_LANGUAGES")
    gone(examine(settings.look_at_settings), "rename-setting")


def test_a_day_that_is_pretended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2024-01-10")
    assert given(examine(settings.look_at_settings), "unset-day").cure.en.startswith("unset CLUSTERFLOW_TODAY")
    monkeypatch.delenv("CLUSTERFLOW_TODAY")
    gone(examine(settings.look_at_settings), "unset-day")


def test_a_database_that_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///{tmp_path / 'new.db'}")
    command = given(examine(database.look_at_schema), "upgrade-schema").cure.en
    follow(command[command.index("clusterflow ") :])
    gone(examine(database.look_at_schema), "upgrade-schema")


def test_a_database_of_a_newer_version(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "clusterflow.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    result = given(examine(database.look_at_schema), "install-its-version")
    assert "9999, newer than any" in result.found.en
    # The version that created it has that schema.
    monkeypatch.setattr(store, "HEAD", "9999")
    monkeypatch.setattr(database, "HEAD", "9999")
    gone(examine(database.look_at_schema), "install-its-version")


def test_a_ledger_that_somebody_changed(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    backup, damaged = tmp_path / "backup.db", tmp_path / "clusterflow.db"
    follow(f"clusterflow db backup {backup}")
    with sqlite3.connect(damaged) as connection:
        connection.execute("UPDATE chain SET head = ? WHERE id = 'one'", ("f" * 64,))
    cure = given(examine(database.look_at_ledger), "verify-ledger").cure.en
    verified = run_here(cure.partition(" says where")[0])
    assert verified.returncode != 0
    assert "one" in verified.stdout + verified.stderr
    damaged_bytes = damaged.read_bytes()
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///{backup}")
    gone(examine(database.look_at_ledger), "verify-ledger")
    assert damaged.read_bytes() == damaged_bytes, "it is kept to be compared"


def test_a_notice_that_reached_nobody(
    world: World, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, address = mailbox
    monkeypatch.setenv("CLUSTERFLOW_MAIL", address)
    world.context.settings = Settings(notices_policy="off")
    box.refused.add("bruno@firm.example")
    world.state_figure("first")
    world.evaluate()
    for _ in range(8):
        Dispatcher(world.context).run()
        world.now += timedelta(days=1)
    cure = given(examine(database.look_at_dead_letters, world), "correct-recipient").cure.en
    monkeypatch.setenv("CLUSTERFLOW_TODAY", str(world.now.date()))
    record, retry = re.findall(r"clusterflow [^(),:]*(?=\)|$)", cure)
    follow(record.replace("email=...", "email=bruno@club.example"))
    follow(retry)
    gone(examine(database.look_at_dead_letters, world), "correct-recipient")
    box.mails.clear()
    Dispatcher(world.context).run()
    assert "bruno@club.example" in [to for to, _ in box.mails]


def test_many_notices_that_reached_nobody(
    world: World, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, address = mailbox
    monkeypatch.setenv("CLUSTERFLOW_MAIL", address)
    world.context.settings = Settings(notices_policy="off")
    for number in range(7):
        box.refused.add(f"p{number}@firm.example")
        world.record(
            f"person id=p{number} name=P{number} email=p{number}@firm.example from=2024-01-01",
            f"representation person=p{number} organisation=firm from=2024-01-01",
            f"seat initiative=one body=board person=p{number} organisation=firm role=member vote=true from=2024-01-01",
        )
    world.state_figure("first")
    world.evaluate()
    for _ in range(8):
        Dispatcher(world.context).run()
        world.now += timedelta(days=1)
    cure = given(examine(database.look_at_dead_letters, world), "retry-all-notices").cure.en
    monkeypatch.setenv("CLUSTERFLOW_TODAY", str(world.now.date()))
    listing, retry = re.findall(r"clusterflow [a-z -]+?(?=;|$)", cure)
    follow(listing)
    for number in range(7):
        follow(f"clusterflow record person id=p{number} email=p{number}@club.example")
    follow(retry)
    gone(examine(database.look_at_dead_letters, world), "retry-all-notices")
    assert examine(database.look_at_dead_letters, world) == []


def test_a_code_that_nobody_needs_any_more_asks_for_nothing(world: World) -> None:
    grant = Grant(initiative="one", review="first/1", findings="x", decider="d")
    made = Notice(
        key="gate-ready:one:1:bruno", rule="gate-ready", initiative="one", version=1, recipient="bruno", language="en",
        subject="A gate", body="Your code", urgency=Urgency.URGENT, grants=(grant,),
    )  # fmt: skip
    with world.context.database.begin() as connection:
        notices.insert_notices(connection, [made], world.now, None)
        connection.execute(tables.notice.update().values(dead_at=world.now))
    assert examine(database.look_at_dead_letters, world) == []


def test_a_submission_that_was_refused(world: World) -> None:
    fact = {"record": "membership", "initiative": "one", "organisation": "frim", "from": "2024-01-01"}
    [(_, result)] = submissions.receive(world.context, [delivered_event("e1", fact)])
    assert not isinstance(result, str)
    cure = given(examine(database.look_at_refused, world), "correct-submissions").cure.en
    listing, retry = re.findall(r"clusterflow [a-z ]+(?= says|$)", cure)
    follow(listing)
    follow(f"{retry} {result.refused} organisation=firm")
    gone(examine(database.look_at_refused, world), "correct-submissions")


def test_a_label_that_ends_soon(world: World) -> None:
    world.record("label initiative=one name=ESCA level=gold from=2023-01-10 to=2024-02-01")
    cure = given(examine(database.look_at_labels, world), "renew-label").cure.en
    command = cure[cure.index("clusterflow ") :]
    follow(
        command.replace("level=...", "level=gold")
        .replace("from=...", "from=2024-02-02")
        .replace("to=...", "to=2027-02-01")
    )
    gone(examine(database.look_at_labels, world), "renew-label")
