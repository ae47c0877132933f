"""Refused submissions of facts: each is an entry in the ledger of its initiative.

The same submission is entered once a day, and each person has a number of entries a day in an initiative. So who sends
the same again and again, or makes up what is refused, cannot make the ledger grow without end.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clusterflow.domain.record_events import SubmissionFlaw, SubmissionSource
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.engine.record import Submission
from clusterflow.engine.refuse_submission import RefusedSubmission, SubmissionRefusal, refuse_submission
from clusterflow.engine.transaction import perform
from clusterflow.errors import ClusterflowError, FactChanged, Mistakes, NotPermitted
from clusterflow.services.context import Context
from clusterflow.store.command_answers import answers_of

logger = logging.getLogger(__name__)

PER_PERSON = 20
"""The most entries a day for one person in one initiative."""


def enter_refusal(
    context: Context,
    initiative: str,
    person: str,
    source: SubmissionSource,
    why: SubmissionFlaw,
    submissions: Sequence[Submission],
    content: str | None = None,
) -> None:
    """Enter a refusal in the ledger of an initiative. What was typed is not in the entry.

    Args:
        person: who submitted the facts.
        content: what tells this submission from others, where there are no submissions yet.
    """
    if initiative == REGISTRY:
        return
    records = tuple(sorted({s.type for s in submissions} & set(RECORDS)))
    text = (
        content if content is not None else repr([(s.type, sorted(s.fields.items()), s.retract) for s in submissions])
    )
    digest = hashlib.sha256(f"{source} {why} {text}".encode("utf-8", "replace")).hexdigest()
    refused = RefusedSubmission(person, source, why, records)
    try:
        _enter(context, initiative, refused, context.keyed_hash("refused submission", digest))
    except ClusterflowError as problem:
        # The author must read what is wrong with the submission, whatever the ledger says.
        logger.warning("a refusal was not entered: %s", problem)


def _enter(context: Context, initiative: str, refused: RefusedSubmission, digest: str) -> None:
    whose = context.keyed_hash("refusals", f"{context.clock().date()} {initiative} {refused.person}")[:32]
    keys = [f"refused-{whose}-{n}" for n in range(PER_PERSON)]
    with context.reading() as connection:
        answers = answers_of(connection, keys)
    if any(SubmissionRefusal.model_validate_json(one).digest == digest for one in answers.values()):
        return
    for key in (k for k in keys if k not in answers):
        done = perform(
            context.database, context.command("web", key), "refuse submission", initiative, SubmissionRefusal,
            lambda tx: refuse_submission(tx, initiative, refused, digest),
        )  # fmt: skip
        if done.digest == digest:  # otherwise another process has taken this key a moment ago
            return


@contextmanager
def entering_refusals(
    context: Context, initiative: str, person: str, source: SubmissionSource, submissions: Sequence[Submission]
) -> Iterator[None]:
    """Enter the refusal of some submissions, whatever it is that refuses them inside, and pass the error on."""
    try:
        yield
    except FactChanged:
        enter_refusal(context, initiative, person, source, SubmissionFlaw.CHANGED, submissions)
        raise
    except Mistakes as problem:
        why = SubmissionFlaw.NOT_PERMITTED if isinstance(problem, NotPermitted) else SubmissionFlaw.MISTAKES
        enter_refusal(context, initiative, person, source, why, submissions)
        raise
