"""The statement of one metric for one initiative, as stored SQL text where the database was opened with a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import Connection, Select

from clusterflow.domain.measurement import Fold, MetricCall
from clusterflow.rules.change_days import EarlierDay
from clusterflow.store.metrics.aggregates import Part, Statement
from clusterflow.store.metrics.register import METRICS
from clusterflow.store.metrics.sums import Given, Layout
from clusterflow.store.query_scope import Scope
from clusterflow.store.statement_text import StatementText, statement_texts


def stored_statement(
    connection: Connection, call: MetricCall, scope: Scope, rule: tuple[Fold, bool], build: Callable[[], Statement]
) -> Statement:
    """Return the statement that sums the rows of a metric: its stored text, or what ``build`` returns.

    A list of initiatives is rendered at each run, and a plug-in may change without our code: neither has a text.
    """
    texts = statement_texts(connection)
    if texts is None or not scope.single or not METRICS.is_ours(call.metric):
        return build()
    name = ("sums", call.metric, call.parameters, rule, scope.known_then)
    text = texts.get(connection, name, lambda: _described(build()))
    return build() if text is None else _statement(text, call)


def _described(statement: Statement) -> tuple[Select[Any], Mapping[str, Any]]:
    (part,) = statement.parts
    whole, most = (one.value if isinstance(one, Given) else one for one in (part.layout.whole, part.layout.most))
    about = {
        "earlier_days": sorted(statement.earlier_days),
        "names": part.layout.names,
        "whole": whole,
        "most": most,
        "columns": part.columns,
    }
    return cast("Select[Any]", statement.query), about


def _statement(text: StatementText, call: MetricCall) -> Statement:
    about = text.about
    whole, most = (Given(one) if isinstance(one, str) else one for one in (about["whole"], about["most"]))
    part = Part(call, Layout(tuple(about["names"]), whole, most), tuple(about["columns"]))
    return Statement(text, frozenset(EarlierDay(*one) for one in about["earlier_days"]), (part,))
