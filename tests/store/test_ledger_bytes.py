"""The stored form of the ledger: fewer bytes, the same entries, and the same hashes as before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, inspect, select, text, update
from support.world import World, model, stage

from clusterflow.domain.events import KINDS
from clusterflow.domain.records import RECORDS
from clusterflow.services import ledger, personal_data, standing
from clusterflow.services.exports.exports import Exports
from clusterflow.store import ledger_codes, tables
from clusterflow.store.ledger import GENESIS
from clusterflow.store.ledger_entries import body_of, command_numbers, shorten
from clusterflow.store.migrate import config_of, upgrade

BEFORE = "0012"


class Stored(NamedTuple):
    kind: str
    record: str | None
    digest: str | None
    replaces: int | None
    body: str | None


def read_back(kind: str, body: str) -> str:
    return body_of(Stored(kind, *shorten(kind, body)))  # type: ignore[arg-type]


class TestCodes:
    def test_every_kind_of_event_and_every_record_type_has_a_code(self) -> None:
        assert set(KINDS) <= set(ledger_codes.KINDS)
        assert set(RECORDS) <= set(ledger_codes.RECORDS)

    @pytest.mark.parametrize(
        ("words", "number", "digest"),
        [
            (ledger_codes.KINDS, 39, "9635930f06c88525"),
            (ledger_codes.RECORDS, 41, "63948733ffbf8d25"),
            (ledger_codes.COMMANDS, 17, "e0fb16f33cee3188"),
        ],
    )
    def test_the_codes_that_databases_hold_never_change(self, words: tuple[str, ...], number: int, digest: str) -> None:
        assert len(set(words)) == len(words)
        assert hashlib.sha256(" ".join(words[:number]).encode()).hexdigest()[:16] == digest

    def test_a_word_without_a_code_is_stored_as_it_is(self, sqlite_url: str) -> None:
        world = World(sqlite_url)
        column = tables.ledger.c.kind
        with world.context.database.begin() as connection:
            for word in ("new.kind", "=", "7", ""):
                connection.execute(update(tables.ledger).values(kind=word))
                assert set(connection.execute(select(column)).scalars()) == {word}

    def test_a_code_that_nobody_gave_breaks_the_chain_and_nothing_else(self, sqlite_url: str) -> None:
        world = World(sqlite_url)
        with world.context.database.begin() as connection:
            connection.execute(text("UPDATE ledger SET kind = '999', command = -999, record = 'x' WHERE version = 3"))
        assert ledger.first_break(world.context, "registry") == 3


class TestEvents:
    @given(
        st.sampled_from(ledger_codes.KINDS[:3]),
        st.sampled_from(["body", "legal-entity", "two words", "á", ""]),
        st.sampled_from(["0" * 64, "ab" * 32, "AB" * 32, "0" * 63, ""]),
        st.sampled_from(["null", "1", "01", "-1", "0", "9" * 30, "1.0", '"1"']),
        st.booleans(),
    )
    def test_a_fact_reads_back_as_the_text_that_was_hashed(
        self, kind: str, record: str, digest: str, replaces: str, is_another: bool
    ) -> None:
        shown_kind = "record.entered" if is_another else kind
        body = f'{{"kind":"{shown_kind}","record":"{record}","digest":"{digest}","replaces":{replaces}}}'
        assert read_back(kind, body) == body

    @given(st.text(alphabet='{}"kind:,.x ', max_size=30))
    def test_any_text_that_does_not_begin_in_the_middle_reads_back(self, rest: str) -> None:
        for body in (rest.lstrip('"'), f'{{"kind":"x",{rest}', f'{{"kind":"x"{rest}'):
            assert read_back("x", body) == body

    def test_a_fact_needs_no_body_and_another_event_not_its_kind(self) -> None:
        digest = "0f" * 32
        fact = f'{{"kind":"record.entered","record":"body","digest":"{digest}","replaces":null}}'
        assert shorten("record.entered", fact) == ("body", digest, None, None)
        assert shorten("hold.ended", '{"kind":"hold.ended","stage":"a"}') == (None, None, None, '"stage":"a"}')


class TestCommands:
    def test_a_key_has_one_number_and_a_name_of_a_command_needs_no_row(self, database: Engine) -> None:
        with database.begin() as connection:
            first = command_numbers(connection, ["form-1", "record"])
            again = command_numbers(connection, ["decide", "form-2", "form-1"])
            assert again["form-1"] == first["form-1"]
            assert set(connection.execute(select(tables.ledger_command.c.name)).scalars()) == {"form-1", "form-2"}

    def test_a_part_of_a_command_that_is_undone_takes_its_number_with_it(self, sqlite_url: str) -> None:
        world = World(sqlite_url)
        world.record("person id=ana name=Ana from=2024-01-01", key="key-1")
        (entry,) = ledger.entries(world.context, "registry")[-1:]
        assert entry.command == "key-1"


def lived(url: str, database: Engine) -> World:
    """Two lives with a decision by a form, corrections, a withdrawn fact, a forgotten person and refused voices."""
    w = World(url, model(stage("first"), stage("second", ("first",))), database=database)
    for one in ("one", "two"):
        w.enrol(one)
        w.state_figure("first", initiative=one)
        w.evaluate(one)
        w.decide("first", by="nobody", initiative=one)
        w.decide("first", initiative=one, reason="«sí», «no» y \\ \" 'ñ'", key=f"form:{one}")
        w.at("2024-02-10").state_figure("first", 0, initiative=one)
        w.evaluate(one)
        w.at("2024-01-11")
    w.at("2024-03-01").record(
        "body initiative=one id=extra kind=committee name=Extra from=2021-01-01", key="file-" + "a" * 40
    )
    w.record("body initiative=one id=extra kind=committee name=Other from=2021-01-01")
    personal_data.forget(w.context, "nobody")
    return w


def answers(w: World) -> Any:
    """What the ledger answers to people and programs."""
    life: list[str] = []
    Exports(w.context.database).life(life.append)
    shown = [[e.model_dump(mode="json") for e in ledger.entries(w.context, one)] for one in ("registry", "one", "two")]
    later = [
        [e.model_dump(mode="json") for e in ledger.entries(w.context, "one", after=n, until=n + 3)] for n in range(12)
    ]
    states = [standing.status(w.context, one).model_dump(mode="json") for one in ("one", "two")]
    past = standing.board(w.context, as_of=w.at("2024-01-20").now.date()).model_dump(mode="json")
    w.at("2024-03-01")
    return life, shown, later, states, past, ledger.seal(w.context).text, ledger.verify(w.context)


def former_entries(connection: Connection) -> Iterator[dict[str, Any]]:
    rows = connection.execute(text("SELECT * FROM ledger ORDER BY chain, version"))
    yield from (dict(row) for row in rows.mappings())


def test_a_migrated_ledger_gives_the_same_answers_and_has_the_same_heads(database_url: str, database: Engine) -> None:
    w = lived(database_url, database)
    before, config = answers(w), config_of(database)
    assert not [flaw for one in before[-1] for flaw in one.flaws]
    command.downgrade(config, BEFORE)
    with database.connect() as connection:
        entries = list(former_entries(connection))
        heads = {row.id: row.head for row in connection.execute(text("SELECT id, head FROM chain"))}
    # The former schema says the same in its own words: every entry follows from the one before it.
    shown = [one for chain in sorted(before[1], key=lambda c: c[0]["chain"]) for one in chain]
    previous = dict.fromkeys(heads, GENESIS)
    for entry, same in zip(entries, shown, strict=True):
        event = json.loads(entry["body"])
        assert (entry["kind"], entry["command"], event) == (same["event"]["kind"], same["command"], same["event"])
        assert (entry["previous"], entry["hash"]) == (previous[entry["chain"]], same["hash"])
        previous[entry["chain"]] = entry["hash"]
    assert previous == heads
    command.upgrade(config, "head")
    assert answers(w) == before
    assert not {"previous"} & {c["name"] for c in inspect(database).get_columns("ledger")}


def test_an_upgrade_gives_the_space_of_the_former_ledger_back(sqlite_url: str) -> None:
    w = World(sqlite_url)
    w.record(*(f"person id=p{n} name=Person from=2024-01-01" for n in range(200)))
    command.downgrade(config_of(w.context.database), BEFORE)
    upgrade(w.context.database, w.now)
    with w.context.database.connect() as connection:
        assert connection.execute(text("SELECT freelist_count FROM pragma_freelist_count")).scalar_one() == 0
    assert not [flaw for one in ledger.verify(w.context) for flaw in one.flaws]


def test_a_migration_keeps_what_somebody_altered_before_it(sqlite_url: str) -> None:
    w = World(sqlite_url, model(stage("first")))
    w.enrol()
    config = config_of(w.context.database)
    command.downgrade(config, BEFORE)
    with w.context.database.begin() as connection:
        connection.execute(text("UPDATE ledger SET hash = 'nothing' WHERE chain = 'one' AND version = 2"))
        connection.execute(text("UPDATE ledger SET body = 'nothing' WHERE chain = 'registry' AND version = 4"))
    command.upgrade(config, "head")
    assert ledger.first_break(w.context, "one") == 2
    assert ledger.first_break(w.context, "registry") == 4


def test_a_hash_in_the_database_takes_its_bytes_and_no_entry_repeats_another(sqlite_url: str) -> None:
    w = World(sqlite_url)
    with w.context.database.connect() as connection:
        row = connection.execute(text("SELECT * FROM ledger WHERE version = 1")).mappings().one()
    assert (len(row["hash"]), len(row["digest"]), row["body"]) == (32, 32, None)
    assert (row["kind"], row["record"], row["command"]) == ("0", "3", -1)
    assert isinstance(row["at"], int)


def test_a_simulation_goes_on_from_a_copied_entry(sqlite_url: str) -> None:
    """An entry names the hash of the one before it, also where only the last ones of a chain are there."""
    w = World(sqlite_url)
    with w.context.database.begin() as connection:
        connection.execute(text("DELETE FROM ledger WHERE version < 5"))
    entries = ledger.entries(w.context, "registry", after=5)
    assert entries[0].previous == ledger.entries(w.context, "registry", after=4)[0].hash


def test_an_entry_that_another_program_wrote_is_read(sqlite_url: str) -> None:
    w = World(sqlite_url)
    with w.context.database.begin() as connection:
        last = connection.execute(text("SELECT max(version) FROM ledger")).scalar_one()
        row = {"version": last + 1, "at": w.now, "command": 999, "chain": "registry", "actor": "x", "kind": "x.y"}
        connection.execute(insert(tables.ledger), {**row, "body": "{", "hash": "z"})
        connection.execute(text("UPDATE chain SET head = 'text'"))
    assert ledger.first_break(w.context, "registry") == last + 1
