"""Evaluates initiatives: measures, judges, and writes what changed, for one initiative or the whole portfolio."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from clusterflow.domain.events import GateDecided, LifeEvent
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement, MetricCall, MetricDeclaration
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.text import Frozen
from clusterflow.domain.verdict import flatten
from clusterflow.engine.electorate import electorates_of
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import UnknownName
from clusterflow.rules.evaluation import Assessment, assess, plan_evaluation, required_calls
from clusterflow.rules.mistakes import nearest
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import ledger, tables
from clusterflow.store.ledger import Head
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import calendar_of
from clusterflow.store.state import load_cached_state, load_states

Declarations = dict[str, MetricDeclaration]


class EvaluationResult(Frozen):
    """The kinds of the events that an evaluation wrote; empty if nothing changed."""

    initiative: str
    version: int
    changes: tuple[str, ...] = ()


class CurrentAssessment(NamedTuple):
    """One initiative on a day: its state, its model, and the assessment of its gates."""

    state: InitiativeState
    model: LifecycleModel
    assessment: Assessment
    measurements: Mapping[MetricCall, Measurement]
    today: date
    calendar: WorkCalendar
    registry_version: int
    """The registry's version before measuring. Facts recorded while measuring count as not yet evaluated."""

    def plan(self) -> tuple[LifeEvent, ...]:
        """Return the events that this assessment leads to."""
        return plan_evaluation(self.model, self.state, self.assessment, self.today, self.calendar)


def enrolled_state(tx: Transaction, initiative: str) -> InitiativeState:
    """Return the state of an initiative.

    Raises:
        UnknownName: it is not enrolled; the error suggests similar names.
    """
    state = tx.state(initiative)
    if state is None:
        known = tx.connection.execute(select(tables.initiative_state.c.initiative)).scalars()
        raise UnknownName("enrolled initiative", initiative, nearest(initiative, known))
    return state


def assess_initiative(tx: Transaction, initiative: str, declarations: Declarations) -> CurrentAssessment:
    """Measure and judge one initiative as of the command's day."""
    state = enrolled_state(tx, initiative)
    return assess_state(tx.connection, state, tx.calendar(initiative), tx.moment(initiative), declarations)


def assess_state(
    connection: Connection,
    state: InitiativeState,
    calendar: WorkCalendar,
    now: datetime,
    declarations: Declarations,
) -> CurrentAssessment:
    """Measure and judge a state as of the local day of a moment."""
    model, today = load_model(connection, state.model_hash), calendar.today(now)
    registry_version = ledger.peek_version(connection, REGISTRY)
    found = _measure(connection, required_calls(model, state), declarations, today, [state.initiative])
    mine = {call: by[state.initiative] for call, by in found.items() if state.initiative in by}
    assessment = assess(model, state, mine, electorates_of(connection, state, model, calendar, today))
    return CurrentAssessment(state, model, assessment, mine, today, calendar, registry_version)


def _measure(
    connection: Connection,
    calls: Iterable[MetricCall],
    declarations: Declarations,
    day: date,
    initiatives: list[str] | None,
) -> dict[MetricCall, dict[str, Measurement]]:
    from clusterflow.store.metrics import measure  # noqa: PLC0415 - start-up time: few decisions measure anything

    return measure(connection, calls, declarations, day, initiatives)


def observe(
    connection: Connection, initiative: str, now: datetime, declarations: Declarations
) -> CurrentAssessment | None:
    """Measure and judge one initiative without locking it; None if it is not enrolled."""
    for head in ledger.heads(connection, [initiative]):
        state = load_cached_state(connection, head)
        if state is not None:
            return assess_state(connection, state, calendar_of(connection, now.date(), initiative), now, declarations)
    return None


def evaluate(
    tx: Transaction, initiative: str, declarations: Declarations, observed: CurrentAssessment | None = None
) -> EvaluationResult:
    """Bring the answers, gates, milestones and deadlines of one initiative up to date.

    Args:
        observed: an assessment made before this command locked the initiative, so that other commands need not wait for
            the measuring. If something changed in between, the initiative is measured again.
    """
    now = (
        observed
        if observed is not None and _still_holds(tx, observed)
        else assess_initiative(tx, initiative, declarations)
    )
    events = now.plan()
    after = write_events(tx, now, events)
    changes = tuple(e.kind for e in events)
    if any(isinstance(e, GateDecided) for e in events):
        # The votes sufficed after all; what the decision began is evaluated, too.
        further = evaluate(tx, initiative, declarations)
        return further.model_copy(update={"changes": (*changes, *further.changes)})
    return EvaluationResult(initiative=initiative, version=after.version, changes=changes)


