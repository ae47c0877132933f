"""The command line gives away what it holds, and takes it in again."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import Run


def database(home: Path, monkeypatch: pytest.MonkeyPatch, template: Path) -> None:
    """From here on another, empty database."""
    (home / "other.db").write_bytes(template.read_bytes())
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///{home / 'other.db'}")


def test_the_registry_goes_out_and_comes_in(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> None:
    printed = office("export", "registry").out
    assert office("export", "registry", "--to", "-").out == printed
    assert office("export", "registry", "--to", "facts.out").out == "facts.out: 6 lines\n"
    assert (home / "facts.out").read_text(encoding="utf-8") == printed
    assert {json.loads(line)["record"] for line in printed.splitlines()} == {
        "organisation", "office", "person", "representation", "initiative",
    }  # fmt: skip
    database(home, monkeypatch, sqlite_template)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    assert office("record", "--from", "-").out == "6 entered\n"
    assert sorted(office("export", "registry").out.splitlines()) == sorted(printed.splitlines())


def test_the_whole_office_goes_out_and_comes_in(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> None:
    office("evaluate", "one")
    commands = [("status",), ("ledger", "one", "--json"), ("explain", "one", "--json")]
    before = [office(*words).out for words in commands]
    assert office("export", "life", "--to", "life.jsonl").code == 0
    assert "the database is not empty" in office("record", "--from", "life.jsonl").err
    database(home, monkeypatch, sqlite_template)
    done = office("record", "--from", "life.jsonl", "--json")
    assert (done.code, done.json["initiatives"]) == (0, ["one"])
    assert [office(*words).out for words in commands] == before
    assert "whole" in office("ledger", "one", "--verify").out
    (home / "life.jsonl").write_text((home / "life.jsonl").read_text(encoding="utf-8")[:-30], encoding="utf-8")
    broken = office("record", "--from", "life.jsonl")
    assert (broken.code, broken.out) == (3, "")


def test_what_is_printed_steers_no_terminal(office: Run, home: Path) -> None:
    name = "C\u202eluster\u200b31m"
    office("record", "organisation", "id=odd", f"name={name}", "from=2020-01-01")
    office("record", "initiative", "id=one", f"name={name}", "country=AR", "from=2020-01-01")
    for words in (("registry",), ("life",), ("xes",), ("ocel",), ("ocel", "--format", "xml")):
        result = office("export", *words).out
        assert not {"\u202e", "\u200b"} & set(result)
    assert name in [json.loads(line).get("name") for line in office("export", "registry").out.splitlines()]


def test_tables_go_into_a_folder_or_a_zip(office: Run, home: Path) -> None:
    assert office("export", "tables", "tables").code == 0
    assert office("export", "tables", "tables.zip").code == 0
    with zipfile.ZipFile(home / "tables.zip") as archive:
        for name in archive.namelist():
            assert (home / "tables" / name).read_bytes() == archive.read(name)
    assert (home / "tables" / "organisation.csv").read_text(encoding="utf-8-sig").count("\n") == 3
    for words in (("tables",), ("tables.zip",)):
        refused = office("export", "tables", *words)
        assert (refused.code, "--replace" in refused.err) == (2, True)
        assert office("export", "tables", *words, "--replace").code == 0
    assert "cannot be written" in office("export", "tables", "tables.zip/x").err


def test_event_logs_are_printed_or_put_into_a_file(office: Run, home: Path) -> None:
    printed = office("export", "xes", "one", "--lang", "es")
    assert (printed.code, printed.err) == (0, "")
    assert "Masa crítica" in printed.out
    ElementTree.fromstring(printed.out)  # noqa: S314 - our own log
    assert len(json.loads(office("export", "ocel").out)["events"]) == 2
    for name in ("log.xml", "log.json", "log.xes"):
        sort = "xes" if name == "log.xes" else "ocel"
        assert office("export", sort, "--to", name).out == f"{name}: 2 events\n"
    assert (home / "log.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert office("export", "ocel", "--format", "xml").out == (home / "log.xml").read_text(encoding="utf-8")


def test_models_and_calendars_are_at_hand_there_too(office: Run, home: Path) -> None:
    assert office("export", "model", "basque").out == office("model", "bpmn", "basque").out
    assert office("model", "bpmn", "ecuador", "--lang", "es", "--to", "ecuador.bpmn").code == 0
    assert "Modelo de Ecuador" in (home / "ecuador.bpmn").read_text(encoding="utf-8")
    assert office("export", "calendar", "one").out == office("calendar", "initiative", "one").out


def test_what_cannot_be_is_reported(office: Run, home: Path) -> None:
    (home / "there.xes").write_text("mine", encoding="utf-8")
    (home / "folder").mkdir()
    for words, expected in (
        (("xes", "onne"), "no enrolled initiative is called «onne»; the nearest: one"),
        (("ocel", "one", "two"), "no enrolled initiative is called «two»"),
        (("xes", "--to", "there.xes"), "there.xes is already there; --replace writes over it"),
        (("life", "--to", "folder"), "folder is a folder; name a file"),
        (("registry", "--to", "missing/out.jsonl"), "missing/out.jsonl cannot be written: No such file or directory"),
        (("registry", "--to", "there.xes/out"), "cannot be written: Not a directory"),
        (("registry", "--to", "x" * 300), "cannot be written: File name too long"),
        (("xes", "--to", "--replace"), "--to needs a file, and «--replace» is an option"),
        (("model", "bask"), "no model is called «bask»; the nearest: basque"),
    ):
        done = office("export", *words)
        assert (done.code, done.out) == (2, "")
        assert expected in done.err
    assert (home / "there.xes").read_text(encoding="utf-8") == "mine"
    assert office("export", "xes", "onne", "--to", "new.xes").code == 2
    assert {p.name for p in home.iterdir() if p.name.startswith((".", "new"))} == set(), "nothing is left behind"
    assert office("export", "xes", "--to", "there.xes", "--replace").code == 0


def test_a_pipe_and_a_device_stay_what_they_are(office: Run) -> None:
    assert office("export", "registry", "--to", os.devnull).code == 0
    assert Path(os.devnull).is_char_device()


def test_an_empty_database_gives_empty_files(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> None:
    assert "clusterflow db upgrade" in run("export", "xes").err
    database(home, monkeypatch, sqlite_template)
    assert run("export", "registry").out == ""
    assert "<trace>" not in run("export", "xes").out
    assert json.loads(run("export", "ocel").out)["events"] == []
    assert run("export", "life").out == '{"clusterflow":"life","format":1,"models":0,"aliases":0,"chains":0}\n'
    (home / "empty.jsonl").write_text(run("export", "life").out, encoding="utf-8")
    assert run("record", "--from", "empty.jsonl").out == "restored: initiatives 0, ledger entries 0, facts 0\n"
