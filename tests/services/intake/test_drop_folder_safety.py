"""Others can write into the drop folder: what they prepare there leads nowhere, and holds up no other file."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from pathlib import Path

import pytest
from support.intake import IntakeWorld

from clusterflow.engine.submissions import Delivery
from clusterflow.errors import NotPossible
from clusterflow.intake.drop_folder import DropFolder, fitted, shown_name
from clusterflow.services.context import Context
from clusterflow.services.intake import drop_folder, submissions
from clusterflow.services.intake.submissions import IntakeResult

GOOD = json.dumps({"record": "membership", "initiative": "one", "organisation": "firm", "from": "2024-01-01"})


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    path = tmp_path / "drop"
    path.mkdir()
    return path


def take(world: IntakeWorld, drop: Path) -> IntakeResult:
    return asyncio.run(drop_folder.receive_files(world.context, DropFolder(f"file://{drop}"), pause_seconds=0))


def files(drop: Path) -> set[str]:
    return {str(p.relative_to(drop)) for p in drop.rglob("*") if p.is_file()}


def test_a_note_is_not_written_through_a_link(world: IntakeWorld, drop: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (drop / "refused").mkdir()
    (drop / "refused" / "bad.jsonl.mistakes.txt").symlink_to(victim)
    (drop / "refused" / "absent.jsonl.mistakes.txt").symlink_to(tmp_path / "made-through-a-link")
    (drop / "bad.jsonl").write_text("{")
    (drop / "absent.jsonl").write_text("{")
    assert take(world, drop) == IntakeResult(refused=2)
    assert victim.read_text() == "precious"
    assert not (tmp_path / "made-through-a-link").exists()
    assert (drop / "refused" / "bad-2.jsonl.mistakes.txt").is_file()
    assert (drop / "refused" / "absent-2.jsonl").is_file()


def test_a_file_is_not_moved_over_a_link(world: IntakeWorld, drop: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (drop / "done").mkdir()
    (drop / "done" / "m.jsonl").symlink_to(victim)
    (drop / "m.jsonl").write_text(GOOD)
    assert take(world, drop) == IntakeResult(recorded=1)
    assert victim.read_text() == "precious"
    assert (drop / "done" / "m-2.jsonl").read_text() == GOOD


@pytest.mark.parametrize("subfolder", ["done", "refused"])
@pytest.mark.parametrize("leads_to", ["a folder", "nothing", "is a file"])
def test_a_subfolder_that_is_no_folder_stops_the_run_before_anything_is_recorded(
    world: IntakeWorld, drop: Path, tmp_path: Path, subfolder: str, leads_to: str
) -> None:
    outside = tmp_path / "outside"
    if leads_to == "a folder":
        outside.mkdir()
    if leads_to == "is a file":
        (drop / subfolder).write_text("")
    else:
        (drop / subfolder).symlink_to(outside)
    (drop / "m.jsonl").write_text(GOOD)
    with pytest.raises(NotPossible, match=f"{subfolder}/ in it is a link or a file, and has to be a folder"):
        take(world, drop)
    assert world.memberships() == []
    assert (drop / "m.jsonl").exists()
    assert not outside.exists() or not list(outside.iterdir())


def test_a_subfolder_that_becomes_a_link_during_the_run_is_not_followed(
    world: IntakeWorld, drop: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (drop / "m.jsonl").write_text(GOOD)
    folder = DropFolder(f"file://{drop}")
    (stamp,) = folder.list_files().values()
    (drop / "done").symlink_to(outside)
    with pytest.raises(NotPossible, match="has to be a folder"):
        folder.move("m.jsonl", stamp, "done")
    assert not list(outside.iterdir())


@pytest.mark.parametrize("becomes", ["link", "pipe"])
def test_what_takes_the_place_of_a_file_after_it_was_listed_is_not_read(
    drop: Path, tmp_path: Path, becomes: str
) -> None:
    (drop / "m.jsonl").write_text(GOOD)
    (tmp_path / "secret").write_text(GOOD)
    folder = DropFolder(f"file://{drop}")
    (stamp,) = folder.list_files().values()
    (drop / "m.jsonl").unlink()
    if becomes == "link":
        (drop / "m.jsonl").symlink_to(tmp_path / "secret")
    else:
        os.mkfifo(drop / "m.jsonl")
    with pytest.raises(NotPossible):
        folder.read("m.jsonl", stamp)


@pytest.mark.parametrize("content", [GOOD, "{", ""])
def test_a_name_that_is_not_utf_8_is_taken_under_an_escaped_name(world: IntakeWorld, drop: Path, content: str) -> None:
    for name, end in ((b"ni\xf1o.jsonl", ""), (b"ni\xf1o.csv", "\n")):
        Path(os.fsdecode(os.fsencode(drop) + b"/" + name)).write_text(content + end)
    (drop / "other.jsonl").write_text(GOOD.replace("firm", "ministry"))
    result = take(world, drop)
    assert result.problems == ()
    assert (result.recorded, result.refused) == ((2, 1) if content == GOOD else (1, 2))
    where = "done" if content == GOOD else "refused"
    assert f"{where}/ni%F1o.jsonl" in files(drop)
    assert "refused/ni%F1o.csv.mistakes.txt" in files(drop)
    assert "done/other.jsonl" in files(drop)
    assert "ni%F1o.csv" in {r.address for r in submissions.refusals(world.context)}
    assert take(world, drop) == IntakeResult()


def test_only_bytes_that_are_not_utf_8_and_signs_that_steer_are_escaped() -> None:
    assert shown_name("niño año 5 %F1.csv") == "niño año 5 %F1.csv"
    assert shown_name(os.fsdecode(b"ni\xf1o.csv")) == "ni%F1o.csv"
    assert shown_name("a\nb\t\x1b[2J\u202e.csv") == "a%0Ab%09%1B[2J%E2%80%AE.csv"


def test_neither_a_name_nor_a_note_steers_a_terminal_or_adds_a_line(world: IntakeWorld, drop: Path) -> None:
    (drop / "m\nm.jsonl:9: all is well\x1b[2J.jsonl").write_text(GOOD.replace("firm", "frim\u202e\u200b"))
    assert take(world, drop) == IntakeResult(refused=1)
    name = "m%0Am.jsonl:9: all is well%1B[2J.jsonl"
    assert files(drop) == {f"refused/{name}", f"refused/{name}.mistakes.txt"}
    note = (drop / "refused" / f"{name}.mistakes.txt").read_text("utf-8")
    assert len(note.splitlines()) == 2
    assert "«frim\\u202e\\u200b»" in note


@pytest.mark.parametrize("sign", [b"x", b"\xf1", "ñ".encode()], ids=["ascii", "no UTF-8", "UTF-8"])
@pytest.mark.parametrize("content", [GOOD, "{"], ids=["recorded", "refused"])
def test_a_name_as_long_as_a_file_system_takes_is_shortened(
    world: IntakeWorld, drop: Path, sign: bytes, content: str
) -> None:
    for start in (b"a", b"b"):
        name = start + (sign * 255)[: (248 if len(sign) == 1 else 247) - len(start)] + b".jsonl"
        Path(os.fsdecode(os.fsencode(drop) + b"/" + name)).write_text(content)
    result = take(world, drop)
    assert result == (IntakeResult(recorded=2) if content == GOOD else IntakeResult(refused=2))
    moved = [name for name in files(drop) if name.endswith(".jsonl")]
    assert {name.partition("/")[0] for name in moved} == {"done" if content == GOOD else "refused"}
    assert len(moved) == 2
    assert take(world, drop) == IntakeResult()


def test_a_shortened_name_keeps_its_ending_and_its_whole_letters() -> None:
    assert fitted("m.jsonl", 1) == "m.jsonl"
    assert fitted("m.jsonl", 2) == "m-2.jsonl"
    assert fitted("ñ" * 200 + ".jsonl", 12) == "ñ" * 105 + "-12.jsonl"
    assert fitted("m." + "x" * 250, 1) == "m." + "x" * 218
    assert fitted("m." + "x" * 250, 2) == "m." + "x" * 216 + "-2"


OF_PROGRAMS = ["~$m.xlsx", ".~lock.m.ods#", "Thumbs.db", "desktop.ini", "Desktop.ini", ".DS_Store", "m.xlsx~", "a.TMP"]


@pytest.mark.parametrize("name", OF_PROGRAMS)
def test_files_of_desktops_and_office_programs_are_not_taken(world: IntakeWorld, drop: Path, name: str) -> None:
    (drop / name).write_bytes(b"\x00")
    assert take(world, drop) == IntakeResult()
    assert files(drop) == {name}


@pytest.mark.parametrize("lock", ["~$m.jsonl", ".~lock.m.jsonl#"])
def test_a_file_that_somebody_has_open_waits_until_it_is_closed(world: IntakeWorld, drop: Path, lock: str) -> None:
    (drop / "m.jsonl").write_text(GOOD)
    (drop / lock).write_text("")
    (problem,) = take(world, drop).problems
    assert problem == (
        f"m.jsonl is open in an office program and is left for the next run. If nobody has it open, delete {lock}"
    )
    assert world.memberships() == []
    (drop / lock).unlink()
    assert take(world, drop) == IntakeResult(recorded=1)


def test_notes_are_readable_by_those_who_may_read_the_folder(world: IntakeWorld, drop: Path) -> None:
    (drop / "m.jsonl").write_text("{")
    before = os.umask(0o027)
    try:
        take(world, drop)
    finally:
        os.umask(before)
    assert stat.S_IMODE((drop / "refused/m.jsonl.mistakes.txt").stat().st_mode) == 0o640


def test_a_workbook_that_makes_clusterflow_fail_is_refused_and_the_others_go_on(
    world: IntakeWorld, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = drop_folder.read_delivery

    def fail(context: Context, name: str, content: bytes) -> tuple[Delivery, bytes]:
        if name == "one.a.csv":
            raise AssertionError("a mistake of ours")
        return original(context, name, content)

    monkeypatch.setattr(drop_folder, "read_delivery", fail)
    for name in ("one.a.csv", "one.b.csv"):
        (drop / name).write_text(f"Proyecto,Desde\nLaboratorio {name},2024-01-05\n")
    assert take(world, drop) == IntakeResult(recorded=1, refused=1)
    assert "done/one.b.csv" in files(drop)
    assert "failed to read it (AssertionError)" in (drop / "refused/one.a.csv.mistakes.txt").read_text()


def test_the_files_of_one_run_are_bounded_together(
    world: IntakeWorld, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_folder, "MOST_BYTES", len(GOOD) + 5)
    for name in "abc":
        (drop / f"{name}.jsonl").write_text(GOOD + "\n")
    assert [take(world, drop).recorded for _ in range(4)] == [1, 1, 1, 0]
