"""A file of facts of any size: read as a stream, in batches, with the answers that it gives as a whole."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from support import postgres
from support.fresh import Fresh, FreshPostgres, FreshSqlite
from support.world import World, model, stage

from clusterflow.engine import record as recording
from clusterflow.engine import submission
from clusterflow.errors import ClusterflowError, Mistakes, NotPossible
from clusterflow.intake import record_file
from clusterflow.intake.record_file import RecordFile
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.store import tables
from clusterflow.store.ledger_entries import body_of, command_of, entries_query

Line = dict[str, Any]
UNSHRUNK = (Phase.explicit, Phase.generate)
"""A failing file is short, and each example writes two databases."""

DAYS = ("2024-01-01", "2024-02-01", "2024-03-01")


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    fresh = FreshSqlite(sqlite_template, tmp_path_factory.mktemp("streamed"))
    yield fresh
    fresh.engine.dispose()


@pytest.fixture(scope="module")
def on_postgresql(postgres_server: str, postgres_template: str) -> Iterator[Fresh]:
    postgres.execute(postgres_server, f"CREATE DATABASE streamed TEMPLATE {postgres_template}")
    fresh = FreshPostgres(postgres_server, "streamed")
    yield fresh
    fresh.engine.dispose()


def file_of(*lines: Line | str, name: str = "facts.jsonl") -> RecordFile:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return RecordFile(io.BytesIO(text.encode(errors="surrogateescape")), name)


def organisation(name: str, **more: object) -> Line:
    return {"record": "organisation", "id": name, "name": name, "helix": "company", "from": "2024-01-01", **more}


def membership(name: str, **more: object) -> Line:
    return {"record": "membership", "initiative": "one", "organisation": name, "from": "2024-01-01", **more}


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """Facts that name, correct, end and withdraw each other, in any order, some of them wrong."""
    firms, day = st.sampled_from(("a", "b", "c")), st.sampled_from(DAYS)
    retract = st.sampled_from(({}, {}, {}, {"retract": True}))
    one = st.one_of(
        st.builds(lambda f, d, r, n: organisation(f, **{"from": d, "employees": n, **r}), firms, day, retract,
                  st.sampled_from((3, 4, -1))),
        st.builds(lambda f, d, r: membership(f, **{"from": d, **r}), firms, day, retract),
        st.builds(lambda f, d: membership(f, **{"to": d}) | {"from": None}, firms, day),
        st.builds(lambda i, f, d: {"record": "invoice", "initiative": "one", "id": i, "organisation": f, "due": d,
                                   "amount": "10EUR", "on": "2024-01-01"}, st.sampled_from("xy"), firms, day),
        st.builds(lambda p, i, d, r: {"record": "payment", "initiative": "one", "id": p, "invoice": i,
                                      "amount": "6EUR", "on": d, **r}, st.sampled_from("pqr"), st.sampled_from("xy"),
                  day, retract),
        st.just({"record": "nothing"}),
    )  # fmt: skip
    known = [organisation(f) for f in "abc"] if draw(st.booleans()) else []
    return [*known, *draw(st.lists(one, min_size=1, max_size=9))]


def answer_of(fresh: Fresh, batch: int, earlier: Sequence[Line], added: Sequence[Line]) -> Any:
    """What became of a file: the answer or the mistakes, the facts that hold, and the entries."""
    fresh.again()
    ids = iter(f"{n:032x}" for n in range(10_000))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Context, "new_id", staticmethod(lambda: next(ids)))
        world = World("", model(stage("only")), database=fresh.engine)
        registry.record(world.context, [world.submission("initiative id=one name=One country=ES from=2024-01-01")])
        registry.record_file(world.context, file_of(*earlier))
        patched.setattr(recording, "BATCH", batch)
        try:
            found: Any = registry.record_file(world.context, file_of(*added))
        except Mistakes as problem:
            found = problem.mistakes
    with fresh.engine.connect() as connection:
        rows = [list(connection.execute(select(t).order_by(t.c.chain, t.c.entry))) for t in written_tables()]
        entries = connection.execute(entries_query().order_by(tables.ledger.c.chain, tables.ledger.c.version))
        # PostgreSQL continues to count where a command was undone, so a command is compared by its key.
        return found, rows, [(r.chain, r.version, r.at, r.actor, command_of(r), body_of(r), r.hash) for r in entries]


def written_tables() -> Iterator[Any]:
    for name in ("organisation", "membership", "invoice", "payment"):
        yield tables.REGISTRY_TABLES[name]


def is_same_in_batches(fresh: Fresh, earlier: Sequence[Line], added: Sequence[Line], batch: int) -> None:
    assert answer_of(fresh, batch, earlier, added) == answer_of(fresh, 1000, earlier, added)


@given(earlier=st.just([organisation("a"), membership("a")]), added=lines(), batch=st.integers(1, 3))
@settings(max_examples=60, phases=UNSHRUNK)
def test_batches_give_the_answer_of_the_whole_file(
    on_sqlite: Fresh, earlier: list[Line], added: list[Line], batch: int
) -> None:
    is_same_in_batches(on_sqlite, earlier, added, batch)


@given(earlier=st.just([organisation("a"), membership("a")]), added=lines(), batch=st.integers(1, 3))
@settings(max_examples=15, phases=UNSHRUNK)
def test_batches_give_the_answer_of_the_whole_file_on_postgresql(
    on_postgresql: Fresh, earlier: list[Line], added: list[Line], batch: int
) -> None:
    is_same_in_batches(on_postgresql, earlier, added, batch)


def many(number: int) -> list[Line]:
    return [organisation(f"firm-{n}") for n in range(number)] + [membership(f"firm-{n}") for n in range(number)]


@pytest.fixture
def world(sqlite_url: str) -> World:
    world = World(sqlite_url, model(stage("only")))
    world.enrol()
    return world


def test_many_facts_are_written_as_few_are(database_url: str) -> None:
    """Many rows take the fast way into the database, and few the ordinary one."""
    both = World(database_url, model(stage("only")))
    both.enrol()
    registry.record_file(both.context, file_of(*many(50)))
    with both.context.database.connect() as connection:
        table = tables.REGISTRY_TABLES["organisation"]
        rows = [
            row._mapping for row in connection.execute(select(table).where(table.c.id.in_(("firm", "firm-1"))))
        ]  # fmt: skip
    assert [type(rows[0][c]) for c in ("valid_from", "entered_at", "retracted")] == [
        type(rows[1][c]) for c in ("valid_from", "entered_at", "retracted")
    ]
    assert registry.record_file(both.context, file_of(*reversed(many(50)))).unchanged == 100


def test_after_many_facts_postgresql_knows_how_many_rows_there_are(
    on_postgresql: FreshPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It plans by these counts: without them, a review after a large file took minutes."""
    counted = text("SELECT reltuples FROM pg_class WHERE oid = 'organisation'::regclass")
    world = World(on_postgresql.again(), model(stage("only")), database=on_postgresql.engine)
    world.enrol()
    monkeypatch.setattr(registry, "MANY", 50)
    registry.record_file(world.context, file_of(*many(10)))
    with world.context.database.connect() as connection:
        before = connection.execute(counted).scalar_one()
    registry.record_file(world.context, file_of(*many(60)))
    with world.context.database.connect() as connection:
        assert connection.execute(counted).scalar_one() == 62 != before
    world.record(*(f"organisation id=o{n} name=O{n} helix=company from=2024-01-01" for n in range(50)))
    with world.context.database.connect() as connection:
        assert connection.execute(counted).scalar_one() == 112


