"""Delivery, by real servers: SMTP with TLS and login, a plug-in of the office's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from apprise.plugins.email.base import NotifyEmail
from pydantic import SecretStr
from support.mailbox import Mailbox, guarded_mail_server
from support.patience import PATIENCE_SECONDS
from support.threads import at_once

from clusterflow.domain.notice import Attachment
from clusterflow.notices import mail_sessions, tls
from clusterflow.notices.delivery import Answer, Message, deliver
from clusterflow.settings import Settings

USER, PASSWORD = "office@clusterflow.example", "hunter2/very secret@"
ICS = Attachment(name="gate.ics", mime="text/calendar; method=REQUEST", content=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
LINK = "https://prefect.example/v2/x"
MESSAGE = Message("gate-ready:one:4:mona", "Gate 3 is ready", "It *waits* for you.", LINK)


@pytest.fixture(params=[True, False], ids=["starttls", "tls"])
def guarded(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Mailbox, str]]:
    """A mail server with TLS and login, whose certificate this machine trusts."""
    with guarded_mail_server(USER, PASSWORD, tmp_path, request.param) as (box, address, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        tls._context.cache_clear()
        yield box, address
    tls._context.cache_clear()


def test_mail_goes_over_tls_with_a_login(guarded: tuple[Mailbox, str]) -> None:
    box, address = guarded
    answer = deliver("mail", SecretStr(address), "mona@firm.example", MESSAGE)
    assert answer == Answer(True, "accepted")
    ((to, mail),) = box.mails
    assert (to, mail["Subject"], mail["X-Clusterflow-Notice"]) == ("mona@firm.example", "Gate 3 is ready", MESSAGE.key)
    assert "<em>waits</em>" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_a_mail_says_that_a_program_sent_it_so_that_no_out_of_office_notice_answers(
    mailbox: tuple[Mailbox, str],
) -> None:
    box, address = mailbox
    assert deliver("mail", SecretStr(address), "carla.d'angelo@firm.example", MESSAGE).delivered
    ((to, mail),) = box.mails
    assert (to, mail["Auto-Submitted"]) == ("carla.d'angelo@firm.example", "auto-generated")
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_a_wrong_login_is_refused_and_the_answer_says_so_without_it(guarded: tuple[Mailbox, str]) -> None:
    box, address = guarded
    answer = deliver("mail", SecretStr(address.replace("hunter2", "hunter3")), "mona@firm.example", MESSAGE)
    assert not answer.delivered
    assert "535" in answer.text
    assert "hunter3" not in answer.text
    assert box.mails == []


def test_a_certificate_that_nobody_vouches_for_is_refused_unless_the_office_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with guarded_mail_server(USER, PASSWORD, tmp_path) as (box, address, _):
        for _ in range(2):
            strict = deliver("mail", SecretStr(address), "mona@firm.example", MESSAGE)
            assert not strict.delivered
            assert "certificate verify failed" in strict.text
            lax = deliver("mail", SecretStr(f"{address}&verify=no"), "mona@firm.example", MESSAGE)
            assert lax.delivered, "one that does not look leaves the next as strict as before"
    assert len(box.mails) == 2


@pytest.mark.parametrize("patience", [5.0, 0.05])
def test_a_mail_that_is_accepted_late_is_delivered_and_only_a_server_that_never_answers_fails(
    mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    box, address = mailbox
    box.answers_after = 0.3
    monkeypatch.setattr(NotifyEmail, "socket_connect_timeout", 0.15)
    monkeypatch.setattr(mail_sessions, "ANSWER_SECONDS", patience)
    answer = deliver("mail", SecretStr(address), "mona@firm.example", MESSAGE)
    assert answer.delivered == (patience > box.answers_after)


def test_a_file_goes_along_with_its_whole_type(mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    message = Message("k", "Gate 3 is ready", "Come.", LINK, (ICS,))
    assert deliver("mail", SecretStr(address), "mona@firm.example", message).delivered
    ((_, mail),) = box.mails
    (part,) = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_filename() == "gate.ics"
    assert part.get_payload(decode=True) == ICS.content


@pytest.mark.parametrize("name", ["a.ics\r\nBcc: x@y.example", 'a".ics', "../a.ics", ""])
def test_a_files_name_can_begin_no_header(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Attachment(name=name, mime="text/calendar", content=b"x")


def test_no_title_begins_another_header(mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    evil = "Gate\r\nBcc: victim@x.example\r\n\r\n<script>\u2028X-Evil: 1\x00\x0b"
    message = Message(f"key\r\nX-Evil: 1{evil}", evil, "Text", LINK)
    assert deliver("mail", SecretStr(address), "mona@firm.example", message).delivered
    ((to, mail),) = box.mails
    assert to == "mona@firm.example"
    assert (mail["Bcc"], mail["X-Evil"]) == (None, None)
    assert str(mail["Subject"]).startswith("Gate Bcc: victim@x.example")


PLUGIN = """
from apprise.decorators import notify

@notify(on="desk")
def to_the_desk(body, title, notify_type, meta, *args, **kwargs):
    if meta["host"] == "broken":
        raise RuntimeError("no desk: " + meta["url"])
    open(FILE, "a").write(meta["host"] + ": " + title + "\\n")
    return True
"""


def test_a_plug_in_of_the_offices_own_delivers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    book, folder = tmp_path / "book", tmp_path / "plugins"
    folder.mkdir()
    (folder / "desk.py").write_text(PLUGIN.replace("FILE", repr(str(book))))
    address = SecretStr("desk://{to}/?token=hunter2secret")
    assert deliver("desk", address, "mona", MESSAGE, folder).delivered
    assert book.read_text() == "mona: Gate 3 is ready\n"
    broken = deliver("desk", address, "broken", MESSAGE, folder)
    assert not broken.delivered
    assert "no desk" in broken.text
    assert "hunter2secret" not in broken.text + caplog.text


def test_a_plug_in_is_there_for_all_who_send_for_the_first_time(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    slow = "import time\ntime.sleep(0.05)\n" + PLUGIN.replace("FILE", repr(str(tmp_path / "book")))
    (folder / "desk.py").write_text(slow.replace("desk", "counter"))
    answers = at_once(lambda: deliver("counter", SecretStr("counter://{to}/"), "mona", MESSAGE, folder))
    assert [answer.text for answer in answers] == ["accepted"] * len(answers)


TOGETHER = """
from threading import Barrier

from apprise.decorators import notify

ALL = Barrier(16)

@notify(on="together")
def to_all(body, title, notify_type, meta, *args, **kwargs):
    ALL.wait(PATIENCE)
    return True
"""


def test_as_many_go_at_a_time_as_the_office_says(tmp_path: Path) -> None:
    (tmp_path / "together.py").write_text(TOGETHER.replace("PATIENCE", str(PATIENCE_SECONDS)))
    answers = at_once(
        lambda: deliver("x", SecretStr("together://{to}/"), "mona", MESSAGE, tmp_path), Settings().senders
    )
    assert [answer.text for answer in answers] == ["accepted"] * 16
