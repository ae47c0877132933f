"""Verification sees every altered value, a seal shows what was cut off, and a person can be forgotten all the same."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from support.world import World, model, stage

from clusterflow.domain.pseudonym import Pseudonym
from clusterflow.domain.seal import Seal
from clusterflow.engine import verify as verification
from clusterflow.engine.verify import Flaw
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.services import ledger, personal_data, standing
from clusterflow.store import tables
from clusterflow.store.ledger import heads
from clusterflow.store.schema import whole_schema

from .conftest import MakeWorld

TWO = model(stage("first"), stage("second", ("first",)))
STATE = ("stage_visit", "gate_review", "vote", "milestone", "standing_answer")

NOT_VERIFIED = {
    ("chain", "published"), ("chain", "told"), ("chain", "notifiable"),  # how far the entries have gone out
    ("lifecycle_model", "first_seen"),
}  # fmt: skip


def lived(world: MakeWorld) -> World:
    """An initiative that has passed its first gate; a fact was corrected, and one withdrawn."""
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first", reason="it is time", key="form-1")
    w.record("body initiative=one id=extra kind=committee name=Extra from=2021-01-01")
    w.record("body initiative=one id=extra kind=committee name=Other from=2021-01-01")
    w.record("action initiative=one id=call title=Call owner=nobody due=2024-05-01 from=2024-01-01 state=done")
    w.record("channel person=nobody channel=mail address=nobody@else.example from=2020-01-01")
    assert flaws(w) == []
    return w


def flaws(w: World) -> list[str]:
    return [str(flaw) for one in ledger.verify(w.context) for flaw in one.flaws]


def verified() -> list[Table]:
    """The tables whose rows the ledger vouches for."""
    schema = whole_schema().tables
    names = ["ledger", "ledger_command", "chain", "lifecycle_model", "initiative_state", "pseudonym", *STATE]
    return [schema[name] for name in names] + list(tables.REGISTRY_TABLES.values())


def another(value: Any, column: Any) -> Any:
    """A value of the same kind that is not this one."""
    if value is None:
        kind = column.type.python_type
        return {str: "x", int: 7, float: 0.5, bool: True, date: date(2001, 1, 1)}.get(kind, datetime.now().astimezone())
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1000
    if isinstance(value, date):
        return value + timedelta(days=1)
    return value[:-1] + ("y" if value.endswith("x") else "x")


def found(connection: Connection, row: Row[Any]) -> list[Flaw]:
    """The flaws that verification finds inside an open transaction, in the chain of a row."""
    chain = row._mapping.get("chain", row._mapping["id"] if "head" in row._mapping else "one")
    results = [verification.verify(connection, head) for head in heads(connection, [chain])]
    return [f for r in results for f in r.flaws] + list(verification.chains_without_head(connection))


def this(table: Table, row: Row[Any]) -> list[Any]:
    return [column == row._mapping[column.name] for column in table.primary_key]


def test_whatever_is_altered_in_the_ledger_a_fact_or_a_state_is_found(world: MakeWorld) -> None:
    w, altered, missed = lived(world), 0, []
    for table in verified():
        with w.context.database.connect() as connection:
            row = connection.execute(select(table)).first()
            connection.rollback()
            if row is None:
                continue
            for column in table.c:
                value = another(row._mapping[column.name], column)
                if (table.name, column.name) in NOT_VERIFIED or (value == "x" and column.name.endswith("_currency")):
                    continue  # a currency without an amount says nothing
                try:
                    connection.execute(update(table).where(*this(table, row)).values({column: value}))
                    if not found(connection, row):
                        missed.append(f"{table.name}.{column.name}")
                finally:
                    connection.rollback()
                altered += 1
    assert missed == []
    assert altered > 150


def test_whatever_row_is_deleted_is_missed(world: MakeWorld) -> None:
    w, unseen = lived(world), []
    for table in verified():
        with w.context.database.connect() as connection:
            for row in connection.execute(select(table)).all():
                connection.execute(delete(table).where(*this(table, row)))
                if not found(connection, row):
                    unseen.append(f"{table.name} {row[:3]}")
                connection.rollback()
                connection.begin()
    assert unseen == []


def test_a_fact_whose_salt_was_deleted_is_no_longer_whole(world: MakeWorld) -> None:
    w = lived(world)
    with w.context.database.begin() as connection:
        connection.exec_driver_sql("UPDATE seat SET salt = '', role = 'manager' WHERE role = 'chair'")
    assert any("its seat cannot be checked, because its salt was deleted" in flaw for flaw in flaws(w))


def test_a_pseudonym_that_was_linked_to_somebody_else_is_found(world: MakeWorld) -> None:
    w = lived(world)
    with w.context.database.begin() as connection:
        connection.execute(update(tables.pseudonym).values(person="bruno"))
    (flaw,) = flaws(w)
    assert "is linked to another person" in flaw
    with w.context.database.begin() as connection:
        connection.execute(update(tables.pseudonym).values(person="mona", salt=None))
    assert "is linked to another person" in flaws(w)[0], "without its salt it cannot be checked"
    with w.context.database.begin() as connection:
        connection.execute(update(tables.pseudonym).values(person=tables.pseudonym.c.alias, salt=None))
    assert "was removed, and no entry says so" in flaws(w)[0]


def test_pseudonyms_of_earlier_versions_are_taken_as_they_are() -> None:
    old = Pseudonym(alias="p-0123456789ab", person="mona")
    assert (old.is_sound, old.is_forgotten) == (True, False)
    new = Pseudonym.of("mona", "00ff")
    assert (new.is_sound, len(new.alias)) == (True, 22)
    assert not new._replace(salt=None).is_sound


def test_a_seal_shows_a_chain_that_was_cut_at_its_end(world: MakeWorld) -> None:
    w = lived(world)
    sealed = Seal.parse(ledger.seal(w.context).text, "seal.txt")
    assert ledger.compare_seal(w.context, sealed) == []
    with w.context.database.begin() as connection:
        before = next(h for h in heads(connection, ["one"]))
        cut = before.version - 3
        for name in tables.REGISTRY_TABLES:
            table = tables.REGISTRY_TABLES[name]
            connection.execute(delete(table).where(table.c.chain == "one", table.c.entry > cut))
            newer = {"superseded_by": None, "superseded_at": None}
            connection.execute(update(table).where(table.c.superseded_by > cut, table.c.chain == "one").values(newer))
        connection.execute(delete(tables.ledger).where(tables.ledger.c.chain == "one", tables.ledger.c.version > cut))
        end = connection.execute(
            select(tables.ledger.c.hash, tables.ledger.c.at).where(
                tables.ledger.c.chain == "one", tables.ledger.c.version == cut
            )
        ).one()
        row = update(tables.chain).where(tables.chain.c.id == "one")
        connection.execute(row.values(version=cut, head=end.hash, at=end.at))
    assert flaws(w) == [], "a chain that was cut with care follows from itself"
    (flaw,) = ledger.compare_seal(w.context, sealed)
    assert str(flaw) == f"chain «one»: has {cut} entries, and had {before.version} on {sealed.made_at:%Y-%m-%d %H:%M}"


def test_a_seal_shows_a_chain_that_was_removed_whole_or_written_anew(world: MakeWorld) -> None:
    w = lived(world)
    sealed = ledger.seal(w.context)
    other = sealed.model_copy(update={"chains": tuple(c.model_copy(update={"hash": "0" * 64}) for c in sealed.chains)})
    assert [flaw.found for flaw in ledger.compare_seal(w.context, other)] == [
        f"is another entry than on {sealed.made_at:%Y-%m-%d %H:%M}, or one before it is"
    ] * 2
    gone = sealed.chains[0].model_copy(update={"chain": "two", "version": 9})
    (flaw,) = ledger.compare_seal(w.context, sealed.model_copy(update={"chains": (gone,)}))
    assert str(flaw) == f"chain «two»: is missing, and had 9 entries on {sealed.made_at:%Y-%m-%d %H:%M}"


def test_a_seal_shows_an_entry_that_was_altered_before_its_last_one(world: MakeWorld) -> None:
    w = lived(world)
    sealed = ledger.seal(w.context)
    with w.context.database.begin() as connection:
        this = (tables.ledger.c.chain == "one", tables.ledger.c.version == 2)
        connection.execute(update(tables.ledger).where(*this).values(actor="else"))
    (flaw,) = ledger.compare_seal(w.context, sealed)
    assert (flaw.chain, flaw.entry, flaw.found) == ("one", 2, "does not follow from the entry before it")


def test_what_is_written_after_a_seal_is_no_flaw(world: MakeWorld) -> None:
    w = lived(world)
    sealed = ledger.seal(w.context)
    w.state_figure("second")
    w.evaluate()
    assert ledger.compare_seal(w.context, sealed) == []


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda t: t.replace("chain one", "chain two"), "seal.txt: its last line is not the SHA-256"),
        (lambda t: t.rsplit("\n", 2)[0], "seal.txt: its last line is not the SHA-256 of the lines above"),
        (lambda t: "hello", "seal.txt:1: «hello» is not the first line of a seal; accepted: «clusterflow seal 1»"),
        (lambda t: signed(t.replace("made 2", "made x")), "seal.txt:2: «x024"),
        (lambda t: signed(t.replace("chain one", "train one")), "seal.txt:3: is not a line of a seal"),
    ],
)  # fmt: skip
def test_a_seal_that_was_changed_is_refused(world: MakeWorld, harm: Any, expected: str) -> None:
    text = ledger.seal(lived(world).context).text
    assert Seal.parse(text.replace("\n", "\r\n"), "seal.txt").text == text, "a mail program may change line ends"
    with pytest.raises(Mistakes) as refused:
        Seal.parse(harm(text), "seal.txt")
    assert str(refused.value).startswith(expected)


def signed(text: str) -> str:
    """The lines of a changed seal, with the right last line."""
    body = text[: text.rindex("sha256")]
    return f"{body}sha256 {hashlib.sha256(body.encode()).hexdigest()}\n"


def test_a_forgotten_person_is_nowhere_and_the_ledger_stays_whole(world: MakeWorld) -> None:
    w = lived(world)
    before = standing.state(w.context, "one")
    w.record("attendance initiative=one meeting=m person=nobody organisation=firm on=2024-01-05 present=true",
             "meeting initiative=one id=m body=board on=2024-01-05")  # fmt: skip
    with w.context.database.begin() as connection:
        session = {"digest": "0" * 64, "person": "nobody", "begun_at": w.now, "used_at": w.now}
        connection.execute(insert(tables.web_session), session)
    done = personal_data.forget(w.context, "nobody", actor="clerk")
    assert (done.chains, done.entries) == (("one", "registry"), 0)
    assert flaws(w) == []
    with w.context.database.connect() as connection:
        for table in whole_schema().tables.values():
            for row in connection.execute(select(table)):
                assert "nobody" not in str(row).lower(), table.name
        (attendance,) = connection.execute(select(tables.REGISTRY_TABLES["attendance"])).all()
        assert attendance.person == done.alias, "the meeting still had somebody in it"
    kinds = [entry.event.kind for entry in ledger.entries(w.context, "one")]
    assert kinds[-1] == "person.forgotten"
    assert standing.state(w.context, "one").votes == before.votes


def test_a_fact_changed_after_somebody_was_forgotten_is_found(world: MakeWorld) -> None:
    w = lived(world)
    personal_data.forget(w.context, "nobody")
    with w.context.database.begin() as connection:
        connection.exec_driver_sql("UPDATE action SET title = 'Else' WHERE id = 'call'")
    assert any("its action is not what was recorded" in flaw for flaw in flaws(w))


def test_who_still_holds_a_part_cannot_be_forgotten_and_all_parts_are_named(world: MakeWorld) -> None:
    w = lived(world)
    with pytest.raises(NotPossible) as refused:
        personal_data.forget(w.context, "mona")
    assert "representation mona firm; seat management mona of one; seat board mona of one" in str(refused.value)
    with pytest.raises(UnknownName, match="no person is called «monna»; the nearest: mona"):
        personal_data.forget(w.context, "monna")


def test_a_vote_of_a_forgotten_person_stays_under_the_pseudonym(world: MakeWorld) -> None:
    w = lived(world)
    (vote,) = standing.state(w.context, "one").votes
    w.at("2024-02-01").record(
        "seat initiative=one body=management person=mona to=2024-01-20",
        "seat initiative=one body=board person=mona to=2024-01-20",
        "representation person=mona organisation=firm to=2024-01-20",
    )
    done = personal_data.forget(w.context, "mona")
    assert done.alias == vote.decider
    assert standing.state(w.context, "one").votes == (vote,)
    assert flaws(w) == []
    with pytest.raises(UnknownName):
        personal_data.forget(w.context, "mona")
