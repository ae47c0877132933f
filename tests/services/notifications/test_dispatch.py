"""Notices: the right people, in their language, one recipient a message, each attempt recorded, no secret kept."""

from __future__ import annotations

import logging
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.criterion import AnyOf
from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.terms import DecisionKind, HelixKind, Role
from clusterflow.notices.delivery import Message, deliver
from clusterflow.notices.redaction import redacted, secrets_of
from clusterflow.notices.render import TemplateFailed, render
from clusterflow.rules.backoff import BACKOFF
from clusterflow.services import enrolment, gates, registry, review
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings
from clusterflow.store import gate_forms
from clusterflow.store.notice_counts import count_messages
from clusterflow.store.tables import delivery, notice


@pytest.fixture
def world(database_url: str, mailbox: tuple[Mailbox, str]) -> World:
    w = World(database_url, model(stage("first", (), stated("first", keep=">= 1/2")), stage("second", ("first",))))
    w.context.settings = Settings(database=database_url, configs=CONFIGS, mail=SecretStr(mailbox[1]), proof="none")
    w.enrol()
    return w


def test_who_is_notified_of_an_open_gate_and_in_which_language(world: World, mailbox: tuple[Mailbox, str]) -> None:
    world.state_figure("first")
    world.evaluate()
    sent = Dispatcher(world.context).run()
    box = mailbox[0]
    assert (sent.delivered, sent.failed, sent.problems) == (len(box.mails), 0, ())
    assert box.subjects("mona@firm.example") == ["Initiative-one: gate 1 is ready for a decision"]
    assert box.subjects("bruno@firm.example") == ["Initiative-one: la puerta 1 está lista para decidir"]
    assert all(len(m.get_all("To", [])) == 1 for _, m in box.mails), "one recipient a message"
    gate_mails = [m for _, m in box.mails if m["X-Clusterflow-Notice"].startswith("gate-ready")]
    assert gate_mails
    assert all("text/calendar" in [p.get_content_type() for p in m.walk()] for m in gate_mails), "with its date"
    assert Dispatcher(world.context).run().delivered == 0, "the same is not sent again"


def text_of(mailbox: Mailbox, to: str, subject: str) -> str:
    """The plain text of the one mail to a person whose subject holds some words."""
    (mail,) = [m for address, m in mailbox.mails if address.startswith(f"{to}@") and subject in str(m["Subject"])]
    return str(mail.get_body(("plain",)).get_content()).replace("\r", "")  # type: ignore[union-attr]


MANAGED = DecidedBy(roles=(Role.BOARD_CHAIR,), never=(HelixKind.GOVERNMENT,))


@pytest.fixture
def chaired(database_url: str, mailbox: tuple[Mailbox, str]) -> World:
    """A world in which the board's chair, bruno, decides alone; mona manages, gala is the ministry's officer."""
    w = World(database_url, model(stage("first", (), stated("first"), rule=MANAGED)))
    w.context.settings = Settings(database=database_url, configs=CONFIGS, mail=SecretStr(mailbox[1]), proof="none")
    w.enrol()
    return w


def test_a_mail_says_the_findings_and_only_who_has_a_vote_is_asked_to_decide(
    chaired: World, mailbox: tuple[Mailbox, str]
) -> None:
    chaired.state_figure("first")
    chaired.evaluate()
    assert Dispatcher(chaired.context).run().problems == ()
    decider, manager = (text_of(mailbox[0], *mail) for mail in (("bruno", "puerta 1"), ("mona", "gate 1")))
    assert "✔ first: 100 %; se pide ≥ 100 %" in decider
    assert "/v2/runs?tags=review%3Aone%2Ffirst-1" in decider
    assert "clusterflow explain one first\nclusterflow decide one first go --by bruno" in decider, "a command a line"
    assert "✔ first: 100 %, asked ≥ 100 %" in manager
    assert "you have no vote at this gate" in manager
    assert "board chair" in manager
    assert "Decide here" not in manager
    assert "clusterflow decide" not in manager


def test_a_mail_says_the_newest_values_also_where_the_answer_stayed(
    database_url: str, mailbox: tuple[Mailbox, str]
) -> None:
    requirements = (stated("a", bound=">= 50 %"), stated("b"))
    w = World(database_url, model(stage("first", (), *requirements, rule=MANAGED)))
    w.context.settings = Settings(database=database_url, configs=CONFIGS, mail=SecretStr(mailbox[1]), proof="none")
    w.enrol()
    w.state_figure("a", 4, 4)
    w.evaluate()
    w.at("2024-01-20").state_figure("a", 3, 4)
    w.state_figure("b")
    assert "gate.opened" in w.evaluate()
    Dispatcher(w.context).run()
    assert "✔ a: 75 %; se pide ≥ 50 %" in text_of(mailbox[0], "bruno", "puerta 1")


