"""The day from which a later fact counts instead is kept beside each fact, however facts are entered and changed."""

from __future__ import annotations

import io
from collections import defaultdict
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from support.search import WITHOUT_SHRINKING
from support.world import World, model, stage

from clusterflow.domain.records import RECORDS
from clusterflow.errors import ClusterflowError
from clusterflow.intake.record_file import RecordFile
from clusterflow.services import ledger, personal_data
from clusterflow.services.context import Context
from clusterflow.services.exports.exports import Exports
from clusterflow.services.exports.restore import restore
from clusterflow.settings import Settings
from clusterflow.store import tables
from clusterflow.store.database import open_database
from clusterflow.store.migrate import config_of, upgrade

Days = dict[tuple[str, str, int], date | None]
"""By table, chain and entry, of the facts that hold."""

KINDS = (
    "membership initiative=one organisation={name} from={day}",
    "body initiative=one id={name} kind=board name=B from={day}",
    "seat initiative=one body=a person=ana from={day}",
    "observation initiative=one metric={name} on={day} numerator=1 denominator=2",
    "exchange-rate base=EUR quote=USD on={day} rate=1.1",
    "organisation id={name} name=N from={day} helix=company",
)
DAYS = ("2023-01-01", "2023-02-01", "2023-03-01", "2023-04-01")
CHANGES = ("", " source=other", " retract=true")
LINES = st.builds(
    lambda kind, name, day, change: kind.format(name=name, day=day) + change,
    st.sampled_from(KINDS), st.sampled_from(["a", "b"]), st.sampled_from(DAYS), st.sampled_from(CHANGES),
)  # fmt: skip


def stored(database: Engine) -> Days:
    found: Days = {}
    with database.connect() as connection:
        for name, table in tables.REGISTRY_TABLES.items():
            holds = (table.c.superseded_at.is_(None), table.c.retracted.is_(False))
            for row in connection.execute(select(table.c.chain, table.c.entry, table.c.replaced_on).where(*holds)):
                found[name, row.chain, row.entry] = row.replaced_on
    return found


def counted(database: Engine) -> Days:
    """The same by the plain definition: the first day of the next fact with the same key."""
    found: Days = {}
    with database.connect() as connection:
        for name, table in tables.REGISTRY_TABLES.items():
            by_key: dict[Any, list[Any]] = defaultdict(list)
            holds = (table.c.superseded_at.is_(None), table.c.retracted.is_(False))
            for row in connection.execute(select(table).where(*holds)):
                key = tuple(row._mapping[k] for k in RECORDS[name].key if k != "valid_from")
                by_key[row.chain, key].append(row)
            for rows in by_key.values():
                for row in rows:
                    later = [other.valid_from for other in rows if other.valid_from > row.valid_from]
                    found[name, row.chain, row.entry] = min(later, default=None)
    return found


def begin(url: str, database: Engine, initiative: str = "one") -> World:
    w = World(url, model(stage("first")), database=database)
    w.enrol(initiative)
    w.record(
        "person id=ana name=Ana from=2023-01-01",
        "organisation id=a name=A helix=company from=2023-01-01",
        "organisation id=b name=B helix=company from=2023-01-01",
        f"body initiative={initiative} id=a kind=board name=B from=2023-01-01",
    )
    return w


def record_what_is_possible(w: World, *lines: str) -> None:
    """Record; what was never entered cannot be retracted."""
    with suppress(ClusterflowError):
        w.record(*lines)


ONCE_FOR_ALL = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
NUMBERS = count()


@settings(max_examples=20, phases=WITHOUT_SHRINKING, suppress_health_check=ONCE_FOR_ALL)
@given(commands=st.lists(st.lists(LINES, min_size=1, max_size=6), min_size=1, max_size=5))
def test_facts_that_are_entered_corrected_and_retracted_in_any_order(
    database_url: str, database: Engine, commands: list[list[str]]
) -> None:
    initiative = f"i{next(NUMBERS)}"
    w = begin(database_url, database, initiative)
    for lines in commands:
        record_what_is_possible(w, *(line.replace("=one", f"={initiative}") for line in lines))
        for line in lines:
            record_what_is_possible(w, line.replace("=one", f"={initiative}"))
        assert stored(database) == counted(database)


LIFE = (
    "membership initiative=one organisation=a from=2023-01-01",
    "membership initiative=one organisation=a from=2023-03-01 tier=gold",
    "membership initiative=one organisation=a from=2023-02-01 tier=silver",
    "membership initiative=one organisation=a from=2023-02-01 tier=bronze",
    "membership initiative=one organisation=b from=2023-01-01",
    "membership initiative=one organisation=b from=2023-02-01 to=2023-02-15",
    "membership initiative=one organisation=b from=2023-02-01 retract=true",
    "seat initiative=one body=a person=ana from=2023-01-01",
    "seat initiative=one body=a person=ana from=2023-02-01 role=chair",
    "observation initiative=one metric=x on=2023-01-01 numerator=1 denominator=2",
    "observation initiative=one metric=x on=2023-02-01 numerator=2 denominator=2",
)


def test_an_upgrade_finds_the_day_of_every_fact_recorded_before_it(database_url: str, database: Engine) -> None:
    w = begin(database_url, database)
    for line in LIFE:
        w.record(line)
    before = stored(database)
    assert sorted(map(str, filter(None, before.values()))) == ["2023-02-01"] * 3 + ["2023-03-01"]
    command.downgrade(config_of(database), "0013")
    command.upgrade(config_of(database), "head")
    assert stored(database) == before == counted(database)


def test_a_restored_office_and_a_forgotten_person_keep_them(sqlite_url: str, tmp_path: Path) -> None:
    w = begin(sqlite_url, open_database(sqlite_url))
    for line in LIFE:
        w.record(line)
    w.record("seat initiative=one body=a person=ana from=2023-01-01 to=2023-01-31")
    w.record("seat initiative=one body=a person=ana from=2023-02-01 to=2023-12-31")
    w.record("person id=ana from=2023-01-01 to=2023-12-31")
    w.at("2024-03-01")
    personal_data.forget(w.context, "ana")
    lines: list[str] = []
    Exports(w.context.database).life(lines.append)
    there = open_database(f"sqlite:///{tmp_path}/there.db")
    upgrade(there, w.now)
    restore(Context(Settings(proof="none"), there), RecordFile(io.BytesIO("".join(lines).encode()), "life.jsonl"))
    assert stored(there) == counted(there) == stored(w.context.database)


def test_a_day_that_somebody_altered_is_found(sqlite_url: str) -> None:
    w = begin(sqlite_url, open_database(sqlite_url))
    for line in LIFE:
        w.record(line)
    table = tables.REGISTRY_TABLES["membership"]
    assert not [flaw for one in ledger.verify(w.context) for flaw in one.flaws]
    with w.context.database.begin() as connection:
        first = connection.execute(select(table.c.entry).where(table.c.replaced_on.is_not(None))).scalars().first()
        connection.execute(update(table).where(table.c.entry == first).values(replaced_on=None))
    (flaw,) = [flaw for one in ledger.verify(w.context) for flaw in one.flaws]
    assert (flaw.entry, "from which day a later one counts" in flaw.found) == (first, True)
