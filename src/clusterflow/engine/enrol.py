"""Enrols an initiative under a model and pins it to that version of the model."""

from __future__ import annotations

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.terms import Standing
from clusterflow.domain.text import Frozen
from clusterflow.engine.deadlines import set_deadlines
from clusterflow.engine.evaluate import enrolled_state
from clusterflow.engine.local_date import today_of
from clusterflow.engine.record import Submission, record
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import NotPossible
from clusterflow.rules.projection import apply
from clusterflow.rules.transition import Transition
from clusterflow.store.pinned_models import save_model
from clusterflow.store.state import save_state


class EnrolmentResult(Frozen):
    """The enrolled initiative with its model and its first stages."""

    initiative: str
    model: str
    model_hash: str
    stages: tuple[str, ...]


def enrol(
    tx: Transaction, submission: Submission, model: LifecycleModel, succeeds: str | None = None
) -> EnrolmentResult:
    """Record the initiative and enter the stages that have no predecessors.

    A stopped initiative may be enrolled again, under the same model or another one. That is a new life: its stages
    begin anew, and its former milestones do not count.

    Args:
        succeeds: the stopped initiative that this one carries on under an id of its own.

    Raises:
        Mistakes: the initiative's own fields are wrong.
        NotPossible: it is enrolled and was not stopped, or its id is reserved for the ledger.
        UnknownName: the initiative that it succeeds is not enrolled.
    """
    initiative = str(submission.fields.get("id", ""))
    if initiative == REGISTRY:
        raise NotPossible(
            f"«{REGISTRY}» is reserved for records that belong to no initiative; give the initiative another id"
        )
    # The chains are locked in the same order as in ``record``, so that two commands cannot deadlock.
    for chain in sorted({REGISTRY, initiative, *([succeeds] if succeeds else [])}):
        tx.head(chain)
    record(tx, [submission])
    former = tx.state(initiative)
    if former is not None and former.standing is not Standing.STOPPED:
        raise NotPossible(f"«{initiative}» is already enrolled, under {former.model} since {former.enrolled_on}")
    if succeeds not in (None, initiative) and enrolled_state(tx, str(succeeds)).standing is not Standing.STOPPED:
        raise NotPossible(f"«{succeeds}» was not stopped, so «{initiative}» cannot take its place")
    save_model(tx.connection, model, tx.now)
    today = today_of(tx, initiative)
    event = ev.InitiativeEnrolled(
        initiative=initiative,
        model=model.id,
        model_hash=model.hash,
        on=today,
        succeeds=succeeds or (initiative if former is not None else None),
    )
    if former is not None:
        state = tx.apply_events(former, [event])
    else:
        (entry,) = tx.append(initiative, [event])
        begun = apply(None, entry)
        assert begun is not None  # noqa: S101 - enrolling makes a state
        save_state(tx.connection, None, begun)
        state = begun
    transition = Transition(model, state, today)
    transition.enter_ready_stages()
    after = tx.apply_events(state, transition.events)
    set_deadlines(tx, initiative)
    return EnrolmentResult(
        initiative=initiative,
        model=model.id,
        model_hash=model.hash,
        stages=tuple(v.stage for v in after.open_visits),
    )
