"""Each advice about settings, database, files, mail and packages is followed as it is given, and the trouble is gone.

What needs a Prefect server is in ``tests/flows/health/test_advice.py``.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage

from clusterflow.intake.submissions import delivered_event
from clusterflow.services.diagnostics import channels, database, files, packages, settings
from clusterflow.services.diagnostics.finding import CheckResult, Outcome, Surroundings
from clusterflow.services.intake import submissions
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings

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


def advice(look: Callable[[Surroundings], object], world: World | None = None) -> str:
    """The one advice, which names the same commands in both languages."""
    (result,) = examine(look, world)
    commands = [set(re.findall(r"clusterflow [a-z-]+(?: [a-z-]+)?", text)) for text in (result.cure.en, result.cure.es)]
    assert commands[0] == commands[1]
    return result.cure.en


def follow(command: str) -> None:
    """Type a command."""
    program = Path(sys.executable).with_name("clusterflow")
    done = subprocess.run([program, *shlex.split(command)[1:]], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_setting_that_is_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_SENDERS", "many")
    (result,) = examine(settings.look_at_settings)
    assert result.found.en.startswith("is not accepted; accepted: ")
    assert result.found.es.startswith("no se acepta; se acepta: ")
    assert "CLUSTERFLOW_SENDERS" in result.cure.en
    monkeypatch.setenv("CLUSTERFLOW_SENDERS", "4")
    assert examine(settings.look_at_settings) == []


def test_a_setting_whose_name_is_mistyped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGES", "es")
    name = re.findall(r"CLUSTERFLOW_\w+", advice(settings.look_at_settings))[0]
    monkeypatch.setenv(name, "es")
    monkeypatch.delenv("CLUSTERFLOW_LANGUAGES")
    assert examine(settings.look_at_settings) == []


def test_a_day_that_is_pretended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2024-01-10")
    assert advice(settings.look_at_settings).startswith("unset CLUSTERFLOW_TODAY")
    monkeypatch.delenv("CLUSTERFLOW_TODAY")
    assert examine(settings.look_at_settings) == []


def test_a_database_that_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///{tmp_path / 'new.db'}")
    command = advice(database.look_at_schema)
    follow(command[command.index("clusterflow ") :])
    assert examine(database.look_at_schema) == []


def test_entries_that_wait_for_prefect_and_notices_that_wait_to_be_written(world: World) -> None:
    world.record("initiative id=one name=Initiative-one country=ES from=2024-01-10")
    world.now += timedelta(days=1)
    results = examine(database.look_at_outbox, world)
    assert all(r.cure.en.endswith("once: clusterflow relay") for r in results)
    Dispatcher(world.context).run()
    assert [r.what.en for r in examine(database.look_at_outbox, world)] == ["outbox: to Prefect"]


def test_a_notice_that_reached_nobody(
    world: World, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, address = mailbox
    monkeypatch.setenv("CLUSTERFLOW_MAIL", address)
    world.context.settings = Settings(notices_manners="off")
    box.refused.add("bruno@firm.example")
    world.state_figure("first")
    world.evaluate()
    for _ in range(8):
        Dispatcher(world.context).run()
        world.now += timedelta(days=1)
    cure = advice(database.look_at_dead_letters, world)
    monkeypatch.setenv("CLUSTERFLOW_TODAY", str(world.now.date()))
    record, retry = re.findall(r"clusterflow [^(),:]*(?=\)|$)", cure)
    follow(record.replace("email=...", "email=bruno@club.example"))
    follow(retry)
    assert examine(database.look_at_dead_letters, world) == []
    box.mails.clear()
    Dispatcher(world.context).run()
    assert "bruno@club.example" in [to for to, _ in box.mails]


def test_a_submission_that_was_refused(world: World) -> None:
    fact = {"record": "membership", "initiative": "one", "organisation": "frim", "from": "2024-01-01"}
    [(_, result)] = submissions.receive(world.context, [delivered_event("e1", fact)])
    assert not isinstance(result, str)
    listing, retry = re.findall(r"clusterflow [a-z ]+(?= says|$)", advice(database.look_at_refused, world))
    follow(listing)
    follow(f"{retry} {result.refused} organisation=firm")
    assert examine(database.look_at_refused, world) == []


def test_a_label_that_ends_soon(world: World) -> None:
    world.record("label initiative=one name=ESCA level=gold from=2023-01-10 to=2024-02-01")
    cure = advice(database.look_at_labels, world)
    command = cure[cure.index("clusterflow ") :]
    follow(
        command.replace("level=...", "level=gold")
        .replace("from=...", "from=2024-02-02")
        .replace("to=...", "to=2027-02-01")
    )
    assert examine(database.look_at_labels, world) == []


def test_a_model_with_a_mistake(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    monkeypatch.setenv("CLUSTERFLOW_CONFIGS", str(tmp_path / "configs"))
    file = tmp_path / "configs" / "models" / "basque.yaml"
    right = file.read_text(encoding="utf-8")
    file.write_text(right.replace("kind: strategy", "kind: strategi"), encoding="utf-8")
    (result, *_) = examine(files.look)
    assert "basque.yaml" in result.what.en
    accepted = result.found.en.partition("accepted: ")[2].split(", ")
    file.write_text(
        right.replace("kind: strategy", f"kind: {next(a for a in accepted if a == 'strategy')}"), encoding="utf-8"
    )
    assert examine(files.look) == []


def test_an_office_without_a_mail_server(
    world: World, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "CLUSTERFLOW_MAIL" in advice(channels.look)
    monkeypatch.setenv("CLUSTERFLOW_MAIL", mailbox[1])
    assert examine(channels.look) == []


def test_a_package_that_is_missing_too_old_or_known_to_break() -> None:
    installed = {"prefect": "3.9.1", "fastapi": "0.151.0", "sqlalchemy": "1.4.0"}
    required = ["prefect<3.10,>=3.9.1", "sqlalchemy<2.2,>=2.0.40"]
    versions = {"fastapi": "0.150.0", "sqlalchemy": "2.1.9"}
    for result in packages.judge(installed, required, {}):
        (requirement,) = re.findall(r"^pip install '([^']+)'$", result.cure.en)
        name = re.split(r"[<>=!~]", requirement)[0]
        installed = {**installed, name: versions[name]}
    assert [r.outcome for r in packages.judge(installed, required, {})] == [Outcome.OK]
