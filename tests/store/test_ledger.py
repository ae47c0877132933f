"""The ledger by itself: what is appended follows from what is there, and every part of an entry is in its hash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from support.world import World

from clusterflow.domain.gate_events import CodeRenewed, GateOpened
from clusterflow.domain.record_events import RecordEntered
from clusterflow.store import ledger, tables
from clusterflow.store.ledger import GENESIS, Head, VersionConflict

AT = datetime(2024, 1, 1, tzinfo=UTC)
EVENT = RecordEntered(record="body", digest="0" * 64)


@pytest.fixture
def world(sqlite_url: str) -> World:
    return World(sqlite_url)


def test_an_entry_on_a_head_that_others_moved_is_refused(world: World) -> None:
    with world.context.database.begin() as connection:
        before = ledger.read_head(connection, "registry")
        ledger.append(connection, before, [EVENT], AT, "clerk", "record")
        with pytest.raises(VersionConflict, match="registry"):
            ledger.append(connection, before, [EVENT], AT, "clerk", "record")
        assert ledger.peek_version(connection, "registry") == before.version + 1


def test_a_chain_that_others_began_is_not_begun_again(world: World) -> None:
    with world.context.database.begin() as connection:
        ledger.append(connection, Head("one"), [EVENT], AT, "clerk", "record")
        with pytest.raises(VersionConflict, match="one"):
            ledger.append(connection, Head("one"), [EVENT], AT, "clerk", "record")


def test_entries_follow_each_other_and_the_head_follows_them(world: World) -> None:
    with world.context.database.begin() as connection:
        first, second = ledger.append(connection, Head("one"), [EVENT, EVENT], AT, "clerk", "record")
        assert (first.version, first.previous) == (1, GENESIS)
        assert (second.version, second.previous) == (2, first.hash)
        assert ledger.read_head(connection, "one") == Head("one", 2, second.hash, AT)
        assert list(ledger.read_entries(connection, "one")) == [first, second]
        assert list(ledger.read_entries(connection, "one", after=1)) == [second]
        assert list(ledger.read_entries(connection, "one", until=1)) == [first]
        assert list(ledger.read_entries(connection, "one", kinds=["vote.cast"])) == []
        assert ledger.append(connection, Head("one", 2, second.hash, AT), [], AT, "clerk", "record") == ()


PARTS = ("0" * 64, "one", 1, AT, "clerk", "record", "record.entered", "{}")
OTHERS = ("1" * 64, "two", 2, AT + timedelta(days=1), "else", "enrol", "record.corrected", "{ }")


@pytest.mark.parametrize("place", range(len(PARTS)))
def test_every_part_of_an_entry_is_in_its_hash(place: int) -> None:
    other = (*PARTS[:place], OTHERS[place], *PARTS[place + 1 :])
    assert ledger.hash_of(*other) != ledger.hash_of(*PARTS)  # type: ignore[arg-type]


def test_the_hash_is_the_one_that_the_documentation_describes() -> None:
    assert ledger.hash_of(*PARTS) == "54e737aad17d0ba3dfbe87a0357874adee8c27c84dec6d73aa54354d0e74ce22"  # type: ignore[arg-type]


def test_a_break_is_found_at_its_entry_and_a_head_apart_behind_the_last(world: World) -> None:
    with world.context.database.begin() as connection:
        entries = ledger.append(connection, Head("one"), [EVENT] * 3, AT, "clerk", "record")
        assert ledger.first_break(connection, "one") is None
        assert ledger.inconsistent_chains(connection) == (2, [])
        connection.execute(update(tables.chain).where(tables.chain.c.id == "one").values(head=entries[0].hash))
        assert ledger.first_break(connection, "one") == 4
        assert ledger.inconsistent_chains(connection) == (2, ["one"])
        connection.execute(update(tables.chain).where(tables.chain.c.id == "one").values(head=entries[2].hash))
        this = (tables.ledger.c.chain == "one", tables.ledger.c.version == 2)
        connection.execute(update(tables.ledger).where(*this).values(actor="else"))
        assert ledger.first_break(connection, "one") == 2
        assert ledger.first_break(connection, "nobody") is None


def test_a_chain_whose_last_entry_is_gone_or_that_goes_on_behind_its_head_is_inconsistent(world: World) -> None:
    last = (tables.ledger.c.chain == "one", tables.ledger.c.version == 3)
    with world.context.database.begin() as connection:
        entries = ledger.append(connection, Head("one"), [EVENT] * 3, AT, "clerk", "record")
        back = update(tables.chain).where(tables.chain.c.id == "one")
        connection.execute(back.values(version=2, head=entries[1].hash))
        assert ledger.inconsistent_chains(connection) == (2, ["one"]), "an entry follows"
        connection.execute(back.values(version=3, head=entries[2].hash))
        assert ledger.inconsistent_chains(connection) == (2, [])
        connection.execute(delete(tables.ledger).where(*last))
        assert ledger.inconsistent_chains(connection) == (2, ["one"]), "the last one is gone"


def test_the_heads_of_many_chains_are_returned_as_they_are_then_read(world: World) -> None:
    with world.context.database.begin() as connection:
        ledger.append(connection, Head("one"), [EVENT], AT, "clerk", "record")
        added = [(ledger.read_head(connection, chain), [EVENT, EVENT], AT) for chain in ("one", "registry")]
        heads = ledger.append_many(connection, added, "clerk", "import")
        assert heads == [ledger.read_head(connection, chain) for chain in ("one", "registry")]
        assert [entry.command for entry in ledger.read_entries(connection, "one", after=1)] == ["import"] * 2


def test_who_recorded_or_opened_a_gate_since_a_moment_is_an_actor(world: World) -> None:
    with world.context.database.begin() as connection:
        (first,) = ledger.append(connection, Head("one"), [EVENT], AT, "clerk", "record")
        later = AT + timedelta(days=1)
        ledger.append(connection, Head("one", 1, first.hash, AT), [EVENT], later, "ana", "record")
        assert ledger.actors(connection, "one", AT) == {"clerk", "ana"}
        assert ledger.actors(connection, "one", later) == {"ana"}
        assert ledger.actors(connection, "two", AT) == frozenset()


def test_who_opened_a_gate_is_an_actor_and_who_renewed_a_code_is_not(world: World) -> None:
    opened = GateOpened(review="a-1", stage="a", round=1, findings="f", on=AT.date())
    renewed = CodeRenewed(review="a-1", stage="a", decider="p-1", on=AT.date())
    with world.context.database.begin() as connection:
        (first,) = ledger.append(connection, Head("one"), [opened], AT, "ana", "open")
        ledger.append(connection, Head("one", 1, first.hash, AT), [renewed], AT, "bruno", "renew")
        assert ledger.actors(connection, "one", AT) == {"ana"}


def test_a_number_that_is_left_out_is_a_break_even_with_right_hashes(world: World) -> None:
    with world.context.database.begin() as connection:
        (first,) = ledger.append(connection, Head("one"), [EVENT], AT, "clerk", "record")
        skipped = ledger.append(connection, Head("one", 1, first.hash, AT), [EVENT], AT, "clerk", "record")[0]
        body = EVENT.model_dump_json()
        digest = ledger.hash_of(first.hash, "one", 3, AT, "clerk", "record", EVENT.kind, body)
        this = (tables.ledger.c.chain == "one", tables.ledger.c.version == skipped.version)
        connection.execute(update(tables.ledger).where(*this).values(version=3, hash=digest))
        connection.execute(update(tables.chain).where(tables.chain.c.id == "one").values(version=3, head=digest))
        assert ledger.first_break(connection, "one") == 2


def test_a_chain_that_nobody_began_has_version_0(world: World) -> None:
    with world.context.database.begin() as connection:
        assert ledger.peek_version(connection, "nobody") == 0
