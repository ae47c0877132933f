"""Folders that others drop files into, and that reports go to: there, and writable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from clusterflow.services.diagnostics import folders
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.settings import Settings


def look(home: Path, **settings: Any) -> dict[str, tuple[Outcome, str]]:
    results = folders.look(Surroundings(Settings(home=home, **settings)))
    return {s.what.en: (s.outcome, s.found.en) for s in results}


def test_what_is_not_in_use_is_no_trouble_and_reports_go_to_the_home_folder(tmp_path: Path) -> None:
    found = look(tmp_path / "made" / "later")
    assert {outcome for outcome, _ in found.values()} == {Outcome.OK}
    assert found["drop folder"][1] == "not in use (CLUSTERFLOW_INTAKE)"


def test_a_drop_folder_must_be_there_and_a_folder_of_reports_is_made_on_demand(tmp_path: Path) -> None:
    away = SecretStr((tmp_path / "away").as_uri())
    found = look(tmp_path, intake=away, reports=away)
    assert found["drop folder"] == (Outcome.TROUBLE, f"file://{tmp_path}/away does not exist")
    assert found["folder of reports"][0] is Outcome.OK


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = look(tmp_path, calendars=SecretStr(str(tmp_path / "file")))
    assert found["folder of calendars"] == (Outcome.TROUBLE, f"{tmp_path}/file is not a folder")


def test_an_account_without_the_right_is_reported_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "drop").mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    outcome, text = look(tmp_path, intake=SecretStr(str(tmp_path / "drop")))["drop folder"]
    assert (outcome, "cannot write" in text) == (Outcome.TROUBLE, True)


def test_a_password_in_the_address_is_not_shown(tmp_path: Path) -> None:
    outcome, text = look(tmp_path, intake=SecretStr("nowhere://u:hunter2@host/drop"))["drop folder"]
    assert (outcome, "hunter2" in text) == (Outcome.TROUBLE, False)