def test_one_mistake_in_the_last_line_undoes_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "BATCH", 7)
    with pytest.raises(Mistakes) as found:
        registry.record_file(world.context, file_of(*many(50), membership("nobody")))
    assert [m.where for m in found.value.mistakes] == ["facts.jsonl:101"]
    assert registry.record_file(world.context, file_of(*many(50))).entered == 100


def test_what_is_named_first_may_come_last(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "BATCH", 7)
    assert registry.record_file(world.context, file_of(*reversed(many(50)))).entered == 100


def test_after_many_mistakes_the_rest_is_not_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "BATCH", 4)
    monkeypatch.setattr(recording, "MOST_MISTAKES", 8)
    monkeypatch.setattr(submission, "MOST_MISTAKES", 8)
    wrong = [organisation(f"firm-{n}", helix="nobody") for n in range(100)]
    with pytest.raises(Mistakes) as found:
        registry.record_file(world.context, file_of(membership("later"), *wrong, organisation("later")))
    places = [m.where for m in found.value.mistakes]
    assert places == [f"facts.jsonl:{n}" for n in (*range(2, 13), 13)]
    assert found.value.mistakes[-1].found == "the rest was not read, after 8 mistakes"


def test_the_same_file_again_changes_nothing(world: World) -> None:
    first = registry.record_file(world.context, file_of(*many(3)))
    again = registry.record_file(world.context, file_of(*many(3)))
    assert (first.already, again.already, again.unchanged) == (None, world.now, 6)


def test_the_same_key_means_the_same_facts_however_they_are_written(world: World) -> None:
    registry.record_file(world.context, file_of(*many(3)), key="mine")
    assert registry.record_file(world.context, file_of("", *many(3)), key="mine").already == world.now
    one_by_one = [world.submission("organisation id=x name=X helix=company from=2024-01-01")]
    with pytest.raises(NotPossible, match="already used for another command"):
        registry.record(world.context, one_by_one, key="mine")
    with pytest.raises(Mistakes, match="no JSON"):
        registry.record_file(world.context, file_of("{"), key="mine")


def test_a_file_that_is_written_meanwhile_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text(json.dumps(organisation("one")), encoding="utf-8")
    file = RecordFile.open(path)
    path.write_text(json.dumps(organisation("two")), encoding="utf-8")
    with pytest.raises(ClusterflowError, match="was changed while it was read"):
        registry.record_file(world.context, file)


def test_a_line_without_end_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_file, "LARGEST_BYTES", 2**20)
    with pytest.raises(ClusterflowError, match="a line of more than 1 MB"):
        registry.record_file(world.context, file_of("[" * 2**20 + "1"))


def test_how_far_the_file_is_read_is_told(world: World) -> None:
    steps: list[tuple[int, int]] = []
    content = b"\n".join(json.dumps(line).encode() for line in many(3))
    file = RecordFile(io.BytesIO(content), "facts.jsonl", lambda done, total: steps.append((done, total)))
    registry.record_file(world.context, file)
    assert steps[-1] == (len(content), len(content))
    assert len(steps) == 6


def test_memory_does_not_grow_with_the_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "BATCH", 50)
    registry.record_file(world.context, file_of(*many(200)))  # statements are compiled once

    def peak(number: int) -> int:
        file = file_of(*({**line, "name": "x"} for line in many(number) if line["record"] == "organisation"))
        tracemalloc.start()
        registry.record_file(world.context, file)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    small, large = peak(200), peak(1600)
    assert large < small + 1400 * 400, (small, large)  # an id is remembered, and not a record
