"""Writes that are sent together are all done or none, and a lost race is reported as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from clusterflow.domain.record_events import RecordEntered
from clusterflow.store import ledger, tables
from clusterflow.store.ledger import Head, VersionConflict
from clusterflow.store.write_batch import write_together

AT = datetime(2024, 1, 1, tzinfo=UTC)
EVENT = RecordEntered(record="body", digest="0" * 64)
TABLE = tables.pseudonym
ONE, TWO = ({"person": p, "alias": f"p-{p}", "salt": "s"} for p in ("ana", "bea"))


def people(connection: Connection) -> list[str]:
    return list(connection.execute(select(TABLE.c.person).order_by(TABLE.c.person)).scalars())


def test_writes_are_done_when_the_block_ends(connection: Connection) -> None:
    with write_together(connection) as batch:
        batch.execute(insert(TABLE), ONE)
        batch.execute(insert(TABLE), [TWO])
        batch.change_one(update(TABLE).where(TABLE.c.person == "ana"), {"salt": "new"}, VersionConflict("ana"))
    assert people(connection) == ["ana", "bea"]
    assert connection.execute(select(TABLE.c.salt).where(TABLE.c.person == "ana")).scalar() == "new"


@pytest.mark.parametrize("rest", [[], [ONE], [ONE, ONE]])
def test_a_row_that_is_not_there_is_a_conflict_whatever_follows(
    connection: Connection, rest: list[dict[str, str]]
) -> None:
    nobody = update(TABLE).where(TABLE.c.person == "nobody")

    def lose() -> None:
        with connection.begin_nested(), write_together(connection) as batch:
            batch.change_one(nobody, {"salt": "new"}, VersionConflict("nobody"))
            for row in rest:
                batch.execute(insert(TABLE), row)

    with pytest.raises(VersionConflict, match="nobody"):
        lose()
    assert people(connection) == []


def test_an_error_is_the_one_that_sqlalchemy_would_raise_and_nothing_is_written(engine: Engine) -> None:
    def write_twice() -> None:
        with engine.begin() as connection, write_together(connection) as batch:
            for row in (ONE, ONE, TWO):
                batch.execute(insert(TABLE), row)

    with pytest.raises(IntegrityError) as raised:
        write_twice()
    assert raised.value.orig is not None
    with engine.begin() as connection:
        assert people(connection) == []
        connection.execute(insert(TABLE), ONE)  # the connection is as good as before
        connection.rollback()


def test_a_connection_that_is_lost_meanwhile_is_not_used_again(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        return  # SQLite has no server to lose

    def write_over_a_lost_connection() -> None:
        with engine.begin() as connection, write_together(connection) as batch:
            batch.execute(insert(TABLE), ONE)
            with engine.connect() as other:
                driver = connection.connection.driver_connection
                assert driver is not None
                other.exec_driver_sql(f"SELECT pg_terminate_backend({driver.info.backend_pid})")
            batch.execute(insert(TABLE), TWO)

    with pytest.raises(DBAPIError) as raised:
        write_over_a_lost_connection()
    assert raised.value.connection_invalidated
    with engine.connect() as connection:
        assert people(connection) == []


def test_an_entry_on_a_moved_head_is_refused_on_both_systems(connection: Connection) -> None:
    (first,) = ledger.append(connection, Head("one"), [EVENT], AT, "clerk", "record")
    head = Head("one", 1, first.hash, AT)
    ledger.append(connection, head, [EVENT], AT, "clerk", "record")
    with pytest.raises(VersionConflict, match="one"), connection.begin_nested():
        ledger.append(connection, head, [EVENT], AT, "clerk", "record")
    assert ledger.peek_version(connection, "one") == 2


def test_postgresql_is_waited_for_once(engine: Engine, connection: Connection) -> None:
    if engine.dialect.name != "postgresql":
        return
    people(connection)  # begins the transaction
    driver = connection.connection.driver_connection
    assert driver is not None
    with write_together(connection) as batch:
        batch.execute(insert(TABLE), ONE)
        batch.execute(insert(TABLE), TWO)
        assert driver.pgconn.pipeline_status != 0
    assert driver.pgconn.pipeline_status == 0
    assert people(connection) == ["ana", "bea"]
