"""Facts: all or none, every mistake at once, corrections and ends without losing what was said before."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from sqlalchemy import select
from support.world import World

from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.errors import FactChanged, Mistakes
from clusterflow.rules.mistakes import bare_type
from clusterflow.services import ledger, registry
from clusterflow.store.tables import REGISTRY_TABLES

from .conftest import MakeWorld


@pytest.fixture
def one(world: MakeWorld) -> World:
    w = world()
    w.enrol("one", "cordoba")
    return w


def rows(w: World, record: str) -> list[tuple[object, ...]]:
    table = REGISTRY_TABLES[record]
    with w.context.database.connect() as connection:
        return [tuple(r) for r in connection.execute(select(table).order_by(table.c.chain, table.c.entry))]


def test_a_fact_is_entered_once_and_again_changes_nothing(one: World) -> None:
    line = "membership initiative=one organisation=firm from=2024-01-05 commitment=regular-fee"
    assert one.record(line).entered == 1
    before = rows(one, "membership")
    again = one.record(line)
    assert (again.entered, again.unchanged) == (0, 1)
    assert rows(one, "membership") == before


def test_a_correction_takes_the_place_of_a_fact_and_keeps_it(one: World) -> None:
    one.record("membership initiative=one organisation=firm from=2024-01-05 commitment=regular-fee tier=gold")
    done = one.record("membership initiative=one organisation=firm from=2024-01-05 commitment=signed-agreement")
    assert done.corrected == 1
    table = REGISTRY_TABLES["membership"]
    with one.context.database.connect() as connection:
        old, new = connection.execute(select(table).order_by(table.c.entry)).all()
    assert (old.commitment, old.superseded_by, old.superseded_at is not None) == ("regular-fee", new.entry, True)
    assert (new.commitment, new.superseded_by) == ("signed-agreement", None)
    assert new.tier == "gold", "what the correction does not name stays"


def test_an_end_names_no_first_day(one: World) -> None:
    one.record("membership initiative=one organisation=firm from=2024-01-05")
    assert one.record("membership initiative=one organisation=firm to=2024-03-31").corrected == 1
    assert one.record("membership initiative=one organisation=firm to=2024-03-31").unchanged == 1
    table = REGISTRY_TABLES["membership"]
    with one.context.database.connect() as connection:
        now = connection.execute(select(table).where(table.c.superseded_at.is_(None))).one()
    assert (str(now.valid_from), str(now.valid_to)) == ("2024-01-05", "2024-03-31")


def test_a_retracted_fact_no_longer_holds_and_stays_written(one: World) -> None:
    one.record("link initiative=one id=a direction=inside with_whom=x from=2024-01-01")
    assert one.record("link initiative=one id=a retract=true").retracted == 1
    assert len(rows(one, "link")) == 2
    with pytest.raises(Mistakes, match="no such link to retract"):
        one.record("link initiative=one id=a retract=true")


def test_every_mistake_is_reported_at_once_and_nothing_is_recorded(one: World) -> None:
    with pytest.raises(Mistakes) as caught:
        one.record(
            "organisation id=good name=Good from=2024-01-01",
            "organisation id=bad name=Bad helix=compani from=2024-13-01",
            "membershp initiative=one organisation=firm from=2024-01-01",
            "membership initiative=one organisation=frim from=2024-01-01",
            "membership initiative=uno organisation=firm from=2024-01-01",
            "membership organisation=firm from=2024-01-01",
            "invoice initiative=one id=i1 organisation=firm amount=1.234,56 due=2024-02-01 on=2024-01-01",
            "membership initiative=one organisation=firm from=2024-02-01 to=2024-01-01 colour=red",
        )
    text = str(caught.value)
    for expected in (
        "helix: «compani» is not accepted; accepted: company, government, academia, civil-society",
        "from: «2024-13-01» is not accepted; accepted: a day as YYYY-MM-DD",
        "no record type is called «membershp». The nearest: membership",
        "no organisation is called «frim». The nearest: firm",
        "no initiative is called «uno»",
        "a membership belongs to an initiative; accepted: initiative=ID",
        "amount: «1.234,56» is not an amount",
        "a membership has no field «colour»",
    ):
        assert expected in text
    assert "good" not in [r[11] for r in rows(one, "organisation")], "all or none"


def test_records_of_one_file_may_name_each_other(one: World) -> None:
    done = one.record(
        "membership initiative=one organisation=late from=2024-01-01",
        "organisation id=late name=Late from=2020-01-01",
    )
    assert done.entered == 2


def test_the_same_key_is_done_once_and_means_one_thing(one: World) -> None:
    line = "link initiative=one id=a direction=inside with_whom=x from=2024-01-01"
    first = one.record(line, key="k1")
    again = one.record(line, key="k1")
    assert (first.entered, again.entered, again.unchanged, again.already) == (1, 0, 1, one.now)
    assert len(rows(one, "link")) == 1
    with pytest.raises(Exception, match="already used for another command"):
        one.record(line.replace("inside", "outside"), key="k1")


def test_the_ledger_holds_ids_and_no_names(one: World) -> None:
    one.record("person id=zoe name=Zoé-Secret email=zoe@secret.example from=2024-01-01")
    bodies = " ".join(e.event.model_dump_json() for e in ledger.entries(one.context, REGISTRY))
    assert "Zoé" not in bodies
    assert "secret.example" not in bodies


def test_what_is_said_to_be_unknown_is_forgotten(one: World) -> None:
    one.record("membership initiative=one organisation=firm from=2024-01-05 to=2024-03-31 tier=gold")
    assert one.record("membership initiative=one organisation=firm to= tier=").corrected == 1
    assert one.record("membership initiative=one organisation=firm to= tier=").unchanged == 1
    table = REGISTRY_TABLES["membership"]
    with one.context.database.connect() as connection:
        now = connection.execute(select(table).where(table.c.superseded_at.is_(None))).one()
    assert (now.valid_to, now.tier) == (None, None)
    with pytest.raises(Mistakes, match="needs «direction»"):
        one.record("link initiative=one id=a direction= with_whom=x from=2024-01-01")


def test_what_was_retracted_begins_empty_when_it_is_entered_again(one: World) -> None:
    one.record("membership initiative=one organisation=firm from=2024-01-05 to=2024-03-31 tier=gold")
    one.record("membership initiative=one organisation=firm retract=true")
    one.record("membership initiative=one organisation=firm from=2024-01-05")
    table = REGISTRY_TABLES["membership"]
    with one.context.database.connect() as connection:
        now = connection.execute(select(table).where(table.c.superseded_at.is_(None))).one()
    assert (now.valid_to, now.tier, now.retracted) == (None, None, False)


def test_a_field_without_a_day_is_of_the_fact_that_holds(one: World) -> None:
    one.record("membership initiative=one organisation=firm from=2024-01-05")
    one.record("membership initiative=one organisation=firm from=2024-02-05")
    one.record("membership initiative=one organisation=firm from=2024-02-05 retract=true")
    assert one.record("membership initiative=one organisation=firm tier=gold").corrected == 1
    table = REGISTRY_TABLES["membership"]
    with one.context.database.connect() as connection:
        held = connection.execute(select(table).where(table.c.superseded_at.is_(None), ~table.c.retracted)).one()
    assert (str(held.valid_from), held.tier) == ("2024-01-05", "gold")


MEMBER = "membership initiative=one organisation=firm from=2024-01-05 commitment=regular-fee founder=true tier=gold"


def latest(w: World, record: str) -> Any:
    table = REGISTRY_TABLES[record]
    holding = select(table).where(table.c.superseded_at.is_(None), ~table.c.retracted)
    with w.context.database.connect() as connection:
        return connection.execute(holding.order_by(table.c.valid_from.desc())).first()


def test_a_change_from_a_new_day_keeps_what_it_does_not_name(one: World) -> None:
    one.record(MEMBER)
    one.record("membership initiative=one organisation=firm from=2025-01-01 tier=silver")
    now = latest(one, "membership")
    assert (str(now.valid_from), now.commitment, now.founder, now.tier) == ("2025-01-01", "regular-fee", True, "silver")
    one.record("initiative id=one from=2024-01-10 timezone=America/Monterrey language=en place=Monterrey")
    one.record("initiative id=one from=2025-01-01 sector=automotive")
    now = latest(one, "initiative")
    assert (now.timezone, now.language, now.place, now.sector) == ("America/Monterrey", "en", "Monterrey", "automotive")


def test_a_change_from_a_new_day_keeps_the_last_day(one: World) -> None:
    one.record(f"{MEMBER} to=2025-12-31")
    one.record("membership initiative=one organisation=firm from=2025-01-01 tier=silver")
    assert str(latest(one, "membership").valid_to) == "2025-12-31"
    one.record("membership initiative=one organisation=firm from=2025-02-01 to= commitment=")
    now = latest(one, "membership")
    assert (now.valid_to, now.commitment, now.tier) == (None, None, "silver")


def test_who_comes_back_after_an_end_begins_anew(one: World) -> None:
    one.record(f"{MEMBER} to=2024-12-31")
    one.record("membership initiative=one organisation=firm from=2025-02-01")
    now = latest(one, "membership")
    assert (now.commitment, now.founder, now.tier) == (None, False, None)


def test_a_change_before_the_first_day_or_of_another_key_keeps_nothing(one: World) -> None:
    one.record(MEMBER)
    one.record("membership initiative=one organisation=firm from=2023-01-01")
    one.record("membership initiative=one organisation=ministry from=2025-01-01")
    table = REGISTRY_TABLES["membership"]
    with one.context.database.connect() as connection:
        found = connection.execute(select(table).where(table.c.tier.is_(None))).all()
    assert {(r.organisation, str(r.valid_from)) for r in found} == {("firm", "2023-01-01"), ("ministry", "2025-01-01")}


def test_lines_of_one_file_change_each_other_in_their_order(one: World) -> None:
    one.record(MEMBER, "membership initiative=one organisation=firm from=2025-01-01 tier=silver")
    now = latest(one, "membership")
    assert (now.commitment, now.tier) == ("regular-fee", "silver")


def test_a_tax_id_that_fits_no_rule_is_recorded_and_named(one: World) -> None:
    done = one.record("organisation id=cacao name=Cacao tax_id=1793211000001 country=EC from=2024-01-01")
    assert done.entered == 1
    (doubtful,) = done.doubtful
    assert doubtful.describe("en") == (
        "command line: the tax id «1793211000001» is recorded as it is written, "
        "but its check digit is not that of a RUC (EC); check it"
    )
    assert one.record("organisation id=cacao size=small").doubtful == (), "it was said once"


def test_a_tax_id_that_another_organisation_has_is_named_in_any_spelling(one: World) -> None:
    one.record("organisation id=acero name=Acero tax_id=A58818501 country=ES from=2024-01-01")
    done = one.record("organisation id=acero-2 name=Acero tax_id=ES-a-58.818.501 country=ES from=2024-01-01")
    assert [(d.doubt.reason, d.doubt.name) for d in done.doubtful] == [("taken", "acero")]
    done = one.record(
        "organisation id=berlin name=Berlin tax_id=XEXX010101000 country=DE from=2024-01-01",
        "organisation id=osaka name=Osaka tax_id=xexx-010101-000 country=JP from=2024-01-01",
    )
    assert done.doubtful == (), "a generic number is nobody's"


BILL = "invoice initiative=one id=i1 organisation=firm amount=90.00EUR on=2024-03-01 due=2024-04-01"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (BILL.replace("2024-04-01", "2024-02-01"), "is due on 2024-02-01, before its own day, 2024-03-01"),
        (BILL.replace("amount=", "amount=-"), "amount: -90.00 EUR is less than zero"),
        (BILL.replace("2024-04-01", "2206-04-01"), "due: 2206-04-01 lies too far in the future"),
    ],
)
def test_a_value_that_looks_like_a_mistake_is_recorded_once_it_is_confirmed(one: World, line: str, found: str) -> None:
    with pytest.raises(Mistakes) as caught:
        one.record(line)
    assert found in str(caught.value)
    assert "confirm=true" in str(caught.value)
    assert one.record(f"{line} confirm=true").entered == 1
    assert one.record("invoice initiative=one id=i1 scheme=galicia-sport").corrected == 1, "it is asked once"


def test_a_payment_beyond_what_is_owed_is_confirmed_first(one: World) -> None:
    one.record(BILL, "payment initiative=one id=p1 invoice=i1 amount=60.00EUR on=2024-03-05")
    again = "payment initiative=one id=p2 invoice=i1 amount=60.00EUR on=2024-03-06"
    with pytest.raises(Mistakes, match=r"120\.00 EUR are paid on invoice «i1», which is of 90\.00 EUR"):
        one.record(again)
    with pytest.raises(Mistakes, match=r"150\.00 EUR"):
        one.record("payment initiative=one id=p1 invoice=i1 amount=90.00EUR on=2024-03-05", again)
    one.record("payment initiative=one id=p1 retract=true", again)
    one.record("payment initiative=one id=p3 invoice=i1 amount=60.00EUR on=2024-03-07 confirm=true")


def test_a_correction_of_a_fact_that_somebody_else_changed_is_refused_as_a_whole(one: World) -> None:
    one.record("membership initiative=one organisation=firm from=2024-01-05 tier=full")
    entry = rows(one, "membership")[0][1]
    line = "membership initiative=one organisation=firm from=2024-01-05"
    one.record(f"{line} tier=associate")
    before = rows(one, "membership")
    with pytest.raises(FactChanged):
        registry.record(one.context, [one.submission(f"{line} tier=other")._replace(replaces=entry)])
    with pytest.raises(FactChanged):
        registry.record(one.context, [one.submission(f"{line} tier=other")._replace(replaces=0)])
    assert rows(one, "membership") == before
    last = before[-1][1]
    assert registry.record(one.context, [one.submission(f"{line} tier=x")._replace(replaces=last)]).corrected == 1


def test_a_fact_that_was_withdrawn_counts_as_none_for_who_enters_it_again(one: World) -> None:
    line = "membership initiative=one organisation=firm from=2024-01-05"
    one.record(line)
    one.record(f"{line} retract=true")
    assert registry.record(one.context, [one.submission(line)._replace(replaces=0)]).corrected == 1


def test_a_key_means_the_same_in_both_forms_of_unicode(one: World) -> None:
    name, written_by_a_mac = "Asociación", unicodedata.normalize("NFD", "Asociación")
    assert written_by_a_mac != name
    line = "legal-entity initiative=one name={} from=2024-01-01 form=association"
    one.record(line.format(name))
    assert one.record(line.format(written_by_a_mac)).unchanged == 1
    assert one.record(f"legal-entity initiative=one name={written_by_a_mac} to=2024-12-31").corrected == 1


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (name, field)
        for name, cls in RECORDS.items()
        for field, declared in cls.model_fields.items()
        if bare_type(declared.annotation) is int
    ],
)
def test_a_number_that_no_database_holds_is_a_mistake(one: World, record: str, field: str) -> None:
    with pytest.raises(Mistakes) as found:
        one.record(f"{record} initiative=one {field}={10**30}")
    assert any(m.found == f"{field}: «{10**30}» is not accepted" for m in found.value.mistakes)
