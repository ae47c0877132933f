"""Loads the stored states of initiatives and saves the rows that changed."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, insert, select, update

from clusterflow.domain.state import (
    CodeTrial,
    Condition,
    Expiry,
    InitiativeState,
    Milestone,
    Review,
    StandingAnswer,
    Visit,
    Vote,
)
from clusterflow.domain.text import Frozen
from clusterflow.store import tables
from clusterflow.store.chains import Head
from clusterflow.store.columns import to_row
from clusterflow.store.statement_text import rows_by_text
from clusterflow.store.write_batch import Writer

_CHUNK = 400
"""A statement takes a limited number of bound parameters, so states are read in portions."""


class _Reading:
    """The statements that read the rows of initiatives: of one by its text, which a new process need not compile."""

    def __init__(self, table: Table, columns: Sequence[Column[Any]]) -> None:
        initiative = table.c.initiative
        self.name = ("state", table.name)
        self.query = select(initiative, *columns)
        self.of_one = self.query.where(initiative == bindparam("initiative"))
        self.of_many = self.query.where(initiative.in_(bindparam("initiatives", expanding=True)))

    def rows(self, connection: Connection, initiatives: Sequence[str]) -> Sequence[Sequence[Any]]:
        if len(initiatives) == 1:
            return rows_by_text(connection, self.name, lambda: self.of_one, {"initiative": initiatives[0]})
        return connection.execute(self.of_many, {"initiatives": initiatives}).all()


class _Part:
    """One collection of the state and its table, with prepared statements to read and write it."""

    def __init__(self, table: Table, cls: type[Frozen]) -> None:
        self.cls = cls
        self.key = tuple(c.name for c in table.primary_key if c.name != "initiative")
        self.columns = tuple(c.name for c in table.c if c.name != "initiative")
        self.read = _Reading(table, [table.c[name] for name in self.columns])
        self.add = insert(table)
        this = [table.c[name] == bindparam(f"this_{name}") for name in ("initiative", *self.key)]
        self.change = update(table).where(*this)
        self.remove = delete(table).where(*this)

    def load(self, connection: Connection, initiatives: Sequence[str]) -> Mapping[str, tuple[Frozen, ...]]:
        """Return the rows of each initiative."""
        found: dict[str, list[Frozen]] = defaultdict(list)
        for initiative, *values in self.read.rows(connection, initiatives):
            found[initiative].append(self.cls.model_validate(dict(zip(self.columns, values, strict=True))))
        return {initiative: tuple(rows) for initiative, rows in found.items()}

    def save(self, writer: Writer, initiative: str, before: Sequence[Any], after: Sequence[Any]) -> None:
        """Write the rows that differ between the two collections."""
        known = {tuple(getattr(row, k) for k in self.key): row for row in before}
        gone = known.keys() - {tuple(getattr(row, k) for k in self.key) for row in after}
        new, changed = [], []
        for row in after:
            key = tuple(getattr(row, k) for k in self.key)
            old = known.get(key)
            if old is None:
                new.append({"initiative": initiative, **to_row(row)})
            # An unchanged row is the same object; comparing identities first is faster than comparing values.
            elif old is not row and old != row:
                this = {f"this_{name}": value for name, value in zip(self.key, key, strict=True)}
                values = {name: value for name, value in to_row(row).items() if name not in self.key}
                changed.append({"this_initiative": initiative, **this, **values})
        if gone:
            these = [dict(zip((f"this_{k}" for k in self.key), key, strict=True)) for key in sorted(gone)]
            writer.execute(self.remove, [{"this_initiative": initiative, **this} for this in these])
        if changed:
            writer.execute(self.change, changed)
        if new:
            writer.execute(self.add, new)


_PARTS: dict[str, _Part] = {
    "visits": _Part(tables.stage_visit, Visit),
    "reviews": _Part(tables.gate_review, Review),
    "votes": _Part(tables.vote, Vote),
    "trials": _Part(tables.code_trial, CodeTrial),
    "milestones": _Part(tables.milestone, Milestone),
    "conditions": _Part(tables.condition, Condition),
    "answers": _Part(tables.standing_answer, StandingAnswer),
    "expiries": _Part(tables.told_expiry, Expiry),
}

_OWN = tables.initiative_state
_OWN_COLUMNS = [column for column in _OWN.c if column is not _OWN.c.initiative]
_READ = _Reading(_OWN, _OWN_COLUMNS)
_ADD = insert(_OWN)
_CHANGE = update(_OWN).where(_OWN.c.initiative == bindparam("this_initiative"))


CACHE_SIZE = 512
"""How many states a process caches."""

_RECENT: OrderedDict[tuple[str, str], InitiativeState] = OrderedDict()
"""By the initiative and the hash of its chain's head."""