def test_mails_speak_of_an_any_of_as_a_whole(database_url: str, mailbox: tuple[Mailbox, str]) -> None:
    either = AnyOf(id="either", any_of=(stated("a"), stated("b")))
    w = World(database_url, model(stage("first", (), either, rule=MANAGED)))  # type: ignore[arg-type]
    w.context.settings = Settings(database=database_url, configs=CONFIGS, mail=SecretStr(mailbox[1]), proof="none")
    w.enrol()
    w.state_figure("a")
    w.evaluate()
    assert Dispatcher(w.context).run().problems == ()
    assert "✔ a or b: 100 % / unknown, asked ≥ 100 % or ≥ 100 %" in text_of(mailbox[0], "mona", "gate 1")
    for day, name, value in (("2024-01-20", "b", 1), ("2024-01-22", "b", 0), ("2024-01-29", "a", 0)):
        w.at(day).state_figure(name, value)
        w.evaluate()
    Dispatcher(w.context).run()
    with w.context.database.connect() as connection:
        rows = connection.execute(select(notice).where(notice.c.rule == "finding-changed").order_by(notice.c.id)).all()
    subjects = [row.subject.partition(": ")[2] for row in rows if row.recipient == "mona"]
    assert subjects == ["«a or b» is met", "«a or b» is not met"], "that b came and went changed nothing"
    assert "0 % / 0 %, asked ≥ 100 % or ≥ 100 %" in rows[-1].body


def test_a_link_leads_to_the_run_that_shows_the_form_once_there_is_one(
    chaired: World, mailbox: tuple[Mailbox, str]
) -> None:
    chaired.state_figure("first")
    chaired.evaluate()
    with chaired.context.database.begin() as connection:
        gate_forms.claim(connection, "one", "first-1", "0a1b", chaired.now)
    Dispatcher(chaired.context).run()
    text = text_of(mailbox[0], "bruno", "puerta 1")
    assert "/v2/runs/flow-run/0a1b" in text
    assert "tags=" not in text


def test_a_review_that_was_opened_by_hand_is_not_announced_as_ready(
    chaired: World, mailbox: tuple[Mailbox, str]
) -> None:
    chaired.evaluate()
    gates.open_gate(chaired.context, "one", "first")
    Dispatcher(chaired.context).run()
    text = text_of(mailbox[0], "mona", "a review of gate 1 was asked for")
    assert "The gate is not ready" in text
    assert "? first: unknown, asked ≥ 100 %" in text


def test_a_reader_of_catalan_is_notified_in_catalan_with_the_findings_in_spanish(
    world: World, mailbox: tuple[Mailbox, str]
) -> None:
    world.record("person id=mona name=Mona email=mona@firm.example from=2024-01-10 language=ca")
    world.at("2024-05-01").evaluate()
    assert Dispatcher(world.context).run().problems == ()
    ((_, mail),) = [m for m in mailbox[0].mails if m[0] == "mona@firm.example"]
    assert str(mail["Subject"]) == "Initiative-one: «first» dura més del que el seu model permet"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert "Benvolgut/uda Mona," in text
    assert "desconocido; es demana" in text


def test_a_decision_an_achieved_and_a_lapsed_milestone_are_reported(world: World, mailbox: tuple[Mailbox, str]) -> None:
    world.record("membership initiative=one organisation=firm from=2024-01-01")
    world.state_figure("first")
    world.evaluate()
    world.decide("first", DecisionKind.GO, reason="We *trust* <b>each</b> other")
    world.at("2024-03-01").state_figure("first", 0)
    world.evaluate()
    Dispatcher(world.context).run()
    subjects = mailbox[0].subjects("mona@firm.example")
    assert subjects == [
        "Initiative-one: gate 1 is ready for a decision",
        "Initiative-one: go at gate 1",
        "Initiative-one: first achieved",
        "Initiative-one: «first achieved» holds no longer",
    ]
    decision = next(m for to, m in mailbox[0].mails if to == "mona@firm.example" and "go at" in str(m["Subject"]))
    html = decision.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert "<b>each</b>" not in html
    assert "&lt;b&gt;each" in html
    assert "<em>trust</em>" not in html


