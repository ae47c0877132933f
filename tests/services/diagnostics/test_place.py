"""Settings that nobody can read, a secret that everybody can, files with mistakes, channels that lead nowhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.findings import wrong
from support.mailbox import Mailbox
from support.ports import free_port
from support.world import CONFIGS

from clusterflow.services.diagnostics import channels, files, settings
from clusterflow.services.diagnostics.finding import Outcome, Surroundings

Office = Callable[..., Surroundings]


class TestSettings:
    def test_a_value_that_is_not_accepted_is_named_and_never_shown(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office()
        monkeypatch.setenv("CLUSTERFLOW_SECRET", "short-one")
        monkeypatch.setenv("CLUSTERFLOW_PREFECT_PORT", "hunter2")
        surroundings = Surroundings()
        results = list(settings.look_at_settings(surroundings))
        assert {s.what.en for s in results} == {"CLUSTERFLOW_SECRET", "CLUSTERFLOW_PREFECT_PORT"}
        assert {s.outcome for s in results} == {Outcome.TROUBLE}
        assert "short-one" not in repr(results)
        assert "hunter2" not in repr(results)
        assert surroundings.language == "en"

    def test_a_misspelt_name_and_a_pretended_day_are_warnings(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLUSTERFLOW_LANGAUGE", "es")
        monkeypatch.setenv("CLUSTERFLOW_TEST_REQUIRE", "all")
        results = list(settings.look_at_settings(office(today="2020-02-02")))
        assert wrong(results) == [
            ("CLUSTERFLOW_LANGAUGE", "no setting has this name"),
            ("CLUSTERFLOW_TODAY", "it is pretended that today is 2020-02-02"),
        ]
        assert results[0].cure.en == "was CLUSTERFLOW_LANGUAGE meant?"


class TestSecret:
    def look(self, surroundings: Surroundings) -> list[Outcome]:
        return [s.outcome for s in settings.look_at_secret(surroundings)]

    def test_a_file_that_only_its_owner_reads_is_well_and_so_is_none_yet(self, office: Office, tmp_path: Path) -> None:
        surroundings = office()
        assert self.look(surroundings) == [Outcome.OK]
        assert not (tmp_path / "secret").exists()
        surroundings.settings.code_key()
        assert self.look(surroundings) == [Outcome.OK]

    def test_a_file_that_others_read_or_that_holds_nothing_is_trouble(self, office: Office, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("0" * 64)
        file.chmod(0o644)
        assert self.look(office()) == [Outcome.TROUBLE]
        file.chmod(0o600)
        file.write_text("")
        assert self.look(office()) == [Outcome.TROUBLE]
        file.unlink()
        file.mkdir()
        assert self.look(office()) == [Outcome.TROUBLE]

    def test_neither_the_setting_nor_an_office_without_codes_needs_a_file(self, office: Office) -> None:
        assert self.look(office(secret="0" * 16)) == [Outcome.OK]
        assert self.look(office(proof="none")) == [Outcome.OK]

    def test_a_file_of_settings_with_a_secret_in_it_that_others_read_is_a_warning(
        self, office: Office, tmp_path: Path
    ) -> None:
        surroundings = office(proof="none")
        file = tmp_path / ".env"
        file.write_text("CLUSTERFLOW_LANGUAGE=es\n")
        file.chmod(0o644)
        assert self.look(surroundings) == [Outcome.OK]
        file.write_text("CLUSTERFLOW_MAIL=mailto://u:hunter2@host\n")
        results = list(settings.look_at_secret(surroundings))
        assert wrong(results) == [(".env", "others can read CLUSTERFLOW_MAIL")]
        assert "hunter2" not in repr(results)
        file.chmod(0o600)
        assert self.look(surroundings) == [Outcome.OK]


class TestFiles:
    def test_the_shipped_files_are_well(self, office: Office) -> None:
        assert [s.outcome for s in files.look(office())] == [Outcome.OK] * 6

    def test_every_mistake_of_every_file_is_reported_with_its_place(self, office: Office, tmp_path: Path) -> None:
        configs = tmp_path / "configs"
        shutil.copytree(CONFIGS, configs)
        model = configs / "models" / "basque.yaml"
        model.write_text(model.read_text(encoding="utf-8").replace("roles:", "rolls:", 1), encoding="utf-8")
        notices = configs / "notices.yaml"
        first = "first:\n  event: gate.opend\n  to: [everyone]\n  template: gate-opened\n"
        notices.write_text(first + notices.read_text(encoding="utf-8"), encoding="utf-8")
        results = [s for s in files.look(office(configs=configs)) if s.outcome is Outcome.TROUBLE]
        assert {Path(s.what.en.rsplit(":", 2)[0]).name for s in results} == {"basque.yaml", "notices.yaml"}
        assert len([s for s in results if "notices.yaml" in s.what.en]) == 2
        assert all(s.found.en and s.cure.en for s in results)


class TestChannels:
    def test_without_a_mail_server_nobody_is_notified(self, office: Office) -> None:
        assert [s.outcome for s in channels.look(office())] == [Outcome.WARNING]

    def test_a_dry_look_sends_nothing(self, office: Office, mailbox: tuple[Mailbox, str]) -> None:
        box, address = mailbox
        assert wrong(channels.look(office(mail=address))) == []
        assert box.mails == []

    def test_what_prefect_keeps_is_checked_too(self, office: Office, mailbox: tuple[Mailbox, str]) -> None:
        _, address = mailbox
        surroundings = office()
        surroundings.stored_channels = {"mail": SecretStr(address), "team": SecretStr("nonsense://hunter2")}
        results = list(channels.look(surroundings))
        assert [(s.what.en, s.outcome) for s in results] == [
            ("channel mail", Outcome.OK),
            ("channel team", Outcome.TROUBLE),
        ]
        assert "hunter2" not in repr(results)

    def test_a_message_is_sent_on_request(self, office: Office, mailbox: tuple[Mailbox, str]) -> None:
        box, address = mailbox
        box.refused.add("gone@firm.example")
        assert wrong(channels.look(office(send="mona@firm.example", mail=address))) == []
        assert [to for to, _ in box.mails] == ["mona@firm.example"]
        refused = list(channels.look(office(send="gone@firm.example", mail=address)))
        assert [s.outcome for s in refused] == [Outcome.OK, Outcome.TROUBLE]
        # A telephone number is nothing that mail could reach.
        assert len(list(channels.look(office(send="+34600000000", mail=address)))) == 1
        assert len(box.mails) == 1

    @pytest.mark.parametrize(
        "address",
        [
            "mailto://u:hunter2@",
            "mailtox://u:hunter2@host",
            "hunter2",
            "mailto://u:hunter2@host.example?cc=x@y.example",
        ],
    )
    def test_an_address_that_is_none_is_trouble_and_is_shown_nowhere(
        self, office: Office, address: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        results = list(channels.look(office(mail=address)))
        assert [s.outcome for s in results] == [Outcome.TROUBLE]
        output = capfd.readouterr()
        assert "hunter2" not in repr(results) + output.out + output.err

    def test_a_server_that_does_not_answer_is_trouble(self, office: Office) -> None:
        address = f"mailto://u:hunter2@127.0.0.1:{free_port()}?from=office@host.example&mode=insecure"
        (result,) = channels.look(office(mail=address))
        assert result.outcome is Outcome.TROUBLE
        assert "Connection refused" in result.found.en
        assert "hunter2" not in repr(result)
