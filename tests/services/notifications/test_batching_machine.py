"""Whatever comes, in whatever order, and wherever dispatchers die: each notice is delivered, and no cap is passed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from support import postgres
from support.fresh import Fresh, FreshPostgres, FreshSqlite
from support.world import World, model, stage

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import Urgency
from clusterflow.notices.delivery import Answer
from clusterflow.rules.delivery_policy import WEEK, DeliveryPolicy
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.notifications.sending import Delivery, Sender
from clusterflow.store import notice_counts, notices, tables

PEOPLE = {
    "mona": WorkCalendar("Europe/Madrid", "ES"),
    "bruno": WorkCalendar("America/Monterrey", "ES"),  # lives there, and works for an initiative of Spain
}
CAP = 3
LONGEST = timedelta(days=30)


class Killed(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class Mail:
    at: datetime
    key: str
    person: str
    urgency: Urgency


class Post:
    """What reached people, whatever the dispatchers knew of it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.lock = threading.Lock()
        self.away: set[str] = set()

    def dispatcher(self, world: World) -> Dispatcher:
        post = self

        class Carrier(Sender):
            def _attempt(self, letter: Delivery) -> Answer:
                notice = letter.notice
                if notice.recipient in post.away:
                    return Answer(False, "no such mailbox")
                with post.lock:
                    post.mails.append(Mail(world.now, notice.key, notice.recipient, notice.urgency))
                return Answer(True, "taken")

        class Carriers(Dispatcher):
            def _send(self, at_most: int | None = None) -> tuple[int, int]:
                return Carrier(world.context, {}, self.pages, self.policy, senders=1).send(at_most)

        return Carriers(world.context)


@contextmanager
def dying(world: World, point: int | None) -> Iterator[None]:
    """At the n-th commit the process dies: an even point before it, an odd one after it."""
    passed = 0
    commit = world.context.database.dialect.do_commit

    def do_commit(connection: Any) -> None:
        nonlocal passed
        passed += 1
        if point == 2 * passed:
            raise Killed
        commit(connection)
        if point == 2 * passed + 1:
            raise Killed

    with patch.object(world.context.database.dialect, "do_commit", do_commit), suppress(Killed):
        yield


