"""Writes down that facts which somebody submitted were not recorded."""

from __future__ import annotations

from dataclasses import dataclass

from clusterflow.domain.record_events import SubmissionFlaw, SubmissionRefused, SubmissionSource
from clusterflow.domain.text import Frozen
from clusterflow.engine.evaluate import keep_fresh
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Transaction
from clusterflow.store.people import alias_of


@dataclass(frozen=True, slots=True)
class RefusedSubmission:
    """What the ledger keeps of a refused submission; ``person`` is None for another system."""

    person: str | None
    source: SubmissionSource
    why: SubmissionFlaw
    records: tuple[str, ...]
    number: int | None = None


class SubmissionRefusal(Frozen):
    """Whether the refusal is in the ledger, and the digest of what was refused."""

    entered: bool
    digest: str


def refuse_submission(tx: Transaction, initiative: str, refused: RefusedSubmission, digest: str) -> SubmissionRefusal:
    """Enter a refusal. Nothing is entered for an initiative that is not enrolled, or a person who is not registered."""
    state = tx.state(initiative)
    if state is None:
        return SubmissionRefusal(entered=False, digest=digest)
    alias = alias_of(tx.connection, refused.person, tx.context.ids) if refused.person is not None else None
    if alias is None and refused.person is not None:
        return SubmissionRefusal(entered=False, digest=digest)
    event = SubmissionRefused(
        person=alias, source=refused.source, why=refused.why, records=refused.records, number=refused.number,
        on=today_of(tx, initiative),
    )  # fmt: skip
    keep_fresh(tx, state, tx.apply_events(state, [event]))
    return SubmissionRefusal(entered=True, digest=digest)