def test_a_changed_finding_is_reported_to_the_owner_of_its_criterion(database_url: str) -> None:
    chairs = stated("chairs").model_copy(update={"owner": Role.BOARD_CHAIR})
    w = World(database_url, model(stage("first", (), chairs, stated("managers"))))
    w.enrol()
    w.evaluate()
    w.at("2024-01-12").state_figure("chairs")
    w.state_figure("managers")
    w.evaluate()
    assert Dispatcher(w.context).run().problems == ()
    with w.context.database.connect() as connection:
        rows = connection.execute(select(notice).where(notice.c.rule == "finding-changed")).all()
    assert {(r.recipient, "chairs" in r.body, "managers" in r.body) for r in rows} == {
        ("bruno", True, False),
        ("mona", False, True),
    }


def test_an_overdue_stage_is_reported_and_once_more_one_level_up(world: World, mailbox: tuple[Mailbox, str]) -> None:
    for day in ("2024-05-01", "2024-06-15"):
        world.at(day).evaluate()
        Dispatcher(world.context).run()
    assert mailbox[0].subjects("mona@firm.example") == [
        "Initiative-one: «first» takes longer than its model allows",
        "Initiative-one: «first» is still overdue",
    ]


def test_a_refused_mailbox_is_tried_again_later_and_given_up_at_last(
    world: World, mailbox: tuple[Mailbox, str]
) -> None:
    box = mailbox[0]
    box.refused = {"bruno@firm.example"}
    world.state_figure("first")
    world.evaluate()
    dispatcher = Dispatcher(world.context)
    first = dispatcher.run()
    assert first.failed == 1
    good = len(box.mails)
    assert dispatcher.run().failed == 0, "not before its time"
    for pause in BACKOFF:
        world.now += pause + timedelta(minutes=1)
        dispatcher.run()
    assert len(box.mails) == good, "nobody else got a second copy"
    with world.context.database.connect() as connection:
        assert count_messages(connection)["dead"] == 1
        attempts = connection.execute(
            select(delivery.c.delivered, delivery.c.answer)
            .join(notice, notice.c.id == delivery.c.notice)
            .where(notice.c.recipient == "bruno")
        ).all()
    assert len(attempts) == 1 + len(BACKOFF)
    assert not any(delivered for delivered, _ in attempts)


def test_who_recovers_gets_the_message_with_the_same_key(world: World, mailbox: tuple[Mailbox, str]) -> None:
    box = mailbox[0]
    box.refused = {"bruno@firm.example"}
    world.state_figure("first")
    world.evaluate()
    dispatcher = Dispatcher(world.context)
    dispatcher.run()
    box.refused = set()
    world.now += timedelta(minutes=5)
    dispatcher.run()
    (mail,) = [m for to, m in box.mails if to == "bruno@firm.example"]
    assert str(mail["X-Clusterflow-Notice"]).startswith("gate-ready:one:")


def test_without_a_mail_server_notices_wait_and_say_why(world: World) -> None:
    world.context.settings = Settings(database=world.context.settings.database, configs=CONFIGS)
    world.state_figure("first")
    world.evaluate()
    assert Dispatcher(world.context).run().failed > 0
    with world.context.database.connect() as connection:
        answers = set(connection.execute(select(delivery.c.answer)).scalars())
    assert answers == {"no mail server is configured: set CLUSTERFLOW_MAIL"}


def test_a_password_is_seen_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    secret = "hunter2-very-secret"
    world.context.settings = Settings(
        database=world.context.settings.database,
        configs=CONFIGS,
        mail=SecretStr(f"mailtos://user:{secret}@127.0.0.1:9/?from=a@b.example"),
    )
    world.state_figure("first")
    world.evaluate()
    with caplog.at_level(logging.DEBUG):
        Dispatcher(world.context).run()
    with world.context.database.connect() as connection:
        answers = " ".join(connection.execute(select(delivery.c.answer)).scalars())
    assert answers
    assert secret not in answers + caplog.text + repr(world.context.settings)
    nonsense = SecretStr(f"nonsense://user:{secret}@x")
    bad = deliver("mail", nonsense, "a@b.example", Message("k", "s", "b", "https://prefect.example"))
    assert not bad.delivered
    assert secret not in bad.text + caplog.text
    assert secret not in redacted(f"cannot reach mailtos://user:{secret}@h", secrets_of(f"mailtos://user:{secret}@h"))


