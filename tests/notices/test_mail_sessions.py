"""One session with a mail server serves many mails. A mail fails alone, and a broken session is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr
from support.mailbox import Mailbox, guarded_mail_server
from support.patience import PATIENCE_SECONDS
from support.ports import free_port

from clusterflow.notices import mail_sessions
from clusterflow.notices.delivery import Answer, Message, deliver


class Counted(Mailbox):
    """Counts its sessions; ``most`` is the number of mails that each may send."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions, self.most = 0, 1000

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.mails = 0
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        session.mails += 1
        if session.mails > self.most:
            return "421 too many mails in one session"
        envelope.mail_from = address
        return "250 OK"


@contextmanager
def serving(box: Mailbox, port: int) -> Iterator[str]:
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"mailto://127.0.0.1:{port}/?from=office@clusterflow.example&mode=insecure"
    finally:
        controller.stop()


@pytest.fixture(autouse=True)
def no_sessions() -> Iterator[None]:
    mail_sessions.close_sessions()
    yield
    mail_sessions.close_sessions()


def send(address: str, number: int) -> Answer:
    return deliver(
        "mail", SecretStr(address), f"p{number}@firm.example", Message(f"key:{number}", "A gate", "Text", None)
    )


def test_a_session_serves_many_mails_each_with_its_recipient_and_its_key() -> None:
    box = Counted()
    with serving(box, free_port()) as address:
        assert all(send(address, n).delivered for n in range(5))
    assert box.sessions == 1
    assert [(to, m["To"], m["X-Clusterflow-Notice"]) for to, m in box.mails] == [
        (f"p{n}@firm.example", f"p{n}@firm.example", f"key:{n}") for n in range(5)
    ]


def test_a_refused_mail_fails_alone() -> None:
    box = Counted()
    box.refused = {"p1@firm.example"}
    with serving(box, free_port()) as address:
        answers = [send(address, n) for n in range(4)]
    assert [a.delivered for a in answers] == [True, False, True, True]
    assert "550" in answers[1].text
    assert box.sessions == 1
    assert box.keys() == ["key:0", "key:2", "key:3"]


def test_a_server_that_takes_no_more_in_a_session_gets_a_new_one() -> None:
    box = Counted()
    box.most = 2
    with serving(box, free_port()) as address:
        assert all(send(address, n).delivered for n in range(5))
    assert box.sessions == 3
    assert box.keys() == [f"key:{n}" for n in range(5)]


def test_a_session_that_broke_between_two_mails_is_made_anew() -> None:
    box, port = Counted(), free_port()
    with serving(box, port) as address:
        assert send(address, 0).delivered
    assert not send(address, 1).delivered, "the server is away"
    with serving(box, port) as address:
        assert send(address, 2).delivered
        assert send(address, 3).delivered
    with serving(box, port) as address:
        assert send(address, 4).delivered
    assert box.keys() == ["key:0", "key:2", "key:3", "key:4"]


def test_sessions_are_not_shared_between_accounts(tmp_path: Path) -> None:
    with guarded_mail_server("office", "hunter2", tmp_path) as (box, address, _):
        right = f"{address}&verify=no"
        assert send(right, 0).delivered
        assert not send(right.replace("hunter2", "hunter3"), 1).delivered
        assert not send(address, 2).delivered, "a session of one that does not verify serves nobody who does"
        assert send(right, 3).delivered
    assert box.keys() == ["key:0", "key:3"]


def test_while_a_mail_hangs_no_other_is_begun_with_that_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_sessions, "LONG_SECONDS", 0.0)
    box, other = Counted(), Counted()
    box.answers_after = 3600
    answers: list[Answer] = []
    with serving(other, free_port()) as elsewhere, serving(box, free_port()) as address:
        monkeypatch.setattr(mail_sessions, "ANSWER_SECONDS", 5.0)
        hanging = Thread(target=lambda: answers.append(send(address, 0)), daemon=True)
        hanging.start()
        while not box.mails:
            assert hanging.is_alive()
        late = send(address, 1)
        assert not late.delivered
        assert "not begun" in late.text
        assert len(box.mails) == 1
        assert send(elsewhere, 2).delivered, "another server is no concern of it"
        hanging.join(PATIENCE_SECONDS)
    assert [a.delivered for a in answers] == [False]
