"""What did not arrive: a reminder stops being tried when the thing is done; a dead letter can be brought back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Row, select
from support.mailbox import Mailbox

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import Urgency
from clusterflow.domain.vote_grant import Grant
from clusterflow.errors import Mistakes
from clusterflow.rules.backoff import BACKOFF
from clusterflow.services import outbox
from clusterflow.services.notifications.dead_letters import dead_letters_of, resend
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store import notices, tables
from clusterflow.store.tables import delivery, notice

from .test_reminders import Office

BERTA = "berta@bolts.example"


@pytest.fixture
def office(sqlite_url: str, mailbox: tuple[Mailbox, str]) -> Office:
    """Two large invoices of Bolts are a day late, and the mailbox of Bolts takes nothing."""
    office = Office(sqlite_url)
    polite = {"notices_policy": "on", "mail": SecretStr(mailbox[1])}
    office.context.settings = office.context.settings.model_copy(update=polite)
    again(office)
    office.record(
        "membership initiative=one organisation=bolts from=2024-01-10",
        "invoice initiative=one id=a organisation=bolts amount=2000EUR due=2024-04-15 on=2024-02-01",
    )
    office.local("2024-04-16T07:00")
    mailbox[0].refused = {BERTA}
    return office


def again(office: Office) -> None:
    """Another dispatcher, as after a crash; it knows the ladder of dues alone."""
    office.dispatcher = Dispatcher(office.context)
    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id == "dues"]


def wait(office: Office, hours: float) -> None:
    office.now += timedelta(hours=hours)
    office.dispatcher.run()


def pay(office: Office, invoice: str) -> None:
    office.record(f"payment initiative=one id=p{invoice} invoice={invoice} amount=2000EUR on=2024-04-15")


def rows(office: Office) -> list[Row[tuple[object, ...]]]:
    with office.context.database.connect() as connection:
        return list(connection.execute(select(notice).order_by(notice.c.id)).all())


def attempts(office: Office) -> int:
    with office.context.database.connect() as connection:
        return len(connection.execute(select(delivery)).all())


def test_a_reminder_that_is_tried_again_stops_when_it_is_paid(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    office.dispatcher.run()
    wait(office, 2)
    assert attempts(office) == 1, "let out in the morning, and refused"
    pay(office, "a")
    again(office)
    mailbox[0].refused = set()
    wait(office, 1)
    assert mailbox[0].mails == []
    (left,) = rows(office)
    assert (left.withdrawn, left.sent_at, attempts(office)) == (True, None, 1)
    assert dead_letters_of(office.context) == [], "what is done reached nobody, and nobody need know"
    assert outbox.backlog(office.context).model_dump(exclude={"events"})["notices"] == 0


def test_a_payment_that_is_taken_back_is_reminded_of_again(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    office.dispatcher.run()
    wait(office, 2)
    pay(office, "a")
    wait(office, 1)
    assert rows(office)[0].withdrawn
    office.record("payment initiative=one id=pa invoice=a amount=2000EUR on=2024-04-15 retract=true")
    mailbox[0].refused = set()
    again(office)
    for _ in range(3):
        wait(office, 1)
    assert len(mailbox[0].subjects(BERTA)) == 1
    (left,) = rows(office)
    assert (left.withdrawn, left.attempts, attempts(office)) == (False, 2, 2), "the first attempt stays on record"


def test_a_batch_that_holds_what_is_paid_is_taken_apart(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    office.record("invoice initiative=one id=b organisation=bolts amount=3000EUR due=2024-04-15 on=2024-02-01")
    office.dispatcher.run()
    wait(office, 2)
    batch = rows(office)[-1]
    assert (batch.key.startswith("batch:"), attempts(office)) == (True, 1)
    pay(office, "a")
    mailbox[0].refused = set()
    wait(office, 1)
    assert len(mailbox[0].mails) == 1
    text = mailbox[0].mails[0][1].get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert ("3.000" in text, "2.000" in text) == (True, False)
    assert [(r.key.startswith("batch:"), r.withdrawn) for r in rows(office)] == [(False, False), (True, True)]


def test_a_batch_whose_parts_still_hold_is_sent_again_as_it_is(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    office.record("invoice initiative=one id=b organisation=bolts amount=3000EUR due=2024-04-15 on=2024-02-01")
    office.dispatcher.run()
    wait(office, 2)
    mailbox[0].refused = set()
    wait(office, 1)
    assert mailbox[0].keys() == [rows(office)[-1].key]


def test_what_was_reported_late_still_waits_for_its_digest(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    """Twelve days late, and then it waits for Monday: it is still true, though nobody would begin to tell it now."""
    late = [r.model_copy(update={"urgency": Urgency.DIGEST}) for r in office.dispatcher.reminders.rules]
    office.dispatcher.reminders.rules, mailbox[0].refused = late, set()
    office.local("2024-04-30T09:00")
    office.dispatcher.run()
    assert [r.sent_at for r in rows(office)] == [None]
    office.local("2024-05-06T09:00")
    office.dispatcher.run()
    assert len(mailbox[0].mails) == 1


def test_what_waits_is_sent_when_the_policy_is_switched_off(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    mailbox[0].refused = set()
    office.dispatcher.run()
    assert mailbox[0].mails == []
    office.context.settings = office.context.settings.model_copy(update={"notices_policy": "off"})
    again(office)
    office.dispatcher.run()
    assert len(mailbox[0].mails) == 1


def test_a_dead_letter_is_brought_back_once_and_has_all_the_patience_again(
    office: Office, mailbox: tuple[Mailbox, str]
) -> None:
    office.dispatcher.run()
    die(office)
    (letter,) = dead_letters_of(office.context, "berta")
    assert (letter.rule, letter.channel, letter.attempts) == ("dues", "mail", 1 + len(BACKOFF))
    assert "550" in letter.answer
    assert dead_letters_of(office.context, "mona") == []
    office.record("person id=berta name=Berta email=berta@new.example from=2024-04-17 language=en")
    assert [x.number for x in resend(office.context, [letter.number], actor="olga").letters] == [letter.number]
    assert resend(office.context).letters == (), "it is on its way: nothing is dead"
    with pytest.raises(Mistakes) as caught:
        resend(office.context, [letter.number, 4711])
    assert [m.found for m in caught.value.mistakes] == ["is on its way", "is no notice"]
    mailbox[0].refused = {"berta@new.example"}
    wait(office, 1)
    mailbox[0].refused = set()
    wait(office, 1)
    assert len(mailbox[0].subjects("berta@new.example")) == 1, "one failure more was not the last"
    (left,) = rows(office)
    assert (left.revived_by, left.dead_at) == ("olga", None)
    assert attempts(office) == 1 + len(BACKOFF) + 2, "all of them stay on record"
    with pytest.raises(Mistakes, match="was sent"):
        resend(office.context, [letter.number])


def die(office: Office) -> None:
    """Days of work in which nobody takes the notice."""
    wait(office, 2)
    for _ in range(9):
        wait(office, 24)


def test_a_dead_reminder_of_what_was_paid_since_is_not_sent(office: Office, mailbox: tuple[Mailbox, str]) -> None:
    office.dispatcher.run()
    die(office)
    pay(office, "a")
    mailbox[0].refused = set()
    assert len(resend(office.context).letters) == 1
    wait(office, 1)
    assert mailbox[0].mails == []
    assert rows(office)[0].withdrawn


def test_a_dead_code_for_a_gate_that_is_closed_is_left_where_it_is(office: Office) -> None:
    grant = Grant(initiative="one", review="first/1", findings="x", decider="d")
    made = Notice(
        key="gate-ready:one:1:berta", rule="gate-ready", initiative="one", version=1, recipient="berta", language="en",
        subject="A gate", body="Your code", urgency=Urgency.URGENT, grants=(grant,),
    )  # fmt: skip
    with office.context.database.begin() as connection:
        notices.insert_notices(connection, [made], office.now, None)
        connection.execute(tables.notice.update().values(dead_at=office.now))
    (letter,) = dead_letters_of(office.context)
    assert letter.stale
    with pytest.raises(Mistakes, match="a gate that is closed"):
        resend(office.context, [letter.number])
    done = resend(office.context)
    assert (done.letters, [x.number for x in done.stale]) == ((), [letter.number])
