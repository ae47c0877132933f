"""Dropped files are recorded once nobody writes to them, then moved, never deleted. Each drop has one effect."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest
from sqlalchemy import select
from support.intake import IntakeWorld

from clusterflow.domain.refused_submission import RefusalState
from clusterflow.errors import NotPossible
from clusterflow.intake.drop_folder import DropFolder, without_secrets
from clusterflow.services.intake import drop_folder, submissions
from clusterflow.services.intake.submissions import IntakeResult
from clusterflow.store import tables


class Folder:
    """A folder at some address, as those who drop files there see it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.fs, self.path = fsspec.core.url_to_fs(url)
        self.fs.makedirs(self.path, exist_ok=True)

    def put(self, name: str, *lines: object) -> None:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        self.fs.pipe_file(f"{self.path}/{name}", text.encode())

    def files(self) -> set[str]:
        return {path.removeprefix(f"{self.path}/") for path in self.fs.find(self.path)}

    def text(self, name: str) -> str:
        content: bytes = self.fs.cat_file(f"{self.path}/{name}")
        return content.decode()


@pytest.fixture(params=["file", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    url = f"file://{tmp_path}/drop" if request.param == "file" else f"memory://drop-{uuid4().hex}/in"
    return Folder(url)


def take(world: IntakeWorld, folder: Folder) -> IntakeResult:
    return asyncio.run(drop_folder.receive_files(world.context, DropFolder(folder.url), pause_seconds=0))


def membership(organisation: str = "firm") -> dict[str, str]:
    return {"record": "membership", "initiative": "one", "organisation": organisation, "from": "2024-01-01"}


ACME = {"record": "organisation", "id": "acme", "name": "Acme", "from": "2020-01-01"}


def test_a_file_is_recorded_and_moved(world: IntakeWorld, folder: Folder) -> None:
    folder.put("members.jsonl", ACME, membership("acme"), membership())
    assert take(world, folder) == IntakeResult(recorded=1)
    assert folder.files() == {"done/members.jsonl"}
    assert len(world.memberships()) == 2
    assert world.memberships()[0].startswith("file:")
    assert take(world, folder) == IntakeResult()


def test_a_file_with_one_bad_line_is_refused_whole_with_its_line(world: IntakeWorld, folder: Folder) -> None:
    folder.put("members.jsonl", membership(), membership("frim"), "", membership("mistry"))
    assert take(world, folder).describe("es") == "rechazadas: 1"
    assert world.memberships() == []
    (refusal,) = submissions.refusals(world.context)
    assert (refusal.address, refusal.line, len(refusal.mistakes)) == ("members.jsonl", 2, 2)
    assert folder.files() == {"refused/members.jsonl", "refused/members.jsonl.mistakes.txt"}
    head, *mistakes = folder.text("refused/members.jsonl.mistakes.txt").splitlines()
    assert f"clusterflow intake retry {refusal.id}" in head
    assert mistakes == [
        "members.jsonl:2: no organisation is called «frim». The nearest: firm",
        "members.jsonl:4: no organisation is called «mistry». The nearest: ministry",
    ]


def test_the_note_beside_a_refused_file_is_in_the_language_of_the_office(world: IntakeWorld, folder: Folder) -> None:
    world.context.settings = world.context.settings.model_copy(update={"language": "es"})
    folder.put("members.jsonl", membership("frim"))
    take(world, folder)
    head, mistake = folder.text("refused/members.jsonl.mistakes.txt").splitlines()
    assert head.startswith("No se registró nada de este archivo")
    assert mistake == "members.jsonl:1: no hay organización con el nombre «frim». Lo más parecido: firm"


def test_a_doubtful_tax_id_is_recorded_and_a_note_says_to_check_it(world: IntakeWorld, folder: Folder) -> None:
    folder.put("firms.jsonl", {**ACME, "country": "ES", "tax_id": "B12345678"})
    taken = take(world, folder)
    sentence = (
        "firms.jsonl:1: the tax id «B12345678» is recorded as it is written, but its check digit is not that of a NIF "
        "(ES); check it"
    )
    assert (taken.recorded, taken.doubts) == (1, (sentence,))
    assert taken.describe("es") == "registradas: 1, identificaciones fiscales por revisar: 1"
    assert folder.files() == {"done/firms.jsonl", "done/firms.jsonl.to-check.txt"}
    assert folder.text("done/firms.jsonl.to-check.txt") == sentence + "\n"


def figure(numerator: int) -> dict[str, object]:
    stated = {"metric": "first", "numerator": numerator, "denominator": 9, "on": "2024-01-05"}
    return {"record": "observation", "initiative": "one", **stated}


@pytest.mark.parametrize("name", ["{day}.jsonl", "figures.jsonl"])
def test_content_that_reverts_a_later_change_is_recorded_again(world: IntakeWorld, folder: Folder, name: str) -> None:
    for day, numerator in (("monday", 5), ("tuesday", 6), ("wednesday", 5)):
        world.now += timedelta(days=1)
        folder.put(name.format(day=day), figure(numerator))
        assert take(world, folder) == IntakeResult(recorded=1)
        assert figures(world) == [numerator]


def figures(world: IntakeWorld) -> list[int]:
    table = tables.REGISTRY_TABLES["observation"]
    with world.context.database.connect() as connection:
        return list(connection.execute(select(table.c.numerator).where(table.c.superseded_at.is_(None))).scalars())


def test_what_was_refused_and_came_again_is_recorded_once_whenever_it_dies(
    world: IntakeWorld, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("m.jsonl", figure(5), membership("acme"))
    take(world, folder)
    world.record("organisation id=acme name=Acme from=2020-01-01")
    folder.put("m.jsonl", figure(5), membership("acme"))

    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DropFolder, "move", dies)
        with pytest.raises(KeyboardInterrupt):
            take(world, folder)
    world.record("observation initiative=one metric=first numerator=6 denominator=9 on=2024-01-05")
    assert take(world, folder) == IntakeResult(repeated=1)
    assert figures(world) == [6]
    assert submissions.refusals(world.context) == []


def test_the_same_content_twice_changes_nothing_and_every_file_is_kept(world: IntakeWorld, folder: Folder) -> None:
    for _ in range(3):
        folder.put("m.jsonl", membership())
        folder.put("n.jsonl", membership("frim"))
        assert take(world, folder) == IntakeResult(recorded=1, refused=1)
    assert len(world.memberships()) == 1
    assert len(submissions.refusals(world.context, None)) == 1
    notes = {f for f in folder.files() if f.endswith(".mistakes.txt")}
    assert folder.files() - notes == {
        f"{where}{number}.jsonl" for where in ("done/m", "refused/n") for number in ("", "-2", "-3")
    }
    assert len(notes) == 3


def test_a_refused_file_that_comes_again_once_it_is_right_is_recorded(world: IntakeWorld, folder: Folder) -> None:
    folder.put("m.jsonl", membership("acme"))
    take(world, folder)
    world.record("organisation id=acme name=Acme from=2020-01-01")
    folder.put("m.jsonl", membership("acme"))
    assert take(world, folder) == IntakeResult(recorded=1)
    (refusal,) = submissions.refusals(world.context, None)
    assert (refusal.state, refusal.settled_by) == (RefusalState.MENDED, "intake")
    folder.put("m.jsonl", membership("acme"))
    assert take(world, folder) == IntakeResult(recorded=1)
    assert len(world.memberships()) == 1


def test_a_crash_between_recording_and_moving_is_harmless(
    world: IntakeWorld, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("good.jsonl", membership())
    folder.put("wrong.jsonl", membership("frim"))

    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(DropFolder, "move", dies)
            with pytest.raises(KeyboardInterrupt):
                take(world, folder)
    assert folder.files() == {"good.jsonl", "wrong.jsonl"}
    taken = take(world, folder)
    assert taken == IntakeResult(repeated=1, refused=1)
    assert taken.describe("en") == "1 refused, 1 already recorded before"
    assert len(world.memberships()) == 1
    assert len(submissions.refusals(world.context, None)) == 1


@pytest.mark.parametrize("name", ["m.jsonl.part", "m.tmp", ".m.jsonl.swp", "m.crdownload"])
def test_a_file_under_a_name_of_unfinished_ones_is_left_alone(world: IntakeWorld, folder: Folder, name: str) -> None:
    folder.put(name, membership())
    assert take(world, folder) == IntakeResult()
    assert folder.files() == {name}


def changing(folder: Folder, at: str) -> Callable[..., object]:
    """A pause, or a reading, in which somebody continues to write."""
    more = [membership(), ACME, membership("acme")]
    original = getattr(DropFolder, at)

    def changes(self: DropFolder, *arguments: object) -> object:
        found = original(self, *arguments)
        folder.put("m.jsonl", *more)
        more.append("")
        return found

    return changes


@pytest.mark.parametrize("at", ["list_files", "read"])
def test_a_file_that_somebody_writes_to_is_left_alone_and_loses_nothing(
    world: IntakeWorld, folder: Folder, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    folder.put("m.jsonl", membership())
    with monkeypatch.context() as patch:
        patch.setattr(DropFolder, at, changing(folder, at))
        take(world, folder)
    assert folder.files() == {"m.jsonl"}
    take(world, folder)
    assert folder.files() == {"done/m.jsonl"}
    assert len(world.memberships()) == 2


def test_a_file_that_is_too_large_is_refused_unread(
    world: IntakeWorld, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_folder, "LARGEST_BYTES", 10)
    folder.put("m.jsonl", membership())
    assert take(world, folder) == IntakeResult(refused=1)
    assert "is larger than" in submissions.refusals(world.context)[0].mistakes[0].found
    assert "refused/m.jsonl" in folder.files()


def test_a_link_leads_nowhere(world: IntakeWorld, tmp_path: Path) -> None:
    folder = Folder(f"file://{tmp_path}/drop")
    (tmp_path / "secret").write_text(json.dumps(membership()))
    os.symlink(tmp_path / "secret", tmp_path / "drop" / "m.jsonl")
    assert take(world, folder) == IntakeResult()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///nowhere/at/all", "cannot be read"),
        ("nonsense://x/y", "is no address of a folder"),
        ("s3://bucket/x", "Install s3fs"),
        ("ftp://ana:p%40ss-w0rd@127.0.0.1:9/in?token=tok3n", "is no address of a folder"),
        ("simplecache::ftp://ana:p%40ss-w0rd@127.0.0.1:9/in", "is no address of a folder"),
    ],
)
def test_the_message_about_an_address_that_does_not_answer_has_no_secrets(url: str, expected: str) -> None:
    with pytest.raises(NotPossible, match=expected) as caught:
        DropFolder(url).list_files()
    message = str(caught.value)
    assert not any(secret in message for secret in ("p%40ss-w0rd", "p@ss-w0rd", "tok3n"))
    assert caught.value.__suppress_context__


def test_of_an_address_only_host_and_path_are_without_secrets() -> None:
    assert without_secrets("ftp://ana:p%40ss@host/in?token=x") == "ftp://***@host/in"
    assert without_secrets("s3://bucket/in") == "s3://bucket/in"
    assert without_secrets("simplecache::sftp://ana:geheim@host/in") == "simplecache::sftp://***@host/in"