def load_cached_state(connection: Connection, head: Head) -> InitiativeState | None:
    """Return the state for this head, from the cache if this process loaded or saved it before.

    The hash of the head covers every entry of the chain, and the state is derived from them, so a cached state stays
    valid for its hash.
    """
    state = _RECENT.get((head.chain, head.hash))
    if state is None:
        state = load_state(connection, head)
        if state is not None:
            cache_state(head, state)
    return state


def cache_state(head: Head, state: InitiativeState) -> None:
    """Cache the state for the next command on the same initiative; the oldest ones are evicted."""
    _RECENT[head.chain, head.hash] = state
    if len(_RECENT) > CACHE_SIZE:
        _RECENT.popitem(last=False)


def load_state(connection: Connection, head: Head) -> InitiativeState | None:
    """Return the state of the initiative whose chain has this head; None if it is not enrolled."""
    return load_states(connection, [head]).get(head.chain)


def load_states(connection: Connection, heads: Sequence[Head]) -> dict[str, InitiativeState]:
    """Return the states of the enrolled initiatives whose chains have these heads."""
    states: dict[str, InitiativeState] = {}
    for start in range(0, len(heads), _CHUNK):
        portion = {head.chain: head for head in heads[start : start + _CHUNK]}
        ids = list(portion)
        rows = _READ.rows(connection, ids)
        if not rows:
            continue
        parts = {name: part.load(connection, ids) for name, part in _PARTS.items()}
        for initiative, *values in rows:
            head = portion[initiative]
            own = dict(zip((column.name for column in _OWN_COLUMNS), values, strict=True))
            state = InitiativeState.model_validate(
                {"initiative": initiative, **own, "last_at": head.at, "version": head.version}
            )
            mine = {name: part.get(initiative, ()) for name, part in parts.items()}
            states[initiative] = sort_rows(state.model_copy(update=mine))
    return states


def sort_rows(state: InitiativeState) -> InitiativeState:
    """Return the state with its rows in a fixed order, so that states with equal content compare equal."""
    by: dict[str, Any] = {
        "visits": lambda v: (v.entered_on, v.stage, v.round),
        "reviews": lambda r: (r.opened_on, r.stage, len(r.id), r.id),
        "votes": lambda v: (v.at, v.review, v.number),
        "trials": lambda t: (t.review, t.decider),
        "milestones": lambda m: (m.achieved_on, m.stage, m.round),
        "conditions": lambda c: (c.review, c.criterion),
        "answers": lambda a: (a.stage, a.criterion),
        "expiries": lambda e: (e.record, e.subject, e.until),
    }
    return state.model_copy(update={name: tuple(sorted(getattr(state, name), key=key)) for name, key in by.items()})


def save_state(writer: Writer, before: InitiativeState | None, after: InitiativeState) -> None:
    """Write the rows that differ between the two states."""
    initiative = after.initiative
    own = _own_values(after)
    if before is None:
        writer.execute(_ADD, {"initiative": initiative, **own})
    elif _own_values(before) != own:
        writer.execute(_CHANGE, {"this_initiative": initiative, **own})
    for name, part in _PARTS.items():
        old, new = getattr(before, name, ()), getattr(after, name)
        if old is not new:
            part.save(writer, initiative, old, new)


def _own_values(state: InitiativeState) -> dict[str, Any]:
    return {
        "model": state.model,
        "model_hash": state.model_hash,
        "enrolled_on": state.enrolled_on,
        "standing": state.standing.value,
    }


_CURRENT_STAGES = (
    select(_OWN.c.model_hash, tables.stage_visit.c.stage)
    .join(tables.stage_visit, tables.stage_visit.c.initiative == _OWN.c.initiative)
    .where(_OWN.c.initiative == bindparam("initiative"), tables.stage_visit.c.left_on.is_(None))
)


def current_stages(connection: Connection, initiative: str) -> list[tuple[str, str]]:
    """Return (model hash, stage) for each stage that an initiative is in; none if it is not enrolled."""
    return [(row.model_hash, row.stage) for row in connection.execute(_CURRENT_STAGES, {"initiative": initiative})]


def last_notes(connection: Connection, initiative: str) -> dict[tuple[str, str], str]:
    """Return what the last evaluation measured, by stage and criterion, in the notation of the ledger."""
    table = tables.evaluation
    return notes_in(connection.execute(select(table.c.notes).where(table.c.initiative == initiative)).scalar())


def notes_in(text: str | None) -> dict[tuple[str, str], str]:
    """Parse the stored notes of an evaluation, by stage and criterion."""
    notes: dict[str, str] = json.loads(text) if text else {}
    return {(stage, criterion): note for path, note in notes.items() for stage, _, criterion in [path.partition("/")]}