def test_an_initiatives_name_cannot_begin_another_header(world: World, mailbox: tuple[Mailbox, str]) -> None:
    registry.record(world.context, [_named(world, "Evil\r\nBcc: victim@x.example\r\n\r\nbody")])
    world.state_figure("first")
    world.evaluate()
    Dispatcher(world.context).run()
    assert {to.partition("@")[2] for to, _ in mailbox[0].mails} == {"firm.example", "ministry.example"}
    assert all(m["Bcc"] is None for _, m in mailbox[0].mails)


def _named(world: World, name: str) -> Any:
    start = world.now.date().isoformat()
    submission = world.submission(f"initiative id=one country=ES from={start}")
    return type(submission)(submission.type, {**submission.fields, "name": name}, submission.where)


def test_a_broken_template_says_where_and_stops_only_its_own_notice(
    world: World, mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    broken = tmp_path / "configs" / "messages" / "gate-ready.md"
    fails = "{% if recipient.language == 'es' %}{{ nobody.knows }}{% endif %}"
    broken.write_text(f"{{{{ initiative.name }}}}: gate 1\n\nHello\n{fails}\n", encoding="utf-8")
    world.context.settings = Settings(
        database=world.context.settings.database, configs=tmp_path / "configs", mail=SecretStr(mailbox[1])
    )
    world.state_figure("first")
    world.evaluate()
    sent = Dispatcher(world.context).run()
    assert mailbox[0].subjects("mona@firm.example"), "the English one is sent"
    assert mailbox[0].subjects("bruno@firm.example") == []
    assert any("gate-ready.md:4, in es: 'nobody' is undefined" in problem for problem in sent.problems)


def test_a_template_cannot_reach_what_it_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "evil.md").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}\n", encoding="utf-8")
    with pytest.raises(TemplateFailed):
        render(tmp_path, "evil", "en", {})


def test_nobody_to_notify_is_a_problem_that_is_reported(database_url: str) -> None:
    w = World(database_url, model(stage("first")))
    start = w.now.date()
    enrolment.enrol(w.context, w.submission(f"initiative id=one name=One country=ES from={start}"), "tiny")
    w.state_figure("first")
    w.evaluate()
    assert any("nobody is there to receive it" in p for p in Dispatcher(w.context).run().problems)


def test_what_the_calendar_brings_is_reported_once_in_the_readers_language(
    world: World, mailbox: tuple[Mailbox, str]
) -> None:
    """A hold that ends, a missed condition whose gate is open again, a label and a strategy that end."""
    gates.open_gate(world.context, "one", "first")
    world.decide("first", DecisionKind.HOLD, until=date(2024, 2, 1))
    world.record(
        "label initiative=one name=ESCA-gold level=gold from=2024-01-10 to=2024-12-30",
        "strategy initiative=one id=plan title=Plan from=2024-01-10 horizon=2024-12-30",
    )
    review.process_deadlines(world.at("2024-02-01").context)
    gates.open_gate(world.context, "one", "first")
    world.decide("first", DecisionKind.CONDITIONAL_GO, due_all=date(2024, 4, 30))
    Dispatcher(world.context).run()
    held = "Initiative-one: the hold at gate 1 is over"
    assert mailbox[0].subjects("mona@firm.example").count(held) == 1
    mailbox[0].mails.clear()
    for day in ("2024-05-02", "2024-07-01", "2024-09-30", "2024-12-31"):
        review.process_deadlines(world.at(day).context)
        assert Dispatcher(world.context).run().problems == ()
        assert Dispatcher(world.context).run().written == 0
    subjects = [s.removeprefix("Initiative-one: ") for s in mailbox[0].subjects("mona@firm.example")]
    assert [s for s in subjects if "takes longer" not in s and "still" not in s] == [
        "a condition was not met in time",
        "gate 1 is open again",
        "the label «ESCA-gold» expires on 30 December 2024",
        "the strategy ends on 30 December 2024",
        "the label «ESCA-gold» expires on 30 December 2024",
        "the label «ESCA-gold» has expired",
        "the strategy has ended",
    ]
    subjects = [s.removeprefix("Initiative-one: ") for s in mailbox[0].subjects("bruno@firm.example")]
    assert [s for s in subjects if "tarda" not in s and "sigue" not in s] == [
        "la puerta 1 se abre otra vez",
        "el sello «ESCA-gold» vence el 30 de diciembre de 2024",
        "la estrategia termina el 30 de diciembre de 2024",
        "el sello «ESCA-gold» vence el 30 de diciembre de 2024",
        "el sello «ESCA-gold» venció",
        "la estrategia ha terminado",
    ]
