"""A whole office moves into an empty database: there it is the same, and lives on as it would have."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from engine.test_state_machine import Life
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select
from support.fresh import Fresh
from support.world import World, model, stage

from clusterflow.domain.terms import DecisionKind
from clusterflow.engine import restore as restoring
from clusterflow.engine.restore import RestoreResult
from clusterflow.errors import Mistakes, NotPossible
from clusterflow.intake import record_file
from clusterflow.intake.record_file import RecordFile
from clusterflow.reports.ocel import JsonForm
from clusterflow.services import explanation, ledger, personal_data, registry, review, standing
from clusterflow.services.catalogue.models import models_of
from clusterflow.services.context import Context
from clusterflow.services.exports.event_logs import Logs
from clusterflow.services.exports.exports import Exports
from clusterflow.services.exports.restore import restore
from clusterflow.settings import Settings
from clusterflow.store import backup, tables
from clusterflow.store.database import read_connection

Two = tuple[Fresh, Fresh]


def taken(context: Context) -> str:
    """The whole office as a file."""
    lines: list[str] = []
    Exports(context.database).life(lines.append)
    return "".join(lines)


def moved(context: Context, fresh: Fresh) -> Context:
    """The same office in another, empty database."""
    fresh.again()
    twin = Context(context.settings, fresh.engine, context.clock)
    twin.models = models_of(context)
    restore(twin, file_of(taken(context)))
    return twin


def file_of(text: str) -> RecordFile:
    return RecordFile(io.BytesIO(text.encode()), "life.jsonl")


def due(context: Context) -> list[Any]:
    with read_connection(context.database) as connection:
        columns = [c for c in tables.due_moment.c if c.name != "at"]
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


def proved_elsewhere(life: Life) -> None:
    """What is true at any time is shown where the machine is at home."""


class Moving(Life):
    """A life at whose end the office moves."""

    there: ClassVar[Fresh]

    the_ledger_replays_to_the_stored_state = each_thing_happens_once = proved_elsewhere
    time_goes_forward_and_its_days_too = who_is_under_way_has_passed_what_comes_before = proved_elsewhere
    nothing_goes_out_that_is_not_written = what_was_answered_about_a_past_day_stays = proved_elsewhere

    def teardown(self) -> None:
        here, there = self.w.context, moved(self.w.context, self.there)
        assert taken(there) == taken(here)
        assert due(there) == due(here)
        self.every_log_is_whole()
        for initiative in registry.initiatives(here):
            assert standing.state(there, initiative) == standing.state(here, initiative)
            assert standing.status(there, initiative) == standing.status(here, initiative)
            assert ledger.entries(there, initiative) == ledger.entries(here, initiative)
            assert explanation.explain(there, initiative) == explanation.explain(here, initiative)
            assert ledger.first_break(there, initiative) is None
        for initiative, day, known_at, answer in self.explained:
            self.w.context = there
            assert self.explain(initiative, day, known_at) == answer, "also as it was known then"
        self.w.context = here
        for context in (here, there):
            review.review_portfolio(context)
        assert [e.event for i in registry.initiatives(here) for e in ledger.entries(here, i)] == [
            e.event for i in registry.initiatives(here) for e in ledger.entries(there, i)
        ], "it lives on as it would have"

    def every_log_is_whole(self) -> None:
        entries = sum(len(ledger.entries(self.w.context, i)) for i in registry.initiatives(self.w.context))
        logs, (xes, ocel) = Logs(self.w.context.database, self.w.now), (list[str](), list[str]())
        assert logs.xes(xes.append, "es") == logs.ocel(JsonForm(ocel.append)) == entries
        assert "".join(xes).count("<event>") == entries
        log = json.loads("".join(ocel))
        things = {thing["id"] for thing in log["objects"]}
        assert all(r["objectId"] in things for one in log["events"] + log["objects"] for r in one["relationships"])


def move(here: Fresh, there: Fresh, examples: int) -> None:
    machine = type("MovingBetween", (Moving,), {"fresh": here, "there": there})
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=12, deadline=None, phases=phases)
    )


def test_any_office_moves(on_sqlite: Two) -> None:
    move(*on_sqlite, examples=8)


def test_any_office_moves_from_sqlite_to_postgresql_and_back(on_sqlite: Two, on_postgresql: Two) -> None:
    move(on_sqlite[0], on_postgresql[1], examples=1)
    move(on_postgresql[0], on_sqlite[1], examples=1)


ODD = 'Sí: «a\u2028b» \\ " \t \r\n \x85 \U0001f999'


@pytest.fixture(scope="module")
def office(on_sqlite: Two) -> tuple[Context, str]:
    """An office with one initiative that has come through its first gate, and what is taken away of it."""
    here, _ = on_sqlite
    world = World(here.again(), model(stage("a"), stage("b", ("a",))), database=here.engine)
    world.enrol()
    world.state_figure("a")
    world.evaluate()
    assert world.decide("a", reason=ODD).decided is DecisionKind.GO
    return world.context, taken(world.context)


def take(there: Fresh, text: str) -> RestoreResult:
    there.again()
    return restore(Context(Settings(proof="none"), there.engine), file_of(text))


def test_the_ledger_keeps_every_sign_of_a_reason(office: tuple[Context, str], on_sqlite: Two) -> None:
    context, _ = office
    there = moved(context, on_sqlite[1])
    (vote,) = standing.state(there, "one").votes
    assert vote.reason == ODD
    assert ledger.first_break(there, "one") is ledger.first_break(there, "registry") is None


def test_the_same_file_twice_changes_nothing_and_another_finds_no_room(
    office: tuple[Context, str], on_sqlite: Two
) -> None:
    context, text = office
    there = moved(context, on_sqlite[1])
    before = taken(there)
    assert restore(there, file_of(text)).entries == text.count('"entry":')
    with pytest.raises(NotPossible, match=r"the database is not empty\. Make an empty one"):
        restore(there, file_of(text + "\n"))
    assert taken(there) == before


def changed(text: str, what: Callable[[dict[str, Any]], bool], **to: Any) -> str:
    """The file with another value in the first line of a sort."""
    lines = text.split("\n")
    place = next(i for i, line in enumerate(lines) if what(json.loads(line)))
    lines[place] = json.dumps({**json.loads(lines[place]), **to})
    return "\n".join(lines)


def entry(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda line: line.get("event", {}).get("kind") == kind


ANOTHER = {"id": "management", "kind": "board", "name": "Another", "from": "2020-01-01"}


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda t: t[: t.rindex('{"chain"')], "it is not whole: 1 of 2 chains are there"),
        (lambda t: t[: t.rindex('{"entry"')], "«registry» has 9 entries here, and 10 in truth"),
        (lambda t: t[:-40], "no JSON: "),
        (lambda t: changed(t, entry("vote.cast"), actor="else"), "of «one» does not follow from the one before it"),
        (lambda t: changed(t, entry("gate.opened"), event={"kind": "x"}), "does not follow from the one before it"),
        (lambda t: changed(t, entry("record.entered"), fact=None), "the body that entry 3 brought is not there"),
        (lambda t: changed(t, entry("record.entered"), fact={"id": "A B"}), "id: «A B» is not accepted"),
        (lambda t: changed(t, entry("record.entered"), fact=ANOTHER), "the body of entry 3 is not what the ledger"),
        (lambda t: changed(t, entry("record.entered"), salt=""), "the body of entry 3 is not what the ledger says"),
        (lambda t: changed(t, lambda p: "model" in p, document={}), "the model «tiny» is not what its hash says"),
        (lambda t: changed(t, lambda p: "model" in p, hash="0" * 64), "that it was enrolled under is not in the file"),
        (lambda t: changed(t, lambda p: "alias" in p, alias="x" * 33), "alias: «" + "x" * 33 + "» is not accepted"),
        (lambda t: changed(t, lambda p: True, format=2), "the format 2 of a life is not known here"),
        (lambda t: t + t.split("\n")[2], "is there twice"),
        (lambda t: t + '{"record": "membership"}', "is no line of a life; accepted: one that has «clusterflow» or"),
        (lambda t: t + "[1]", "is no line of a life"),
        (lambda t: t.replace('{"chain":"one"', '{"sort":"one"', 1), "is no line of a life"),
        (lambda t: t[t.index('{"entry"') :], "an entry stands before the chain that it belongs to"),
        (lambda t: t.replace('"command":"record"', '"command":"rec\\u0000ord"', 1), "does not follow"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_was_written_is_refused_whole(
    office: tuple[Context, str], on_sqlite: Two, harm: Callable[[str], str], expected: str
) -> None:
    _, text = office
    with pytest.raises(Mistakes) as refused:
        take(on_sqlite[1], harm(text))
    assert expected in str(refused.value)
    assert "life.jsonl:" in str(refused.value) or "the file" in str(refused.value)
    with read_connection(on_sqlite[1].engine) as connection:
        assert connection.execute(select(tables.chain)).all() == []


@pytest.mark.parametrize("page", [1, 3])
def test_a_file_is_read_and_written_in_pages(
    office: tuple[Context, str], on_sqlite: Two, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(restoring, "PAGE", page)
    monkeypatch.setattr(backup, "STREAMED", {"yield_per": page})
    here, there = office[0], Context(office[0].settings, on_sqlite[1].engine, office[0].clock)
    on_sqlite[1].again()
    assert taken(here) == office[1]
    restore(there, file_of(office[1]))
    assert taken(there) == office[1]
    assert not any(result.flaws for result in ledger.verify(there))


def test_memory_does_not_grow_with_the_backup(on_sqlite: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "PAGE", 50)
    monkeypatch.setattr(backup, "STREAMED", {"yield_per": 50})
    monkeypatch.setattr(record_file, "_BLOCK", 2**12)
    firm = "organisation id=firm-{} name=x helix=company from=2024-01-01"

    def peak(number: int) -> int:
        on_sqlite[0].again()
        world = World("", database=on_sqlite[0].engine)
        world.record(*(firm.format(n) for n in range(number)))
        lines = io.BytesIO()
        Exports(on_sqlite[0].engine).life(lambda text: lines.write(text.encode()))
        lines.seek(0)
        on_sqlite[1].again()
        there = Context(Settings(proof="none"), on_sqlite[1].engine)
        tracemalloc.start()
        Exports(on_sqlite[0].engine).life(lambda _: None)
        restore(there, RecordFile(lines, "life.jsonl"))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(100)  # statements are compiled once
    small, large = peak(100), peak(1500)
    assert large < small + 1400 * 50, (small, large)


def test_an_office_that_forgot_somebody_moves_too(office: tuple[Context, str], on_sqlite: Two) -> None:
    here, there = on_sqlite
    here.again()
    world = World("", model(stage("a")), database=here.engine)
    world.enrol()
    personal_data.forget(world.context, "nobody")
    twin = moved(world.context, there)
    assert taken(twin) == taken(world.context)
    assert not [flaw for one in ledger.verify(twin) for flaw in one.flaws]
