"""Letters on their way at the same time: none is lost by another's trouble, and none is taken before it can go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import OperationalError
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import Role
from clusterflow.notices.delivery import Answer, Message
from clusterflow.services.notifications import sending
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.notifications.pages import Pages
from clusterflow.services.notifications.sending import Delivery, Sender
from clusterflow.settings import Settings
from clusterflow.store import notices
from clusterflow.store.tables import delivery, notice


@pytest.fixture
def world(sqlite_url: str) -> World:
    """Ten people, with a letter for each."""
    world = World(sqlite_url)
    people = [f"p{n}" for n in range(10)]
    world.record(*(f"person id={p} name={p} email={p}@firm.example from=2020-01-01 language=en" for p in people))
    with world.context.database.begin() as connection:
        notices.insert_notices(connection, [_letter(person) for person in people], world.now, None)
    return world


def _letter(person: str) -> Notice:
    return Notice(
        key=f"gate-ready:one:1:{person}", rule="gate-ready", initiative="one", version=1, recipient=person,
        language="en", subject="A gate", body="It waits.",
    )  # fmt: skip


def test_a_letter_that_cannot_be_made_fails_alone_and_tells_no_secret(
    world: World, mailbox: tuple[Mailbox, str]
) -> None:
    box, address = mailbox

    class Clumsy(Sender):
        def _message(self, letter: Delivery) -> Message:
            if letter.notice.recipient == "p3":
                raise RuntimeError(f"no way by {address}&pass=hunter2secret")
            return super()._message(letter)

    channels = {"mail": SecretStr(f"{address}&pass=hunter2secret")}
    assert Clumsy(world.context, channels, Pages(world.context.settings), None, senders=4).send() == (9, 1)
    assert len(box.mails) == 9
    with world.context.database.connect() as connection:
        unsent = connection.execute(select(notice.c.recipient).where(notice.c.sent_at.is_(None))).scalars().all()
        assert unsent == ["p3"]
        (answer,) = connection.execute(select(delivery.c.answer).where(~delivery.c.delivered)).scalars()
    assert answer.startswith("RuntimeError: no way by ")
    assert "hunter2secret" not in answer


def test_no_letter_is_taken_before_it_can_go_and_those_that_hang_stop_no_other(world: World) -> None:
    all_others_went = Event()
    away: list[int] = []

    class Watched(Sender):
        def _attempt(self, letter: Delivery) -> Answer:
            if letter.notice.recipient in ("p0", "p1", "p2"):
                return Answer(all_others_went.wait(10), "late")
            with world.context.database.connect() as connection:
                taken = connection.execute(select(func.sum(notice.c.attempts))).scalar_one()
                away.append(taken - connection.execute(select(func.count()).select_from(delivery)).scalar_one())
            if letter.notice.recipient == "p9":
                all_others_went.set()
            return Answer(True, "accepted")

    assert Watched(world.context, {}, Pages(world.context.settings), None, senders=4).send() == (10, 0)
    assert max(away) <= 4


def test_a_notice_that_takes_longer_than_its_lease_is_sent_by_nobody_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "RENEWAL_SECONDS", 0.0)
    pages, renewed = Pages(world.context.settings), Event()

    class Slow(Sender):
        def _attempt(self, delivery: Delivery) -> Answer:
            if delivery.notice.recipient == "p0":
                return Answer(renewed.wait(10), "late")
            return Answer(True, "accepted")

        def _renew(self, deliveries: Iterable[Delivery]) -> None:
            waiting = list(deliveries)
            with world.context.database.connect() as connection:
                sent = connection.execute(select(func.count()).select_from(notice).where(notice.c.sent_at.is_not(None)))
            if sent.scalar_one() == 9 and not renewed.is_set():
                world.now += sending.LEASE
                super()._renew(waiting)
                other = Sender(world.context, {}, pages, None, senders=4)
                assert other.send() == (0, 0)
                renewed.set()

    assert Slow(world.context, {}, pages, None, senders=4).send() == (10, 0)


def test_what_was_delivered_is_recorded_even_if_no_further_notice_can_be_claimed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, claimed = notices.claim, list[int]()

    def claim_once(connection: Connection, *rest: Any) -> list[notices.Due]:
        if claimed:
            raise OperationalError("the lock was not free", None, Exception())
        claimed.append(1)
        return claim(connection, *rest)

    class Quick(Sender):
        def _attempt(self, delivery: Delivery) -> Answer:
            return Answer(True, "accepted")

    monkeypatch.setattr(notices, "claim", claim_once)
    with pytest.raises(OperationalError):
        Quick(world.context, {}, Pages(world.context.settings), None, senders=4).send()
    with world.context.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(delivery)).scalar_one() == 4
        sent = select(func.count()).select_from(notice).where(notice.c.sent_at.is_not(None))
        assert connection.execute(sent).scalar_one() == 4


def test_answers_and_the_next_claims_share_a_transaction(world: World) -> None:
    commits: list[object] = []
    event.listen(world.context.database, "commit", commits.append)

    class Quick(Sender):
        def _attempt(self, delivery: Delivery) -> Answer:
            return Answer(True, "accepted")

    assert Quick(world.context, {}, Pages(world.context.settings), None, senders=16).send() == (10, 0)
    assert len(commits) == 2, "one claims, one records"


def test_no_more_are_sent_than_was_asked_for(world: World) -> None:
    class Quick(Sender):
        def _attempt(self, delivery: Delivery) -> Answer:
            return Answer(True, "accepted")

    sender = Quick(world.context, {}, Pages(world.context.settings), None, senders=4)
    assert [sender.send(3), sender.send(), sender.send()] == [(3, 0), (7, 0), (0, 0)]


def test_where_no_channel_is_left_the_answer_says_so(world: World) -> None:
    class Cut(Sender):
        def _attempt(self, delivery: Delivery) -> Answer:
            return super()._attempt(replace(delivery, route=None))

    assert Cut(world.context, {}, Pages(world.context.settings), None, senders=4).send(1) == (0, 1)
    with world.context.database.connect() as connection:
        assert connection.execute(select(delivery.c.answer)).scalars().all() == ["no channel is left"]


def test_a_channel_that_the_office_lacks_names_its_setting(world: World) -> None:
    world.record("channel person=p0 channel=short-message address=5550100 rank=1 from=2020-01-01")
    assert Sender(world.context, {}, Pages(world.context.settings), None, senders=4).send() == (0, 10)
    with world.context.database.connect() as connection:
        answers = set(connection.execute(select(delivery.c.answer)).scalars())
    assert answers == {
        "no mail server is configured: set CLUSTERFLOW_MAIL",
        "the office defines no channel «short-message»: set CLUSTERFLOW_CHANNEL_SHORT_MESSAGE",
    }


def test_a_rehearsal_without_a_mail_server_delivers_nothing(world: World) -> None:
    world.record("channel person=p0 channel=hook address=p0 rank=1 from=2020-01-01")
    world.context.settings = world.context.settings.model_copy(update={"notices_to": "rehearsal@office.example"})
    channels = {"hook": SecretStr("json://127.0.0.1:9")}
    assert Sender(world.context, channels, Pages(world.context.settings), None, senders=4).send(1) == (0, 1)
    with world.context.database.connect() as connection:
        (answer,) = connection.execute(select(delivery.c.answer)).scalars()
    assert answer == "no mail server is configured: set CLUSTERFLOW_MAIL"


def test_a_voter_who_lost_every_role_hears_of_the_vote_and_gets_no_way_to_the_initiative(
    sqlite_url: str, mailbox: tuple[Mailbox, str]
) -> None:
    box, address = mailbox
    roles = (Role.MANAGER, Role.BOARD_CHAIR)
    w = World(sqlite_url, model(stage("first", (), stated("first"), roles=roles, need=3)))
    w.context.settings = Settings(database=sqlite_url, configs=CONFIGS, mail=SecretStr(address), proof="none")
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first", by="mona")
    w.decide("first", by="bruno")
    w.record(
        "seat initiative=one body=management person=mona from=2020-01-01 retract=true",
        "seat initiative=one body=board person=bruno from=2020-01-01 retract=true",
    )
    assert "vote.fell" in w.evaluate()
    Dispatcher(w.context).run()
    w.now += timedelta(days=1)
    Dispatcher(w.context).run()
    fell = {
        to.partition("@")[0]: str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        for to, mail in box.mails
        if "counts no longer" in str(mail["Subject"]) or "ya no cuenta" in str(mail["Subject"])
    }
    assert {person: "clusterflow explain one first" in text for person, text in fell.items()} == {
        "mona": True,
        "bruno": False,
    }