class Letters(RuleBasedStateMachine):
    """Two people to whom things happen, and dispatchers that come and die."""

    fresh: ClassVar[Fresh]

    @initialize(begun=st.sampled_from(["2024-03-25", "2024-10-24", "2024-12-19"]), hour=st.integers(0, 23))
    def begin(self, begun: str, hour: int) -> None:
        self.w = World(self.fresh.again(), model(stage("first")), database=self.fresh.engine).at(begun)
        self.w.now = self.w.now.replace(hour=hour)
        polite = {"notices_policy": "on", "notices_cap": CAP, "notices_digest": "thursday"}
        self.w.context.settings = self.w.context.settings.model_copy(update=polite)
        self.w.enrol()
        self.w.record(
            f"initiative id=one name=One country=ES timezone=Europe/Madrid from={self.w.now.date()}",
            "person id=bruno name=Bruno email=b@firm.example timezone=America/Monterrey from=2020-01-01",
        )
        self.post = Post()
        self.came: dict[str, tuple[datetime, Urgency]] = {}
        self.deaths = 0

    @rule(
        person=st.sampled_from(sorted(PEOPLE)), urgency=st.sampled_from(Urgency),
        kind=st.sampled_from(["joined", "decided", "late"]), count=st.sampled_from([1, 1, 1, 4]),
    )  # fmt: skip
    def comes(self, person: str, urgency: Urgency, kind: str, count: int) -> None:
        keys = [f"{kind}:{len(self.came) + n}" for n in range(count)]
        made = [
            Notice(
                key=key, rule=kind, initiative="one", version=1, recipient=person, language="en", urgency=urgency,
                subject=key, body=f"Dear you,\n\n{key}\n",
            )
            for key in keys
        ]  # fmt: skip
        with self.w.context.database.begin() as connection:
            # The same entries may be carried twice, by a dispatcher that followed another.
            for _ in range(2):
                notices.insert_notices(connection, made, self.w.now, self.post.dispatcher(self.w).policy)
        self.came |= dict.fromkeys(keys, (self.w.now, urgency))

    @rule(point=st.none() | st.integers(2, 12))
    def a_dispatcher_comes(self, point: int | None) -> None:
        with dying(self.w, point):
            assert self.post.dispatcher(self.w).run().problems == ()
            return
        self.deaths += 1

    @rule(person=st.sampled_from(sorted(PEOPLE)), minutes=st.sampled_from([1, 30]))
    def a_mailbox_is_away_for_a_while(self, person: str, minutes: int) -> None:
        self.post.away = {person}
        self.post.dispatcher(self.w).run()
        self.post.away = set()
        self.w.now += timedelta(minutes=minutes)

    @rule(minutes=st.sampled_from([3, 16, 60, 5 * 60, 11 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60]))
    def time_goes_on(self, minutes: int) -> None:
        self.w.now += timedelta(minutes=minutes)

    @invariant()
    def no_cap_is_passed(self) -> None:
        for person in PEOPLE:
            first: dict[str, datetime] = {}
            for mail in self.post.mails:
                if mail.person == person and mail.urgency is not Urgency.URGENT:
                    first.setdefault(mail.key, mail.at)
            for end in first.values():
                assert sum(end - WEEK < at <= end for at in first.values()) <= CAP

    @invariant()
    def nobody_is_woken_by_what_is_not_urgent(self) -> None:
        for mail in self.post.mails:
            assert mail.urgency is Urgency.URGENT or not DeliveryPolicy().is_quiet(PEOPLE[mail.person], mail.at)

    @invariant()
    def what_comes_twice_comes_of_a_death(self) -> None:
        twice = sum(n - 1 for n in Counter(m.key for m in self.post.mails).values())
        assert twice <= self.deaths

    def teardown(self) -> None:
        """In the end everything is there, each thing in one message."""
        if not hasattr(self, "came"):
            return
        until = self.w.now + LONGEST
        dispatcher = self.post.dispatcher(self.w)
        while self.w.now < until:
            dispatcher.run()
            with self.w.context.database.connect() as connection:
                if notice_counts.count_messages(connection)["waiting"] == 0:
                    break
            self.w.now += timedelta(hours=1)
        self.no_cap_is_passed()
        self.nobody_is_woken_by_what_is_not_urgent()
        table = tables.notice
        with self.w.context.database.connect() as connection:
            rows = {r.id: r for r in connection.execute(select(table))}
        sent = {m.key for m in self.post.mails}
        messages = {r.key: rows[r.gathered_into].key if r.gathered_into else r.key for r in rows.values()}
        assert set(self.came) <= set(messages)
        assert {messages[key] for key in self.came} == sent, "each thing in one message, and no message without"
        for key, (at, urgency) in self.came.items():
            if urgency is Urgency.URGENT:
                assert messages[key] == key
                assert next(r.released_at for r in rows.values() if r.key == key) == at


def live(fresh: Fresh, examples: int) -> None:
    machine = type("LettersOnADatabase", (Letters,), {"fresh": fresh})
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=30, deadline=None, phases=phases)
    )
    fresh.engine.dispose()


def test_any_letters_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    live(FreshSqlite(sqlite_template, tmp_path), examples=25)


def test_any_letters_on_postgresql(postgres_server: str, postgres_template: str) -> None:
    postgres.execute(postgres_server, f"CREATE DATABASE letters TEMPLATE {postgres_template}")
    live(FreshPostgres(postgres_server, "letters"), examples=4)


def test_dispatchs_at_the_same_time_pass_no_cap(database_url: str) -> None:
    world = World(database_url, model(stage("first")))
    world.context.settings = world.context.settings.model_copy(update={"notices_policy": "on", "notices_quiet": "none"})
    world.enrol()
    post = Post()
    policy = post.dispatcher(world).policy
    start = datetime(2024, 5, 7, 9, tzinfo=UTC)
    for turn in range(8):
        # Each time one more place than the cap has is requested, by dispatchers that run at the same moment.
        with world.context.database.begin() as connection:
            made = [
                Notice(
                    key=f"{turn}:{n}", rule=f"rule-{turn}-{n}", initiative="one", version=1, recipient="mona",
                    language="en", subject="s", body="b",
                )
                for n in range(3)
            ]  # fmt: skip
            notices.insert_notices(connection, made, start, policy)
        world.now = start + timedelta(minutes=16 + turn)
        ready = threading.Barrier(3)

        def come(ready: threading.Barrier = ready) -> None:
            ready.wait()
            post.dispatcher(world).run()

        threads = [threading.Thread(target=come) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(post.mails) == len({m.key for m in post.mails}) == 9
