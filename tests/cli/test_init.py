"""``clusterflow init`` fills an office's folder and overwrites nothing."""

from __future__ import annotations

import os
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from clusterflow.services import scaffold
from clusterflow.settings import PREFIX, Settings
from clusterflow.store.database import HEAD

from .conftest import Run

EVERYTHING = {
    ".env",
    "backup.sh",
    "clusterflow-worker.service",
    "clusterflow.service",
    "configs",
    "deployments",
    "prefect.toml",
}


@pytest.fixture
def folder(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that ``init`` has just filled, and no setting from the environment."""
    done = run("init", "office")
    assert done.code == 0, done.err
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(home / "office")
    return home / "office"


def test_the_folder_holds_what_an_office_needs(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == EVERYTHING
    assert (folder / "configs" / "models" / "cordoba.yaml").is_file()
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600, "it will hold passwords"


def test_the_settings_are_the_defaults_but_for_the_folders(folder: Path) -> None:
    settings = Settings()
    assert (settings.home, settings.configs) == (folder / "data", folder / "configs")
    assert settings.deployments == folder / "deployments"
    assert settings.model_dump(exclude=set(scaffold.FOLDERS)) == Settings(_env_file=None).model_dump(
        exclude=set(scaffold.FOLDERS)
    )


def test_every_setting_is_written_with_its_description_and_may_be_uncommented(folder: Path, tmp_path: Path) -> None:
    text = (folder / ".env").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"{PREFIX}{name.upper()}" in text
        assert field.description, name
    lines = [
        line.removeprefix("# ") if line.startswith(f"# {PREFIX}") and "=" in line else line
        for line in text.splitlines()
    ]
    chosen = {n: v for n, v in dotenv_values(stream=StringIO("\n".join(lines))).items() if v}
    assert chosen["CLUSTERFLOW_NOTICES_QUIET"] == "20:00-08:00"
    file = tmp_path / "all.env"
    file.write_text("\n".join(f"{name}={value}" for name, value in chosen.items()), encoding="utf-8")
    assert Settings(_env_file=file) == Settings()


def test_the_environment_wins_over_the_file_and_the_case_of_a_name_makes_no_difference(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("clusterflow_senders=3\nCLUSTERFLOW_LANGUAGE=es\nPREFECT_HOME=x\n", encoding="utf-8")
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGE", "en")
    monkeypatch.setenv("CLUSTERFLOW_CHANNEL", '{"telegram": "tgram://TOKEN/{to}/"}')
    settings = Settings(senders=4)
    assert (settings.language, Settings().senders, settings.senders) == ("en", 3, 4)
    assert settings.channel["telegram"].get_secret_value() == "tgram://TOKEN/{to}/"
    assert {"language", "senders"} <= settings.model_fields_set
    assert "home" not in settings.model_fields_set


def test_nothing_is_overwritten(run: Run, home: Path) -> None:
    (home / "office" / "configs").mkdir(parents=True)
    (home / "office" / ".env").write_text("CLUSTERFLOW_LANGUAGE=es\n", encoding="utf-8")
    refused = run("init", "office")
    assert refused.code != 0
    assert "already has .env, configs; nothing was written" in refused.err
    assert sorted(path.name for path in (home / "office").iterdir()) == [".env", "configs"]
    assert (home / "office" / ".env").read_text(encoding="utf-8") == "CLUSTERFLOW_LANGUAGE=es\n"
    (home / "file").touch()
    assert "is a file; name a folder" in run("init", "file").err


def test_a_folder_with_other_files_is_filled(run: Run, home: Path) -> None:
    (home / "office" / ".venv").mkdir(parents=True)
    assert run("init", "office", "--json").json["written"][0] == ".env"


def test_the_units_start_the_installed_program_in_the_folder(folder: Path) -> None:
    unit = (folder / "clusterflow.service").read_text(encoding="utf-8")
    assert f"WorkingDirectory={folder}\n" in unit
    (start,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    program = start.split('"')[1]
    assert Path(program).is_file()


def test_the_help_ends_with_an_example(run: Run) -> None:
    assert run("init", "--help").out.rstrip().endswith("Example: clusterflow init /srv/clusterflow")


def test_the_backup_script_copies_database_secret_and_configs(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("db", "upgrade").code == 0
    Settings().code_key()
    subprocess.run(["./backup.sh", "copies"], cwd=folder, check=True, capture_output=True)
    (copy,) = (folder / "copies").iterdir()
    names = {path.name for path in copy.iterdir()}
    assert names == {".env", "configs", "database", "deployments", "prefect.toml", "seal.txt", "secret"}
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///{copy / 'database'}")
    assert run("seal", "--check", str(copy / "seal.txt")).code == 0, "the copy holds everything that is sealed"
    assert run("db", "status").out.strip().endswith(f"schema {HEAD}; needed: {HEAD}")


def test_a_backup_overwrites_nothing_and_names_a_database_that_is_missing(folder: Path, run: Run) -> None:
    assert "there is no database" in run("db", "backup", "copy").err
    assert not (folder / "copy").exists()
    run("db", "upgrade")
    assert run("db", "backup", "copy").code == 0
    assert "copy already exists" in run("db", "backup", "copy").err
