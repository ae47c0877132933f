"""Advice about the files, the secret, the mail server and the packages of this machine is followed as it is given."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.account import as_account, give, open_folder, withhold
from support.findings import given, gone
from support.mailbox import Mailbox, mail_server
from support.ports import free_port
from support.world import CONFIGS

from clusterflow.services.diagnostics import channels, files, folders, packages, settings
from clusterflow.services.diagnostics.advice import ADVICE
from clusterflow.services.diagnostics.finding import Check, CheckResult, Outcome, Surroundings, ok, plain
from clusterflow.services.diagnostics.runner import examine
from clusterflow.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CLUSTERFLOW_{name.upper()}", raising=False)
    monkeypatch.setenv("CLUSTERFLOW_HOME", str(tmp_path))
    return tmp_path


def secret(home: Path) -> list[CheckResult]:
    return list(settings.look_at_secret(Surroundings(Settings(home=home))))


def follow(advice: str) -> None:
    """Type the command in an advice: what follows the colon, up to a remark in brackets."""
    command = advice.rpartition(": ")[2].partition(" (")[0]
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - as a person types it


class TestSecret:
    def test_one_that_others_can_read(self, home: Path) -> None:
        (home / "secret").write_text("0123456789abcdef")
        (home / "secret").chmod(0o644)
        follow(given(secret(home), "close-file").cure.en)
        gone(secret(home), "close-file")
        assert (home / "secret").read_text() == "0123456789abcdef"

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_one_that_is_too_short_is_moved_and_kept(self, home: Path, language: str) -> None:
        (home / "secret").write_text("short")
        (home / "secret").chmod(0o600)
        cure = given(secret(home), "restore-secret").cure
        follow(cure.en if language == "en" else cure.es)
        gone(secret(home), "restore-secret")
        assert (home / "secret.old").read_text() == "short"
        assert len(Settings(home=home).code_key()) >= 16

    def test_one_that_another_account_owns(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        secret(home)  # imports what it needs
        with open_folder() as folder:
            file = folder / "secret"
            file.write_text("0123456789abcdef")
            withhold(file)
            assert "cannot be read" in given(as_account(lambda: secret(folder)), "own-secret").found.en
            give(file)
            gone(as_account(lambda: secret(folder)), "own-secret")
            assert {s.outcome for s in as_account(lambda: secret(folder))} == {Outcome.OK}
            withhold(file)
            monkeypatch.setenv("CLUSTERFLOW_SECRET", "another-one-of-16-signs")
            gone(secret(folder), "own-secret")

    def test_settings_with_secrets_that_others_can_read(self, home: Path) -> None:
        (home / ".env").write_text("CLUSTERFLOW_MAIL=mailtos://u:p@host\n")
        (home / ".env").chmod(0o644)
        follow(given(secret(home), "close-file").cure.en)
        gone(secret(home), "close-file")


class TestFolders:
    def look(self, home: Path, **own: object) -> list[CheckResult]:
        return list(folders.look(Surroundings(Settings(home=home, **own))))  # type: ignore[arg-type]

    def test_a_drop_folder_that_is_missing(self, home: Path) -> None:
        drop = SecretStr(str(home / "drop"))
        given(self.look(home, intake=drop), "make-folder")
        (home / "drop").mkdir()
        gone(self.look(home, intake=drop), "make-folder")

    def test_a_file_in_the_place_of_a_folder(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "file").touch()
        monkeypatch.setenv("CLUSTERFLOW_CALENDARS", str(home / "file"))
        cure = given(self.look(home), "correct-folder").cure.en
        (name,) = re.findall(r"CLUSTERFLOW_\w+", cure)
        monkeypatch.setenv(name, str(home / "calendars"))
        gone(self.look(home), "correct-folder")

    @pytest.mark.parametrize("way", ["the right is given", "another folder is named"])
    def test_a_folder_in_which_the_account_may_not_write(self, home: Path, way: str) -> None:
        self.look(home)  # imports what it needs
        with open_folder() as folder:
            drop, reports = folder / "drop", folder / "reports"
            drop.mkdir()
            withhold(drop)
            reports.mkdir()
            give(reports)
            drop_of = SecretStr(str(drop))
            found = as_account(lambda: self.look(folder, intake=drop_of, reports=SecretStr(str(reports))))
            assert "cannot write" in given(found, "permit-writing").found.en
            if way == "the right is given":
                give(drop)
            else:
                drop_of = SecretStr(str(reports))
            gone(
                as_account(lambda: self.look(folder, intake=drop_of, reports=SecretStr(str(reports)))),
                "permit-writing",
            )


class TestFiles:
    @pytest.fixture
    def configs(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        shutil.copytree(CONFIGS, home / "configs")
        monkeypatch.setenv("CLUSTERFLOW_CONFIGS", str(home / "configs"))
        return home / "configs"

    def look(self) -> list[CheckResult]:
        return list(files.look(Surroundings()))

    def test_a_number_where_a_text_is_accepted(self, configs: Path) -> None:
        file = configs / "schedules.yaml"
        right = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'cron: "[^"]+"', 'cron: "every day"', right, count=1), encoding="utf-8")
        assert "schedules.yaml" in given(self.look(), "correct-file").what.en
        file.write_text(right, encoding="utf-8")
        gone(self.look(), "correct-file")

    def test_a_key_that_is_mistyped(self, configs: Path) -> None:
        file = configs / "models" / "basque.yaml"
        right = file.read_text(encoding="utf-8")
        file.write_text(right.replace("    kind: strategy", "    kimd: strategy"), encoding="utf-8")
        (key,) = re.findall(r"[«\"'`](\w+)[»\"'`]|: (\w+)", given(self.look(), "correct-entry").cure.en)[0:1]
        file.write_text(right.replace("    kind: strategy", f"    {key[0] or key[1]}: strategy"), encoding="utf-8")
        gone(self.look(), "correct-entry")


class TestMail:
    def look(self) -> list[CheckResult]:
        return list(channels.look(Surroundings()))

    def test_an_office_without_a_mail_server(
        self, home: Path, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (name,) = re.findall(r"CLUSTERFLOW_\w+", given(self.look(), "set-mail-server").cure.en)
        monkeypatch.setenv(name, mailbox[1])
        gone(self.look(), "set-mail-server")
        assert {s.outcome for s in self.look()} == {Outcome.OK}

    @pytest.mark.parametrize("way", ["the server is started", "the address is mended"])
    def test_a_mail_server_that_does_not_answer(self, home: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
        port = free_port()
        monkeypatch.setenv("CLUSTERFLOW_MAIL", f"mailto://127.0.0.1:{port}/?from=office@host.example&mode=insecure")
        assert "does not answer" in given(self.look(), "start-mail-server").found.en
        with mail_server(port if way == "the server is started" else None) as (_, address):
            if way == "the address is mended":
                monkeypatch.setenv("CLUSTERFLOW_MAIL", address)
            gone(self.look(), "start-mail-server")
            assert {s.outcome for s in self.look()} == {Outcome.OK}

    def test_an_address_that_is_none(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLUSTERFLOW_MAIL", "mailtox://u:p@host")
        (example,) = re.findall(r"mailtos://[^\s;]+", given(self.look(), "correct-channel").cure.en)
        monkeypatch.setenv("CLUSTERFLOW_MAIL", example.replace("smtp.office.example", "127.0.0.1:1"))
        gone(self.look(), "correct-channel")


class TestPackages:
    def test_one_that_is_missing_too_old_or_known_to_break(self) -> None:
        installed = {"prefect": "3.9.1", "fastapi": "0.151.0", "sqlalchemy": "1.4.0"}
        required = ["prefect<3.10,>=3.9.1", "sqlalchemy<2.2,>=2.0.40"]
        versions = {"fastapi": "0.150.0", "sqlalchemy": "2.1.9"}
        given(packages.judge(installed, required, {}), "install-package")
        for result in packages.judge(installed, required, {}):
            (requirement,) = re.findall(r"^pip install '([^']+)'$", result.cure.en)
            name = re.split(r"[<>=!~]", requirement)[0]
            installed = {**installed, name: versions[name]}
        gone(packages.judge(installed, required, {}), "install-package")

    def test_other_versions_than_the_tested_ones(self) -> None:
        pins = packages._pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
        other = {**pins, "sqlalchemy": "2.1.1"}
        command = given(packages.judge(other, (), pins), "install-tested-versions").cure.en
        file = re.findall(r"-c '?(\S+?)'? ", command)[0]
        installed = {**other, **packages._pins((ROOT / file).read_text(encoding="utf-8"))}
        gone(packages.judge(installed, (), pins), "install-tested-versions")


class TestChecks:
    def check(self, look: Callable[[Surroundings], Iterator[CheckResult]]) -> list[Check]:
        return [Check("a", plain("a"), look)]

    def test_one_that_was_slow_is_repeated_when_the_machine_is_idle(self, home: Path) -> None:
        busy = threading.Event()

        def look(_: Surroundings) -> Iterator[CheckResult]:
            busy.wait(0.7)
            yield ok(plain("a thing"))

        given(list(examine(self.check(look), Surroundings(), 0.5)), "repeat-when-idle")
        busy.set()
        gone(list(examine(self.check(look), Surroundings(), 0.5)), "repeat-when-idle")

    def test_what_did_not_answer_is_started(self, home: Path) -> None:
        up = threading.Event()

        def look(_: Surroundings) -> Iterator[CheckResult]:
            up.wait()
            yield ok(plain("a thing"))

        given(list(examine(self.check(look), Surroundings(), 0.1)), "start-what-is-asked")
        up.set()
        gone(list(examine(self.check(look), Surroundings(), 5)), "start-what-is-asked")

    def test_a_mistake_of_ours_is_reported_with_its_text_and_mended(self, home: Path) -> None:
        def look(_: Surroundings) -> Iterator[CheckResult]:
            if mistaken:
                raise ZeroDivisionError("by nothing")
            yield ok(plain("a thing"))

        mistaken = True
        finding = given(list(examine(self.check(look), Surroundings())), "report-mistake")
        assert "with this text" in ADVICE["report-mistake"].en
        assert "ZeroDivisionError: by nothing" in finding.found
        mistaken = False
        gone(list(examine(self.check(look), Surroundings())), "report-mistake")
