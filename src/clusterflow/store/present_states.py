"""Reads the present of thousands of initiatives: the stages that matter now, the answers there, and the last facts.

A whole state has every visit, vote and answer of a life. A board of the portfolio asks where things stand today, so it
is several times as fast without the past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Table, bindparam, func, select, union

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.state import Condition, InitiativeState, Milestone, Review, Visit
from clusterflow.domain.terms import Answer, ConditionStatus, ReviewStatus
from clusterflow.domain.text import Frozen
from clusterflow.store import tables
from clusterflow.store.lapses import FACTS
from clusterflow.store.registry import MOST_NAMED


class Present(NamedTuple):
    """An initiative today."""

    state: InitiativeState
    """With the stages alone that are under way, have an open gate, have lapsed or have missed a condition; without
    votes and answers.
    """
    answers: Mapping[str, Mapping[str, Answer]]
    """The last answer for each criterion of these stages, by stage."""
    last_fact: datetime | None


class Place(NamedTuple):
    """The name and the time zone of an initiative."""

    name: str
    timezone: str


class Extent(NamedTuple):
    """How many chains there are, and how many entries they have. Both only grow, so one that is equal is the same."""

    chains: int
    entries: int


_NAMED: BindParameter[Sequence[str]] = bindparam("initiatives", expanding=True)
# The names are given once: a statement takes a limited number of bound parameters.
_MINE = select(tables.initiative_state.c.initiative).where(tables.initiative_state.c.initiative.in_(_NAMED)).cte("mine")


def _stages(table: Table, *conditions: Any) -> Any:
    return select(table.c.initiative, table.c.stage).where(
        table.c.initiative.in_(select(_MINE.c.initiative)), *conditions
    )


_VISIT, _REVIEW, _MILESTONE, _CONDITION = tables.stage_visit, tables.gate_review, tables.milestone, tables.condition
_NOW = union(
    _stages(_VISIT, _VISIT.c.left_on.is_(None)),
    _stages(_REVIEW, _REVIEW.c.status == ReviewStatus.OPEN.value),
    _stages(_MILESTONE, _MILESTONE.c.withdrawn_on.is_(None), _MILESTONE.c.lapsed_on.is_not(None)),
    _stages(_CONDITION, _CONDITION.c.status == ConditionStatus.MISSED.value),
).cte("now")


def _present(table: Table, *columns: str) -> Any:
    names = columns or tuple(c.name for c in table.c if c.name != "initiative")
    found = select(table.c.initiative, *(table.c[name] for name in names))
    return found.join(_NOW, (_NOW.c.initiative == table.c.initiative) & (_NOW.c.stage == table.c.stage))


_PARTS: Mapping[str, tuple[type[Frozen], tuple[str, ...], Any]] = {
    name: (cls, tuple(c.name for c in table.c if c.name != "initiative"), _present(table))
    for name, cls, table in (
        ("visits", Visit, _VISIT),
        ("reviews", Review, _REVIEW),
        ("milestones", Milestone, _MILESTONE),
        ("conditions", Condition, _CONDITION),
    )
}
_ANSWER_OF = {answer.value: answer for answer in Answer}
_ANSWERS = _present(tables.standing_answer, "stage", "criterion", "answer")

_CHAIN, _ENTRY, _OWN = tables.chain, tables.ledger, tables.initiative_state
_LAST_FACT = (
    select(_ENTRY.c.at)
    .where(_ENTRY.c.chain == _OWN.c.initiative, _ENTRY.c.kind.in_(sorted(FACTS)))
    .order_by(_ENTRY.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_STATES = (
    select(_OWN, _CHAIN.c.version, _CHAIN.c.at.label("last_at"), _LAST_FACT.label("last_fact"))
    .join(_CHAIN, _CHAIN.c.id == _OWN.c.initiative)
    .where(_OWN.c.initiative.in_(_NAMED))
)


def present_states(connection: Connection, initiatives: Sequence[str]) -> dict[str, Present]:
    """Return the present of some enrolled initiatives."""
    found: dict[str, Present] = {}
    for start in range(0, len(initiatives), MOST_NAMED):
        some = {"initiatives": list(initiatives[start : start + MOST_NAMED])}
        answers: dict[str, dict[str, dict[str, Answer]]] = defaultdict(lambda: defaultdict(dict))
        for initiative, stage, criterion, answer in connection.execute(_ANSWERS, some).all():
            answers[initiative][stage][criterion] = _ANSWER_OF[answer]
        parts = {name: _load(connection, part, some) for name, part in _PARTS.items()}
        for row in connection.execute(_STATES, some).all():
            own = {name: tuple(rows.get(row.initiative, ())) for name, rows in parts.items()}
            fields = dict(row._mapping) | own
            last_fact = fields.pop("last_fact")
            found[row.initiative] = Present(
                InitiativeState.model_validate(fields), answers.get(row.initiative, {}), last_fact
            )
    return found


def _load(
    connection: Connection, part: tuple[type[Frozen], tuple[str, ...], Any], some: Mapping[str, Any]
) -> Mapping[str, list[Frozen]]:
    cls, names, query = part
    rows: dict[str, list[Frozen]] = defaultdict(list)
    for initiative, *values in connection.execute(query, some).all():
        rows[initiative].append(cls.model_validate(dict(zip(names, values, strict=True))))
    return rows


_RECORD = tables.REGISTRY_TABLES["initiative"]
_PLACES = (
    select(_RECORD.c.valid_from, _RECORD.c.id, _RECORD.c.name, _RECORD.c.timezone)
    .where(_RECORD.c.chain == REGISTRY, _RECORD.c.superseded_at.is_(None), _RECORD.c.retracted.is_(False))
    .order_by(_RECORD.c.valid_from)
)


def places(connection: Connection, on: date) -> dict[str, Place]:
    """Return the places of all initiatives on a day, by id; before its start, by the first record of an initiative."""
    found: dict[str, Place] = {}
    for begins, initiative, name, timezone in connection.execute(_PLACES).all():
        if initiative not in found or begins <= on:
            found[initiative] = Place(name, timezone)
    return found


_EXTENT = select(func.count(), func.sum(_CHAIN.c.version)).select_from(_CHAIN)


def extent(connection: Connection) -> Extent:
    """Return how much the ledger has. It changes with every command."""
    chains, entries = connection.execute(_EXTENT).one()
    return Extent(chains, int(entries or 0))


_HEADS = select(_CHAIN.c.id, _CHAIN.c.head)


def heads_of_all(connection: Connection) -> dict[str, str]:
    """Return the head of every chain."""
    return {row.id: row.head for row in connection.execute(_HEADS)}
