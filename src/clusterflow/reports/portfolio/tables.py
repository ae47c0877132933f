"""The portfolio as CSV tables, safe against formulas in user text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from clusterflow.reports.portfolio.criteria import HeatCell
from clusterflow.reports.portfolio.portfolio import DwellLine, LapseLine, Portfolio, VisitLine
from clusterflow.reports.portfolio.stage_groups import BoardEntry
from clusterflow.reports.registry_tables import cell


class PortfolioTable(StrEnum):
    """The part of the portfolio that a table holds."""

    BOARD = "board"
    CRITERIA = "criteria"
    DWELL = "dwell"
    LAPSES = "lapses"
    VISITS = "visits"


def table_csv(portfolio: Portfolio, table: PortfolioTable) -> str:
    """One table as CSV; its heads are the names of ``--format json``."""
    heads, rows = _TABLES[table](portfolio)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_cell(row.get(head)) for head in heads] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    """A cell on one line; empty for ``None``."""
    if isinstance(value, list | tuple):
        value = "; ".join(str(one) for one in value)
    return cell((" ".join(value.split()) or None) if isinstance(value, str) else value)


Rows = tuple[Sequence[str], Iterable[Mapping[str, Any]]]


def _board(portfolio: Portfolio) -> Rows:
    return list(BoardEntry.model_fields), (p.model_dump(mode="json") for p in portfolio.places)


def _criteria(portfolio: Portfolio) -> Rows:
    rows = (
        {"initiative": row.initiative, "name": row.name, **answer.model_dump(mode="json")}
        for row in portfolio.answers
        for answer in row.answers
    )
    return ["initiative", "name", *HeatCell.model_fields], rows


def _dwell(portfolio: Portfolio) -> Rows:
    return list(DwellLine.model_fields), (d.model_dump(mode="json") for d in portfolio.dwell)


def _lapses(portfolio: Portfolio) -> Rows:
    return list(LapseLine.model_fields), (one.model_dump(mode="json") for one in portfolio.lapses)


def _visits(portfolio: Portfolio) -> Rows:
    rows = (
        {**v.model_dump(mode="json"), "reasons": [f"{r.sign} × {r.count}: {r.points}" for r in v.reasons]}
        for v in portfolio.visits
    )
    return list(VisitLine.model_fields), rows


_TABLES = {
    PortfolioTable.BOARD: _board,
    PortfolioTable.CRITERIA: _criteria,
    PortfolioTable.DWELL: _dwell,
    PortfolioTable.LAPSES: _lapses,
    PortfolioTable.VISITS: _visits,
}