def _still_holds(tx: Transaction, observed: CurrentAssessment) -> bool:
    initiative = observed.state.initiative
    same = tx.head(initiative).version == observed.state.version
    return same and tx.calendar(initiative) == observed.calendar and today_of(tx, initiative) == observed.today


def evaluate_portfolio(
    connection: Connection,
    heads: Sequence[Head],
    calendars: Mapping[str, WorkCalendar],
    now: datetime,
    declarations: Declarations,
    *,
    everyone: bool = True,
) -> dict[str, CurrentAssessment]:
    """Return the assessments that would change something. Each metric is one statement over all initiatives.

    Args:
        everyone: the heads are those of all enrolled initiatives.
    """
    registry_version = ledger.peek_version(connection, REGISTRY)
    states = load_states(connection, heads)
    models = {i: load_model(connection, s.model_hash) for i, s in states.items()}
    by_day: dict[date, list[str]] = defaultdict(list)
    for initiative in states:
        by_day[calendars[initiative].today(now)].append(initiative)
    assessed: dict[str, CurrentAssessment] = {}
    for day, initiatives in by_day.items():
        wanted = {c for i in initiatives for c in required_calls(models[i], states[i])}
        # The query for the whole portfolio, the usual case, needs no list of initiatives.
        whole = everyone and len(initiatives) == len(states) and len(states) > 1
        found = _measure(connection, wanted, declarations, day, None if whole else initiatives)
        for i in initiatives:
            mine = {call: by[i] for call, by in found.items() if i in by}
            electorates = electorates_of(connection, states[i], models[i], calendars[i], day)
            assessment = assess(models[i], states[i], mine, electorates)
            now_true = CurrentAssessment(states[i], models[i], assessment, mine, day, calendars[i], registry_version)
            if now_true.plan():
                assessed[i] = now_true
    return assessed


def write_events(tx: Transaction, now: CurrentAssessment, events: Sequence[LifeEvent]) -> InitiativeState:
    """Write the events of an assessment, and record which versions it was measured on."""
    after = tx.apply_events(now.state, events) if events else now.state
    _mark(tx, after, now)
    return after


def is_fresh(tx: Transaction, state: InitiativeState, today: date) -> bool:
    """Return whether the stored answers are still current: nothing was recorded since they were measured.

    A decision can then use them without measuring again.
    """
    parameters = {"initiative": state.initiative, "version": state.version, "as_of": today, "registry": REGISTRY}
    return tx.connection.execute(_FRESH, parameters).first() is not None


def keep_fresh(tx: Transaction, before: InitiativeState, after: InitiativeState) -> None:
    """Keep the stored answers fresh after events that change no answer, such as a vote or a refusal."""
    versions = {"of_initiative": after.initiative, "before": before.version, "after": after.version}
    tx.connection.execute(_MARK_ON, versions)


_MARK = tables.evaluation
_FRESH = select(_MARK.c.initiative).where(
    _MARK.c.initiative == bindparam("initiative"),
    _MARK.c.version == bindparam("version"),
    _MARK.c.as_of == bindparam("as_of"),
    _MARK.c.registry_version
    == select(tables.chain.c.version).where(tables.chain.c.id == bindparam("registry")).scalar_subquery(),
)
_MARK_ON = (
    update(_MARK)
    .where(_MARK.c.initiative == bindparam("of_initiative"), _MARK.c.version == bindparam("before"))
    .values(version=bindparam("after"))
)
_MARK_ANEW = update(_MARK).where(_MARK.c.initiative == bindparam("of_initiative"))
_MARK_FIRST = insert(_MARK)


def _mark(tx: Transaction, state: InitiativeState, now: CurrentAssessment) -> None:
    verdicts = now.assessment.verdicts
    findings = [(stage, f) for stage, verdict in verdicts.items() for f in verdict.findings]
    findings += [
        (stage, f)
        for stage, units in now.assessment.watched.items()
        if stage not in verdicts
        for unit in units
        for f in flatten(unit)
    ]
    notes = {f"{stage}/{f.criterion.id}": f.measurement.to_note() for stage, f in findings}
    values = {
        "version": state.version,
        "registry_version": now.registry_version,
        "as_of": now.today,
        "notes": json.dumps(notes),
    }
    done = tx.connection.execute(_MARK_ANEW, {"of_initiative": state.initiative, **values})
    if done.rowcount == 0:
        tx.connection.execute(_MARK_FIRST, {"initiative": state.initiative, **values})
