"""Unforeseen failures: each is reported, is the trouble of one initiative alone, and loses nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from support.mailbox import Mailbox
from support.world import World, model, stage

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import Urgency
from clusterflow.services import outbox
from clusterflow.services.context import Context
from clusterflow.services.notifications import notice_data, reminders
from clusterflow.services.notifications.batching import RENDER_RETRY_DELAY, _Writer
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.outbox import RETRY_DELAY
from clusterflow.store import notices
from clusterflow.store.tables import notice


@pytest.fixture
def world(sqlite_url: str, mailbox: tuple[Mailbox, str]) -> World:
    """Two initiatives whose gates have opened, and whose members owe something since yesterday."""
    w = World(sqlite_url, model(stage("first")))
    w.context.settings = w.context.settings.model_copy(update={"mail": SecretStr(mailbox[1]), "notices_policy": "off"})
    for initiative in ("one", "two"):
        w.enrol(initiative)
        w.record(
            f"membership initiative={initiative} organisation=firm from=2024-01-10",
            f"invoice initiative={initiative} id=a organisation=firm amount=9EUR due=2024-01-15 on=2024-01-10",
        )
        w.state_figure("first", initiative=initiative)
        w.evaluate(initiative)
    return w


def recipients_of(world: World, rule: str) -> set[str]:
    """Of which initiatives a rule has told anybody."""
    with world.context.database.connect() as connection:
        return set(connection.execute(select(notice.c.initiative).where(notice.c.rule == rule)).scalars())


def test_an_entry_that_nobody_can_tell_of_holds_up_no_other_initiative_and_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, mailbox: tuple[Mailbox, str]
) -> None:
    original = Dispatcher._notice

    def notice_of(self: Dispatcher, rule: Any, about: notice_data.NoticeData, *more: Any) -> Any:
        return {}["a key"] if about.entry.chain == "one" else original(self, rule, about, *more)

    with monkeypatch.context() as patch:
        patch.setattr(Dispatcher, "_notice", notice_of)
        sent = Dispatcher(world.context).run()
    assert [p for p in sent.problems if "KeyError" in p] == ["one: KeyError: 'a key'"]
    assert outbox.backlog(world.context).error == "one: KeyError: 'a key'"
    assert recipients_of(world, "gate-ready") == {"two"}
    assert sent.delivered == len(mailbox[0].mails) > 0
    world.now += RETRY_DELAY - timedelta(seconds=1)
    Dispatcher(world.context).run()
    assert recipients_of(world, "gate-ready") == {"two"}, "it is not tried in every round"
    world.now += timedelta(seconds=1)
    assert Dispatcher(world.context).run().problems == ()
    assert recipients_of(world, "gate-ready") == {"one", "two"}
    assert outbox.backlog(world.context).error is None


def test_a_reminder_that_nobody_can_write_holds_up_no_other_initiative_and_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.at("2024-01-16")
    original = reminders._facts

    def facts(due: reminders.Due) -> dict[str, Any]:
        return {}["a key"] if due.found.initiative == "one" else original(due)

    dispatcher = Dispatcher(world.context)
    with monkeypatch.context() as patch:
        patch.setattr(reminders, "_facts", facts)
        sent = dispatcher.run()
    assert "one: KeyError: 'a key'" in sent.problems
    assert sent.delivered > 0
    assert recipients_of(world, "dues-sme") == {"two"}
    world.now += timedelta(hours=1)
    dispatcher.run()
    assert recipients_of(world, "dues-sme") == {"one", "two"}


def test_a_digest_that_nobody_can_write_holds_up_no_other_persons_and_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.context.settings = world.context.settings.model_copy(update={"notices_policy": "on"})
    world.at("2024-05-07")
    with world.context.database.begin() as connection:
        news = [_news(person) for person in ("mona", "bruno")]
        notices.insert_notices(connection, news, world.now, Dispatcher(world.context).policy)
    world.at("2024-05-13")
    original = _Writer.write

    def write(self: _Writer, person: str, *more: Any) -> Notice:
        return {}["a key"] if person == "mona" else original(self, person, *more)

    with monkeypatch.context() as patch:
        patch.setattr(_Writer, "write", write)
        sent = Dispatcher(world.context).run()
    assert [p for p in sent.problems if "KeyError" in p] == ["digest for mona: KeyError: 'a key'"]
    assert digests(world) == {"bruno"}
    world.now += RENDER_RETRY_DELAY
    Dispatcher(world.context).run()
    assert digests(world) == {"mona", "bruno"}


def _news(person: str) -> Notice:
    return Notice(
        key=f"news:one:1:{person}", rule="news", initiative="one", version=1, recipient=person,
        language="en", subject="News", body="Some.", urgency=Urgency.DIGEST,
    )  # fmt: skip


def digests(world: World) -> set[str]:
    """Who has had a digest."""
    sent = select(notice.c.recipient).where(notice.c.rule == "digest", notice.c.sent_at.is_not(None))
    with world.context.database.connect() as connection:
        return set(connection.execute(sent).scalars())


def test_who_is_withdrawn_while_notices_are_written_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    original = notice_data._new_pseudonyms

    def given(context: Context, nameless: Collection[str]) -> dict[str, str]:
        if "bruno" in nameless:
            world.record("person id=bruno retract=true")
        return original(context, nameless)

    monkeypatch.setattr(notice_data, "_new_pseudonyms", given)
    world.context.settings = world.context.settings.model_copy(update={"proof": "code", "secret": SecretStr("x" * 16)})
    assert not any("KeyError" in problem for problem in Dispatcher(world.context).run().problems)
    assert recipients_of(world, "gate-ready") == {"one", "two"}
