"""One-time codes: sent to the decider, kept nowhere, good for one vote on the findings they were sent for."""

from __future__ import annotations

import errno
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from support.mailbox import Mailbox
from support.threads import at_once
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Severity
from clusterflow.errors import NotPossible
from clusterflow.services import gates, ledger
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings
from clusterflow.store.schema import whole_schema

CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")
BOARD = DecidedBy(roles=(Role.BOARD_CHAIR, Role.BOARD_MEMBER), need=2, per_organisation=2)
MANAGED = DecidedBy(roles=(Role.BOARD_CHAIR, Role.BOARD_MEMBER), never=(HelixKind.GOVERNMENT,))
LIFE = model(
    stage("first", (), stated("first"), stated("extra", severity=Severity.WARNING), rule=BOARD),
    stage("second", ("first",), stated("first", severity=Severity.BLOCKING), rule=MANAGED),
)


class Office(World):
    """A world whose deciders are sent codes, and whose mails can be read."""

    def __init__(self, url: str, box: Mailbox, server: str) -> None:
        super().__init__(url, LIFE)
        self.box = box
        secret = SecretStr("nobody knows this one")
        self.context.settings = Settings(database=url, configs=CONFIGS, mail=SecretStr(server), secret=secret)
        self.enrol()
        self.state_figure("first")
        self.evaluate()

    def codes(self, person: str) -> list[str]:
        """Every code that a person was sent, in order."""
        Dispatcher(self.context).run()
        mails = [m for to, m in self.box.mails if to.startswith(f"{person}@")]
        return [code for m in mails for code in CODE.findall(m.get_body(("plain",)).get_content())]  # type: ignore[union-attr]


@pytest.fixture
def office(database_url: str, mailbox: tuple[Mailbox, str]) -> Office:
    return Office(database_url, *mailbox)


def everything_stored(office: Office) -> str:
    """The whole database, as text."""
    with office.context.database.connect() as connection:
        rows = [row for table in whole_schema().tables.values() for row in connection.execute(select(table))]
    return "\n".join(map(str, rows))


def test_who_shows_the_code_that_was_sent_is_believed(office: Office) -> None:
    (mona,), (bruno,) = office.codes("mona"), office.codes("bruno")
    assert mona != bruno
    assert office.decide("first", by="mona", code=mona.replace("-", " ").lower()).taken
    assert office.decide("first", by="bruno", code=bruno).decided is DecisionKind.GO
    assert all(
        '"proved":true' in e.event.model_dump_json()
        for e in ledger.entries(office.context, "one")
        if e.event.kind == "vote.cast"
    )


def test_no_code_is_kept_anywhere(office: Office) -> None:
    codes = office.codes("mona") + office.codes("bruno")
    office.decide("first", by="mona", code=codes[0])
    stored = everything_stored(office)
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored


def test_a_code_is_good_for_nobody_else(office: Office) -> None:
    office.codes("mona")
    (bruno,) = office.codes("bruno")
    refused = office.decide("first", by="mona", code=bruno)
    assert refused.refused == "code"
    assert "Attempts left: 4" in str(refused.why)


def test_no_code_is_no_proof(office: Office) -> None:
    office.codes("mona")
    assert office.decide("first", by="mona").refused == "code"
    assert office.decide("first", by="mona", code="").refused == "code"


def test_a_used_code_decides_nothing_more(office: Office) -> None:
    (mona,) = office.codes("mona")
    office.decide("first", by="mona", code=mona)
    again = office.decide("first", by="mona", code=mona)
    assert again.refused == "code"
    assert "A code is good for one vote" in str(again.why)


def test_the_code_of_another_gate_is_wrong(office: Office) -> None:
    (mona,), (bruno,) = office.codes("mona"), office.codes("bruno")
    office.decide("first", by="mona", code=mona)
    office.decide("first", by="bruno", code=bruno)
    office.evaluate()
    assert office.decide("second", by="mona", code=mona).refused == "code"
    (*_, fresh) = office.codes("mona")
    assert office.decide("second", by="mona", code=fresh).decided is DecisionKind.GO


def test_the_government_decides_no_management_gate_whatever_it_shows(office: Office) -> None:
    (mona,), (bruno,) = office.codes("mona"), office.codes("bruno")
    (gala,) = office.codes("gala")
    office.decide("first", by="mona", code=mona)
    office.decide("first", by="bruno", code=bruno)
    office.evaluate()
    assert office.codes("gala") == [gala], "at the second gate the ministry is sent no code"
    assert office.decide("second", by="gala", code=gala).refused == "barred"


def test_the_sixth_attempt_is_not_checked_and_a_new_code_helps(office: Office) -> None:
    (mona,) = office.codes("mona")
    for left in (4, 3, 2, 1, 0):
        wrong = office.decide("first", by="mona", code="2222-2222")
        assert wrong.refused == "code"
        assert (f"Attempts left: {left}" if left else "send-code") in str(wrong.why)
    assert office.decide("first", by="mona", code=mona).refused == "locked"
    (bruno,) = office.codes("bruno")
    assert office.decide("first", by="bruno", code=bruno).taken, "others are not locked out"
    gates.renew_code(office.context, "one", "first", "mona")
    (_, fresh) = office.codes("mona")
    assert office.decide("first", by="mona", code=mona).refused == "code"
    assert office.decide("first", by="mona", code=fresh).decided is DecisionKind.GO


