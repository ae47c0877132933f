"""A statement as text runs as the statement itself does, in this process and in those that find the text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Date, Enum, Select, bindparam, event, literal, select

from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.store import people
from clusterflow.store.metrics import measure, metric
from clusterflow.store.statement_text import STATEMENT_TEXTS, StatementTexts, text_of

TODAY = date(2024, 5, 1)


class TextsInMemory(dict[str, bytes]):
    """Stores the texts of statements."""

    load = dict.get
    store = dict.__setitem__


@pytest.fixture
def store(connection: Connection) -> Iterator[TextsInMemory]:
    """What a connection stores, as a new process finds it."""
    found = TextsInMemory()
    connection.execution_options(**{STATEMENT_TEXTS: StatementTexts(found)})
    yield found
    connection.execution_options(**{STATEMENT_TEXTS: None})


@contextmanager
def executed(connection: Connection) -> Iterator[list[str]]:
    """The statements that a connection executes."""
    found: list[str] = []

    def add(_: Any, __: Any, statement: str, *___: Any) -> None:
        found.append(statement)

    event.listen(connection, "before_cursor_execute", add)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", add)


def test_every_metric_of_one_initiative_has_a_text(
    connection: Connection,
    store: TextsInMemory,
    calls: list[MetricCall],
    declarations: dict[str, MetricDeclaration],
) -> None:
    measure(connection, calls, declarations, TODAY, ["one"])
    assert len(store) == len(calls)


def test_a_stored_text_is_executed_without_building_the_statement(
    connection: Connection,
    store: TextsInMemory,
    declarations: dict[str, MetricDeclaration],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = MetricCall("members")
    with executed(connection) as before:
        found = measure(connection, [call], declarations, TODAY, ["one"])
        people.capacities(connection, "one", TODAY)
    connection.execution_options(**{STATEMENT_TEXTS: StatementTexts(store)})
    for place, name in ((metric, "_summed"), (people, "_capacity_query")):
        monkeypatch.setattr(place, name, lambda *_: pytest.fail("the statement was built"))
    with executed(connection) as again:
        assert measure(connection, [call], declarations, TODAY, ["one"]) == found
        people.capacities(connection, "one", TODAY)
    assert again == before


def test_another_version_of_the_database_system_has_texts_of_its_own(
    connection: Connection, store: TextsInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.capacities(connection, "one", TODAY)
    monkeypatch.setattr(connection.dialect, "server_version_info", (1, 2))
    connection.execution_options(**{STATEMENT_TEXTS: StatementTexts(store)})
    people.capacities(connection, "one", TODAY)
    assert len(store) == 2


def test_values_are_converted_as_by_the_statement(connection: Connection) -> None:
    day = bindparam("day", type_=Date)
    query = select(day.label("day"), literal(True).label("flag"), literal("100 %").label("text"))
    text = text_of(query, connection.dialect)
    assert text is not None
    assert [tuple(row) for row in text.rows(connection, {"day": TODAY})] == [(TODAY, True, "100 %")]


@pytest.mark.parametrize(
    "query",
    [
        select(literal(TODAY)),
        select(literal("a", Enum("a", "b"))),
        select(literal(1)).where(literal("a").in_(bindparam("list", expanding=True))),
    ],
    ids=["a constant that JSON does not hold", "a type with settings", "a list with as many places as values"],
)
def test_what_is_more_than_its_text_has_none(connection: Connection, query: Select[Any]) -> None:
    assert text_of(query, connection.dialect) is None
