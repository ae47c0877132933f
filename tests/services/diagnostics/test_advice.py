"""Advice never destroys, and what can be followed here is followed."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from clusterflow.prefect import health
from clusterflow.services import diagnostics
from clusterflow.services.diagnostics import folders, settings
from clusterflow.services.diagnostics.finding import CheckResult, Outcome, Surroundings
from clusterflow.settings import Settings

DESTROYS = re.compile(
    r"\b(delete|drop(?! folder)|rm|erase|truncate|reset|destroy|purge|overwrite|borre|bórrelo|elimine|destruya)\b",
    re.IGNORECASE,
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the checks, with its file."""
    for module in (diagnostics, health):
        for file in sorted(Path(module.__file__ or "").parent.glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Text", "plain"):
                    for part in ast.walk(node):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield file.name, part.value


def test_no_advice_destroys() -> None:
    found = list(texts())
    assert len(found) > 200
    assert [(file, text) for file, text in found if DESTROYS.search(text)] == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trouble_of(results: list[CheckResult]) -> CheckResult:
    (found,) = [s for s in results if s.outcome is not Outcome.OK]
    return found


def secret(home: Path) -> list[CheckResult]:
    return list(settings.look_at_secret(Surroundings(Settings(home=home))))


def follow(advice: str) -> None:
    """Type the command in an advice: what follows the colon, up to a remark in brackets."""
    command = advice.rpartition(": ")[2].partition(" (")[0]
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - as a person types it


def test_a_secret_that_others_can_read(home: Path) -> None:
    (home / "secret").write_text("0123456789abcdef")
    (home / "secret").chmod(0o644)
    follow(trouble_of(secret(home)).cure.en)
    assert {s.outcome for s in secret(home)} == {Outcome.OK}
    assert (home / "secret").read_text() == "0123456789abcdef"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_secret_that_is_too_short_is_moved_and_kept(home: Path, language: str) -> None:
    (home / "secret").write_text("short")
    (home / "secret").chmod(0o600)
    cure = trouble_of(secret(home)).cure
    follow(cure.en if language == "en" else cure.es)
    assert {s.outcome for s in secret(home)} == {Outcome.OK}
    assert (home / "secret.old").read_text() == "short"
    assert len(Settings(home=home).code_key()) >= 16


def test_settings_with_secrets_that_others_can_read(home: Path) -> None:
    (home / ".env").write_text("CLUSTERFLOW_MAIL=mailtos://u:p@host\n")
    (home / ".env").chmod(0o644)
    follow(trouble_of(secret(home)).cure.en)
    assert {s.outcome for s in secret(home)} == {Outcome.OK}


def test_a_drop_folder_that_is_missing(home: Path) -> None:
    surroundings = Surroundings(Settings(home=home, intake=SecretStr(str(home / "drop"))))
    assert "make the folder" in trouble_of(list(folders.look(surroundings))).cure.en
    (home / "drop").mkdir()
    assert {s.outcome for s in folders.look(surroundings)} == {Outcome.OK}