def test_other_findings_need_another_code_and_the_voter_is_notified(office: Office) -> None:
    (mona,), (bruno,) = office.codes("mona"), office.codes("bruno")
    office.decide("first", by="mona", code=mona)
    office.state_figure("extra")
    office.evaluate()
    assert office.decide("first", by="bruno", code=bruno).refused == "code"
    fresh = office.codes("mona")[-1]
    assert fresh != mona
    assert any("your vote at gate 1 counts no longer" in s for s in office.box.subjects("mona@firm.example"))
    assert not any("ya no cuenta" in s for s in office.box.subjects("bruno@firm.example"))
    assert office.decide("first", by="mona", code=fresh).taken
    assert office.decide("first", by="bruno", code=office.codes("bruno")[-1]).decided is DecisionKind.GO


def test_a_delegate_is_sent_the_code_of_the_vote_they_may_cast(office: Office) -> None:
    office.record("person id=nora name=Nora email=nora@firm.example from=2020-01-01 language=en")
    office.record("delegation initiative=one person=bruno delegate=nora from=2024-01-01")
    (nora,) = office.codes("nora")
    (bruno,) = office.codes("bruno")
    assert office.decide("first", by="nora", speaks_for="bruno", code=bruno).refused == "code"
    assert office.decide("first", by="nora", speaks_for="bruno", code=nora).taken


def test_a_notice_that_is_sent_again_carries_the_same_code(office: Office) -> None:
    office.box.refused = {"mona@firm.example"}
    assert office.codes("mona") == []
    office.box.refused = set()
    office.now += timedelta(minutes=2)
    (mona,) = office.codes("mona")
    assert office.decide("first", by="mona", code=mona).taken


def test_a_used_code_stays_used_when_the_findings_come_back(office: Office) -> None:
    (mona,) = office.codes("mona")
    office.decide("first", by="mona", code=mona)
    for value in (1, 0):
        office.state_figure("extra", value)
        office.evaluate()
        office.now += timedelta(days=1)
    assert office.decide("first", by="mona", code=mona).refused == "code"
    assert office.decide("first", by="mona", code=office.codes("mona")[-1]).taken


def test_no_text_of_others_can_carry_a_code_away(office: Office) -> None:
    office.record("initiative id=one name=https://evil.example/?c=\ue000n0n country=ES from=2024-01-10")
    gates.renew_code(office.context, "one", "first", "mona")
    code = office.codes("mona")[-1]
    (*_, mail) = [m for to, m in office.box.mails if to.startswith("mona@")]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.count(code) == 1
    assert code not in str(mail["Subject"])


def test_who_has_no_vote_is_sent_no_code(office: Office) -> None:
    with pytest.raises(NotPossible, match="no vote"):
        gates.renew_code(office.context, "one", "first", "nobody")


def test_notices_go_by_the_day_of_the_initiative(office: Office) -> None:
    office.record("initiative id=one name=Initiative-one country=ES timezone=Europe/Madrid from=2024-01-10")
    office.at("2024-06-02").record("seat initiative=one body=board person=mona to=2024-06-02 from=2020-01-01")
    office.now = datetime(2024, 6, 2, 22, 30, tzinfo=UTC)  # the third of June in Madrid
    before = len(office.codes("mona")), len(office.codes("bruno"))
    office.state_figure("extra")
    office.evaluate()
    assert (len(office.codes("mona")), len(office.codes("bruno"))) == (before[0], before[1] + 1)


def test_the_secret_of_the_home_folder_is_made_once_and_only_its_owner_reads_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    first = settings.code_key()
    assert first == Settings(home=home).code_key()
    assert len(first) >= 32
    assert (home / "secret").stat().st_mode & 0o777 == 0o600
    assert [f.name for f in home.iterdir()] == ["secret"]
    assert "sixteen" not in repr(Settings(home=home, secret=SecretStr("a secret of sixteen signs")))


def test_whoever_asks_for_the_secret_first_or_beside_others_gets_the_same(tmp_path: Path) -> None:
    for number in range(20):
        settings = Settings(home=tmp_path / str(number))
        keys = set(at_once(settings.code_key)) | set(at_once(settings.code_key))
        assert keys == {(settings.home / "secret").read_bytes()}
        assert [f.name for f in settings.home.iterdir()] == ["secret"]


def test_a_secret_that_is_there_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("0" * 64)
    before = tmp_path.stat().st_mtime_ns
    assert Settings(home=tmp_path).code_key() == b"0" * 64
    assert tmp_path.stat().st_mtime_ns == before


def test_where_no_secret_can_be_made_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", "x")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(OSError, match="set CLUSTERFLOW_SECRET") as caught:
        Settings(home=tmp_path).code_key()
    assert caught.value.filename == str(tmp_path / "secret")
    assert list(tmp_path.iterdir()) == []
