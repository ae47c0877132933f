"""Statements as SQL text, which another process need neither build nor compile again.

A short command spends more time on building and compiling the statement of a metric than on its query. The text follows
from our code, SQLAlchemy and the database system. So a database can be opened with a store for texts
(``STATEMENT_TEXTS``), which keeps them between processes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BigInteger, Boolean, Connection, Date, Dialect, Float, Integer, Select, String
from sqlalchemy.types import NullType, TypeEngine

from clusterflow.store.columns import Instant

STATEMENT_TEXTS = "clusterflow_statement_texts"
"""The option of an engine that names the ``StatementTexts`` in use."""

_TYPES: dict[str, TypeEngine[Any]] = {
    "text": String(),
    "integer": Integer(),
    "big": BigInteger(),
    "float": Float(),
    "boolean": Boolean(),
    "date": Date(),
    "instant": Instant(),
    "any": NullType(),
}
"""The types of values that a text may take and return. Others have settings of their own."""

_NAMES = {type(kind): name for name, kind in _TYPES.items()}

_CONSTANTS = {str, int, float, bool}
"""What a constant may be: drivers take it, and JSON holds it, as it is."""


class StatementText(NamedTuple):
    """A compiled statement. ``about`` is what its user must know besides, in JSON."""

    sql: str
    places: tuple[str, ...] | None
    """The name of the parameter at each place; None if the driver takes parameters by name."""
    parameters: Mapping[str, str]
    """The type of each parameter that gets its value when the statement runs."""
    constants: Mapping[str, str | float | bool | None]
    columns: tuple[str, ...]
    """The type of each column of the result."""
    about: Any

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Execute the statement."""
        dialect = connection.dialect
        by_name = dict(self.constants)
        for name, kind in self.parameters.items():
            convert = _impl(kind, dialect).bind_processor(dialect)
            by_name[name] = convert(values[name]) if convert else values[name]
        in_order = None if self.places is None else tuple(by_name[name] for name in self.places)
        result = connection.exec_driver_sql(self.sql, by_name if in_order is None else in_order)
        codes = [column[1] for column in result.cursor.description]
        processors = [
            _impl(kind, dialect).result_processor(dialect, code) for kind, code in zip(self.columns, codes, strict=True)
        ]
        rows = result.all()
        converts = [(place, convert) for place, convert in enumerate(processors) if convert]
        return [_converted(row, converts) for row in rows] if converts else rows


def _impl(kind: str, dialect: Dialect) -> TypeEngine[Any]:
    return _TYPES[kind].dialect_impl(dialect)


def _converted(row: Iterable[Any], converts: Iterable[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for place, convert in converts:
        values[place] = convert(values[place])
    return tuple(values)


def text_of(query: Select[Any], dialect: Dialect, about: Any = None) -> StatementText | None:
    """Compile a statement; None if its text is not all that it takes to run it."""
    compiled = query.compile(dialect=dialect)
    binds = list(compiled.binds.values())
    kinds = [column.type for column in query.selected_columns]
    if any(type(kind) not in _NAMES for kind in (*kinds, *(bind.type for bind in binds))):
        return None
    parameters = {bind.key: _NAMES[type(bind.type)] for bind in binds if bind.required}
    # The lists of constants become as many places as they have values.
    expanded = compiled.construct_expanded_state(dict.fromkeys(parameters))
    constants = {name: value for name, value in expanded.parameters.items() if name not in parameters}
    is_plain = all(value is None or type(value) in _CONSTANTS for value in constants.values())
    if not is_plain or any(bind.expanding and bind.required for bind in binds):
        return None
    places = None if expanded.positiontup is None else tuple(expanded.positiontup)
    return StatementText(
        expanded.statement, places, parameters, constants, tuple(_NAMES[type(kind)] for kind in kinds), about
    )


class TextStore(Protocol):
    """Keeps bytes by name. What it returns is what was stored, or None."""

    def load(self, name: str) -> bytes | None: ...

    def store(self, name: str, content: bytes) -> None: ...


class StatementTexts:
    """The texts of statements that this process has used, and a store for those of other processes."""

    def __init__(self, store: TextStore) -> None:
        self._store = store
        self._used: dict[str, StatementText | None] = {}

    def get(
        self, connection: Connection, name: Sequence[Any], build: Callable[[], tuple[Select[Any], Any]]
    ) -> StatementText | None:
        """Return the text of a statement; None if it must be executed as it is built.

        Args:
            name: what distinguishes the statement from all others, in JSON.
            build: returns the statement and ``about``.
        """
        dialect = connection.dialect
        key = json.dumps([dialect.name, dialect.driver, dialect.server_version_info, *name])
        if key not in self._used:
            self._used[key] = self._stored(key) or self._built(key, dialect, *build())
        return self._used[key]

    def _stored(self, key: str) -> StatementText | None:
        content = self._store.load(key)
        return None if content is None else _parse(content)

    def _built(self, key: str, dialect: Dialect, query: Select[Any], about: Any) -> StatementText | None:
        text = text_of(query, dialect, about)
        if text is not None:
            self._store.store(key, json.dumps(text).encode())
        return text


def _parse(content: bytes) -> StatementText:
    sql, places, parameters, constants, columns, about = json.loads(content)
    return StatementText(sql, None if places is None else tuple(places), parameters, constants, tuple(columns), about)


def statement_texts(connection: Connection) -> StatementTexts | None:
    """Return the texts that are kept for a database; None if nobody keeps any."""
    found: StatementTexts | None = connection.get_execution_options().get(STATEMENT_TEXTS)
    return found


def rows_by_text(
    connection: Connection, name: Sequence[Any], build: Callable[[], Select[Any]], values: Mapping[str, Any]
) -> Sequence[Sequence[Any]]:
    """Execute a statement: by its text if the database is opened with a store for texts, else as it is.

    Args:
        name: what distinguishes the statement from all others, in JSON.
        build: returns the statement.
        values: the value of each parameter.
    """
    texts = statement_texts(connection)
    text = texts and texts.get(connection, name, lambda: (build(), None))
    return text.rows(connection, values) if text else connection.execute(build(), values).all()
