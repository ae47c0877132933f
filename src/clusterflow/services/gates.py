"""Gates: opens a gate review by hand, takes decisions, renews one-time codes."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.engine import decide as gates
from clusterflow.engine.decide import BallotResult as BallotResult
from clusterflow.engine.decide import DeclinedStage, OpenedReview
from clusterflow.engine.transaction import perform
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.tally import rule_at
from clusterflow.services import standing
from clusterflow.services.context import Context
from clusterflow.services.local_time import today_of
from clusterflow.store.people import Eligible, eligible_people, person_of
from clusterflow.store.pinned_models import load_model


def open_gate(
    context: Context,
    initiative: str,
    stage: str,
    actor: str | None = None,
    key: str | None = None,
    asked_by: str | None = None,
) -> OpenedReview:
    """Open a gate review by hand.

    Args:
        asked_by: the person who asks for it; four-eyes gates need it.
    """
    return perform(
        context.database, context.command(actor, key), "open gate", f"{initiative} {stage}", OpenedReview,
        lambda tx: gates.open_review(tx, initiative, stage, lambda: _metrics(context), asked_by),
    )  # fmt: skip


def decline_stage(
    context: Context, initiative: str, stage: str, person: str, reason: str, key: str | None = None
) -> DeclinedStage:
    """Do without an optional stage, by somebody who decides at its gate."""
    return perform(
        context.database, context.command(None, key), "decline stage", repr((initiative, stage, person, reason)),
        DeclinedStage,
        lambda tx: gates.decline_stage(tx, initiative, stage, person, reason, lambda: _metrics(context)),
    )  # fmt: skip


def decide(
    context: Context, initiative: str, person: str, ballot: Ballot, key: str | None = None, actor: str | None = None
) -> BallotResult:
    """Take a person's vote at a gate, or refuse it with the reason."""
    return perform(
        context.database, context.command(actor, key), "decide", repr((initiative, person, ballot)), BallotResult,
        lambda tx: gates.decide(tx, initiative, person, ballot, lambda: _metrics(context), context.code_key),
    )  # fmt: skip


def renew_code(context: Context, initiative: str, stage: str, person: str, actor: str | None = None) -> BallotResult:
    """Send a decider a new one-time code with the next notice."""
    return perform(
        context.database, context.command(actor), "renew code", f"{initiative} {stage} {person}", BallotResult,
        lambda tx: gates.renew_code(tx, initiative, stage, person, lambda: _metrics(context)),
    )  # fmt: skip


def eligible_deciders(context: Context, initiative: str, stage: str) -> tuple[Eligible, ...]:
    """Who may cast a vote at a gate today."""
    with context.reading() as connection:
        state = standing.load(connection, initiative)
        declared = load_model(connection, state.model_hash).stage(stage).gate.decided_by
        rule = rule_at(declared, state.open_review(stage))
        today = today_of(connection, [initiative], context.clock())[initiative]
        return eligible_people(connection, initiative, rule, today)


def _metrics(context: Context) -> dict[str, MetricDeclaration]:
    # Start-up time: metrics are needed only if something was recorded after the answers were measured.
    from clusterflow.services.catalogue.metrics import metrics_of  # noqa: PLC0415

    return metrics_of(context)


def people_of(context: Context, aliases: Sequence[str]) -> dict[str, str]:
    """The person behind each pseudonym of the ledger; forgotten people are left out."""
    with context.reading() as connection:
        return person_of(connection, aliases)
