"""Explanation: the findings of a gate, each with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.measurement import MetricCall, MetricDeclaration
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.state import InitiativeState, Review, Vote
from clusterflow.domain.term_labels import CHOICES, TITLE_WORDS
from clusterflow.domain.text import Language, Text
from clusterflow.intake.workbook.sheets import OF_RECORD
from clusterflow.reports.explanation import GateExplanation, explain_gate
from clusterflow.reports.quorum import votes_so_far
from clusterflow.rules.judge import judge_gate
from clusterflow.rules.quorum import entitled_roles
from clusterflow.rules.stage_order import known_stage
from clusterflow.rules.tally import PossibleVoter, most_votes, rule_at
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.late_facts import measure_day
from clusterflow.services.local_time import end_of_day, today_of
from clusterflow.store.metrics import evidence
from clusterflow.store.people import capacities
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import initiative_records


def explain(
    context: Context,
    initiative: str,
    stage: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    language: Language | None = None,
    with_evidence: bool = True,
    known_on: date | None = None,
) -> tuple[GateExplanation, ...]:
    """Explain one gate of an initiative, or the gates of all active stages.

    Args:
        as_of: the day whose facts count; today if ``None``.
        known_at: facts that were entered later do not count.
        known_on: the same, for the end of a day.
    """
    metrics, reader = metrics_of(context), language or context.language
    with context.reading() as connection:
        state = standing.load(connection, initiative, as_of, known_on)
        if known_on is not None:
            known_at = end_of_day(connection, initiative, known_on)
        model = load_model(connection, state.model_hash)
        current_day = today_of(connection, [initiative], context.clock())[initiative]
        day = as_of or current_day
        record = initiative_records(connection, day, [initiative]).get(initiative)
        today = day if as_of is None and known_at is None else None
        stages = [known_stage(model, stage)] if stage else list(state.at_gate)
        calls = {c.call for s in stages for c in model.stage(s).gate.criteria}
        measured = measure_day(connection, calls, metrics, day, initiative, current_day, known_at)
        own = {call: by[initiative] for call, by in measured.items() if initiative in by}
        with numbers_of(reader, record.country if record else None):
            return tuple(
                explain_gate(
                    judge_gate(model.stage(s), own),
                    model,
                    initiative=initiative,
                    name=record.name if record else initiative,
                    as_of=day,
                    review=review.id if (review := state.open_review(s)) else None,
                    possible_votes=_possible_votes(connection, state, model.stage(s), day),
                    votes=votes_so_far(
                        model.stage(s).gate.decided_by, votes_at(connection, state, model, review, today), reader
                    )
                    if review
                    else "",
                    declarations=metrics,
                    evidence=lambda call: (
                        evidence(connection, call, initiative, day, known_at) if with_evidence else ()
                    ),
                    language=reader,
                    place=lambda call: place_of(call, metrics.get(call.metric), reader),
                )
                for s in stages
            )


def votes_at(
    connection: Connection, state: InitiativeState, model: LifecycleModel, review: Review, today: date | None
) -> Sequence[Vote]:
    """Return the votes at an open review: today those that still have a right, else (None) those that stood then."""
    votes = state.standing_votes(review.id)
    if not votes or today is None:
        return votes
    # Start-up time: only the rights of votes are read with the kinds of events.
    from clusterflow.engine.electorate import valid_votes  # noqa: PLC0415

    return valid_votes(connection, state, model, review, today)


def _possible_votes(connection: Connection, state: InitiativeState, stage: Stage, day: date) -> int:
    rule = rule_at(stage.gate.decided_by, state.open_review(stage.id))
    held = capacities(connection, state.initiative, day)
    entitled = ((p, c, entitled_roles(rule, c.roles, c.helixes)) for p, c in sorted(held.items()))
    return most_votes(rule, [PossibleVoter(p, roles, c.organisations) for p, c, roles in entitled if roles])


_SHEET = Text(
    es="Se registra en la hoja «{sheet}» ({record}){kinds}.",
    en="It is recorded in the sheet «{sheet}» ({record}){kinds}.",
)
_NO_SHEET = Text(
    es="Se registra con: clusterflow record {record}{kinds}.",
    en="It is recorded by: clusterflow record {record}{kinds}.",
)


_KINDS = ("kind", "body", "topic", "direction", "form", "helix", "size")
"""The parameters of metrics that say which of the records count."""


def place_of(call: MetricCall, declared: MetricDeclaration | None, language: Language) -> str:
    """The record type that tells a metric, its sheet in the workbook, and which kind of record counts."""
    if declared is None or declared.record is None:
        return ""
    given = {name: one.default for name, one in declared.parameters.items()} | dict(call.parameters)
    labels = [_label(value, language) for name, value in given.items() if name in _KINDS and value]
    labels += [_label(declared.record_kind, language)] if declared.record_kind else []
    kinds = f": {', '.join(labels)}" if labels else ""
    sheet = OF_RECORD.get(declared.record)
    if sheet is None:
        return _NO_SHEET.to(language).format(record=declared.record, kinds=kinds)
    return _SHEET.to(language).format(sheet=sheet.title.to(language), record=declared.record, kinds=kinds)


def _label(value: object, language: Language) -> str:
    """The label of a term, as the workbook offers it."""
    known = next((words[str(value)] for words in (*CHOICES.values(), TITLE_WORDS) if str(value) in words), None)
    return known.to(language) if known else str(value)
