"""A web hook that refuses, dawdles, hangs up, answers twice: tried again, then another way, then a dead letter."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from apprise.plugins.custom_json import NotifyJSON
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from support.mailbox import Mailbox
from support.patience import PATIENCE_SECONDS
from support.ports import free_port
from support.world import CONFIGS, World, model, stage, stated
from werkzeug import Request, Response

from clusterflow.domain.notice import Attachment, Notice
from clusterflow.notices.delivery import PARTS
from clusterflow.rules.backoff import ATTEMPTS_PER_CHANNEL, BACKOFF
from clusterflow.services import outbox
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings
from clusterflow.store import notices, tables
from clusterflow.store.schema import whole_schema

ICS = Attachment(name="gate.ics", mime="text/calendar", content=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


class Hook:
    """A web hook and what it answers next; it keeps what it got."""

    def __init__(self, server: HTTPServer) -> None:
        self.got: list[Request] = []
        self.then: list[str] = []
        self.over = threading.Event()
        server.expect_request("/notices/mona@firm.example", method="POST").respond_with_handler(self._answer)
        self.address = f"json://office:hunter2@127.0.0.1:{server.port}/notices/{{to}}?rto=2&:room=hunter2-token"

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.got.append(request)
        what = self.then.pop(0) if self.then else "taken"
        if what == "slow":
            self.over.wait(PATIENCE_SECONDS)  # longer than Apprise waits
        if what == "dropped":
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)  # it took it, and hangs up
        if what.startswith("doubled"):  # it answers, and then once more
            status = "503 Service Unavailable" if what == "doubled no" else "200 OK"
            answer = f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\ntaken"
            request.environ["werkzeug.socket"].sendall(answer.encode() * 2)
        if what == "refused":
            return Response(f"no: {request.headers['Authorization']} {request.get_data(as_text=True)}", 503)
        return Response("taken", 200)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with HTTPServer(threaded=True) as server:
        made = Hook(server)
        yield made
        made.over.set()


@pytest.fixture
def world(database_url: str, hook: Hook, mailbox: tuple[Mailbox, str]) -> World:
    """One notice for Mona is due, whose first channel is the hook and whose second is mail."""
    w = World(database_url, model(stage("first", (), stated("first"))))
    channel = {"hook": SecretStr(hook.address)}
    w.context.settings = Settings(
        database=database_url, configs=CONFIGS, channel=channel, mail=SecretStr(mailbox[1]), proof="none"
    )
    w.record(
        # Recorded in another order than they are tried.
        "channel person=mona channel=mail rank=2 from=2024-01-01",
        "channel person=mona channel=hook address=mona@firm.example rank=1 from=2024-01-01",
    )
    write(w, "a:key")
    return w


def write(w: World, *keys: str, person: str = "mona") -> None:
    made = [
        Notice(
            key=key, rule="gate-ready", initiative="one", version=1, recipient=person, language="en",
            subject=f"Subject {key}", body="Body", attachments=(ICS,),
        )
        for key in keys
    ]  # fmt: skip
    with w.context.database.begin() as connection:
        notices.insert_notices(connection, made, w.now, None)


def attempts(w: World) -> list[tuple[str, bool]]:
    table = tables.delivery
    with w.context.database.connect() as connection:
        rows = connection.execute(select(table.c.channel, table.c.delivered).order_by(table.c.notice, table.c.attempt))
        return [(r.channel, r.delivered) for r in rows]


def rounds(w: World, many: int) -> None:
    for _ in range(many):
        Dispatcher(w.context).run()
        w.now += max(BACKOFF)


def test_a_hook_gets_the_text_the_key_and_the_file(world: World, hook: Hook) -> None:
    assert Dispatcher(world.context).run().delivered == 1
    (request,) = hook.got
    assert request.headers["X-Clusterflow-Notice"] == "a:key"
    sent = json.loads(request.get_data())
    assert (sent["title"], sent["message"].strip()) == ("Subject a:key", "Body")
    assert sent["attachments"][0]["filename"] == "gate.ics"


@pytest.mark.parametrize("how", ["refused", "slow", "dropped"])
def test_what_the_hook_did_not_take_is_sent_again_with_the_same_key(world: World, hook: Hook, how: str) -> None:
    hook.then = [how]
    assert Dispatcher(world.context).run().failed == 1
    assert Dispatcher(world.context).run().failed == 0, "not before its time"
    world.now += BACKOFF[0]
    assert Dispatcher(world.context).run().delivered == 1
    assert [r.headers["X-Clusterflow-Notice"] for r in hook.got] == ["a:key", "a:key"], "who took it twice can tell"
    assert attempts(world) == [("hook", False), ("hook", True)]


def test_of_a_text_in_parts_those_that_arrived_are_not_sent_again(
    world: World, hook: Hook, mailbox: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARTS, "jsons", 4)
    monkeypatch.setattr(NotifyJSON, "body_maxlen", 200)
    with world.context.database.begin() as connection:
        connection.execute(tables.notice.update().values(body="\n\n".join(f"Paragraph {n}. " * 9 for n in range(3))))
    hook.then = ["taken", "refused", "taken", "refused", "refused"]
    assert Dispatcher(world.context).run().failed == 1
    world.now += BACKOFF[0]
    assert Dispatcher(world.context).run().failed == 1
    messages = [json.loads(r.get_data())["message"] for r in hook.got]
    assert [h.strip()[:5] for h in messages] == ["(1/3)", "(2/3)", "(2/3)", "(3/3)"]
    assert [bool(json.loads(r.get_data())["attachments"]) for r in hook.got] == [False, False, False, True]
    world.now += BACKOFF[1]
    Dispatcher(world.context).run()
    assert mailbox[0].subjects("mona@firm.example") == ["Subject a:key"], "the next channel gets it whole"


def test_an_answer_that_comes_twice_is_one_answer(world: World, hook: Hook) -> None:
    """And what it left in the line is not taken for the answer to the next message."""
    write(world, "b:key", "c:key")
    hook.then = ["doubled", "refused", "doubled no"]
    sent = Dispatcher(world.context).run()
    assert (sent.delivered, sent.failed) == (1, 2)
    world.now += BACKOFF[0]
    assert Dispatcher(world.context).run().delivered == 2
    keys = [r.headers["X-Clusterflow-Notice"] for r in hook.got]
    assert (keys[:3], sorted(keys[3:])) == (["a:key", "b:key", "c:key"], ["b:key", "c:key"])
    assert attempts(world) == [("hook", True), ("hook", False), ("hook", True), ("hook", False), ("hook", True)]


def test_the_next_channel_is_taken_when_the_first_is_given_up(
    world: World, hook: Hook, mailbox: tuple[Mailbox, str]
) -> None:
    hook.then = ["refused"] * 99
    rounds(world, ATTEMPTS_PER_CHANNEL)
    assert mailbox[0].subjects("mona@firm.example") == ["Subject a:key"], "at once, in the same round"
    assert attempts(world) == [("hook", False)] * ATTEMPTS_PER_CHANNEL + [("mail", True)]


def test_what_nobody_takes_is_a_dead_letter_that_says_why(
    world: World, hook: Hook, mailbox: tuple[Mailbox, str]
) -> None:
    hook.then, mailbox[0].refused = ["refused"] * 99, {"mona@firm.example"}
    rounds(world, ATTEMPTS_PER_CHANNEL + len(BACKOFF) + 2)
    (letter,) = outbox.backlog(world.context).dead
    assert (letter.rule, letter.recipient, letter.initiative, letter.channel) == ("gate-ready", "mona", "one", "mail")
    assert "550" in letter.answer
    assert outbox.backlog(world.context).given_up == 1
    assert len(attempts(world)) == ATTEMPTS_PER_CHANNEL + 1 + len(BACKOFF)


def test_a_channel_that_is_not_there_is_left_out_while_another_is(
    world: World, hook: Hook, mailbox: tuple[Mailbox, str]
) -> None:
    world.context.settings = world.context.settings.model_copy(update={"channel": {}})
    assert Dispatcher(world.context).run().delivered == 1
    assert attempts(world) == [("mail", True)]


def test_channels_that_are_kept_elsewhere_are_used(world: World, hook: Hook) -> None:
    world.context.settings = world.context.settings.model_copy(update={"channel": {}})
    assert Dispatcher(world.context, {"hook": SecretStr(hook.address)}).run().delivered == 1
    assert len(hook.got) == 1


def test_each_person_gets_theirs_in_order_and_nobody_waits_for_who_hangs(
    world: World, hook: Hook, mailbox: tuple[Mailbox, str]
) -> None:
    hook.then = ["slow"]
    write(world, "b:key", "c:key")
    write(world, *(f"d:{n}" for n in range(30)), person="bruno")
    sent = Dispatcher(world.context).run()
    assert (sent.delivered, sent.failed) == (32, 1)
    assert mailbox[0].subjects("bruno@firm.example") == [f"Subject d:{n}" for n in range(30)]
    assert [r.headers["X-Clusterflow-Notice"] for r in hook.got] == ["a:key", "b:key", "c:key"]
    assert Dispatcher(world.context).run().delivered == 0


def test_a_round_may_be_bounded(world: World) -> None:
    write(world, *(f"d:{n}" for n in range(9)), person="bruno")
    assert Dispatcher(world.context).run(at_most=4).delivered == 4
    assert Dispatcher(world.context).run().delivered == 6


def test_no_password_is_seen_anywhere(
    world: World, hook: Hook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in a log of any level, a table, what is printed, what goes wrong, nor in the settings as text."""
    hook.then, errors = ["refused", "slow", "dropped"] * 9, list[str]()
    port = free_port()
    world.context.settings = world.context.settings.model_copy(
        update={
            "mail": SecretStr(f"mailtos://office:hunter2@127.0.0.1:{port}/?from=a@b.example"),
            "channels": SecretStr('{"bad": "nonsense://office:hunter2@x"}'),
        }
    )
    world.record("channel person=bruno channel=bad address=1 from=2024-01-01")
    write(world, "b:key", person="bruno")
    with caplog.at_level(logging.DEBUG):
        for _ in range(12):
            errors.append(str(Dispatcher(world.context).run()))
            world.now += max(BACKOFF)
    with world.context.database.connect() as connection:
        stored = [str(row) for table in whole_schema().tables.values() for row in connection.execute(select(table))]
        answers = " ".join(connection.execute(select(tables.delivery.c.answer)).scalars())
    assert "503" in answers, "what the hook said is kept"
    assert "efused" in answers, "and that nobody listens"
    out, err = capfd.readouterr()
    everything = "\n".join(
        [*stored, *errors, out, err, caplog.text, repr(world.context.settings), str(outbox.backlog(world.context))]
    )
    for secret in ("hunter2", "hunter2-token", "b2ZmaWNlOmh1bnRlcjI"):
        assert secret not in everything


def test_an_attempt_that_is_taken_is_nobody_elses(world: World, hook: Hook) -> None:
    """A relay that died with it is followed by another, once its time is over."""
    with world.context.database.begin() as connection:
        (due,) = notices.due_notices(connection, world.now)
        assert notices.claim(connection, [due], world.now, world.now + timedelta(minutes=2))
        assert not notices.claim(connection, [due], world.now, world.now + timedelta(minutes=2))
    assert Dispatcher(world.context).run().delivered == 0
    world.now += timedelta(minutes=2)
    assert Dispatcher(world.context).run().delivered == 1
    assert len(hook.got) == 1
