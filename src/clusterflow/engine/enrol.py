"""Enrols an initiative under a model and pins it to that version of the model."""

from __future__ import annotations

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.text import Frozen
from clusterflow.engine.deadlines import set_deadlines
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


def enrol(tx: Transaction, submission: Submission, model: LifecycleModel) -> EnrolmentResult:
    """Record the initiative and enter the stages that have no predecessors.

    Raises:
        Mistakes: the initiative's own fields are wrong.
        NotPossible: it is already enrolled, or its id is reserved for the ledger.
    """
    initiative = str(submission.fields.get("id", ""))
    if initiative == REGISTRY:
        raise NotPossible(
            f"«{REGISTRY}» is reserved for records that belong to no initiative; give the initiative another id"
        )
    # Both chains are locked in the same order as in ``record``, so that two commands cannot deadlock.
    for chain in sorted({REGISTRY, initiative}):
        tx.head(chain)
    record(tx, [submission])
    state = tx.state(initiative)
    if state is not None:
        raise NotPossible(f"«{initiative}» is already enrolled, under {state.model} since {state.enrolled_on}")
    save_model(tx.connection, model, tx.now)
    today = today_of(tx, initiative)
    (entry,) = tx.append(
        initiative,
        [ev.InitiativeEnrolled(initiative=initiative, model=model.id, model_hash=model.hash, on=today)],
    )
    state = apply(None, entry)
    assert state is not None  # noqa: S101 - enrolling makes a state
    save_state(tx.connection, None, state)
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
