"""Refused submissions of other systems: those that a person may correct, and their correction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack

from clusterflow.domain.access import Right, rights_of
from clusterflow.domain.record_events import SubmissionSource
from clusterflow.domain.refused_submission import Refusal
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.errors import ClusterflowError, UnknownName
from clusterflow.intake.corrections import read_again
from clusterflow.intake.json_lines import lines_of, read_lines
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.services.facts.permission import check_permission
from clusterflow.services.intake import submissions as intake
from clusterflow.services.refusals import entering_refusals

LONGEST_PAYLOAD = 40_000
"""A larger refused submission is corrected on the command line."""


def refusals(context: Context, person: str) -> Sequence[Refusal]:
    """The refused submissions that are about initiatives alone where the person records facts; all of them for an
    administrator.
    """
    found, everything = intake.refusals(context), access.is_administrator(context, person)
    if everything or not found:
        return found
    mine = {i for i, held in access.capacities_of(context, person).items() if Right.RECORD in rights_of(held)}
    return [one for one in found if is_about(one, mine)]


def refusals_by_initiative(context: Context, initiatives: Sequence[str]) -> Mapping[str, list[Refusal]]:
    """The refused submissions that name each of some initiatives."""
    found: dict[str, list[Refusal]] = {i: [] for i in initiatives}
    for one in intake.refusals(context):
        for initiative in _named(one) & found.keys():
            found[initiative].append(one)
    return found


def is_about(refusal: Refusal, initiatives: Collection[str]) -> bool:
    """Whether a submission names some of these initiatives and nothing else."""
    named = _named(refusal)
    return bool(named) and named <= frozenset(initiatives)


def _named(refusal: Refusal) -> frozenset[str]:
    """Return the initiatives that a submission names, «» for none; nothing if nobody can read it.

    Nobody can say whom that concerns, so an administrator reads it.
    """
    try:
        found = read_again(refusal.payload, refusal.address, ())
    except ClusterflowError:
        return frozenset()
    return frozenset(s.initiative or str(s.fields.get("initiative", "")) for s in found)


def retry(context: Context, person: str, number: int, text: str, actor: str) -> RecordResult:
    """Record a refused submission with a corrected text of JSON lines.

    Raises:
        UnknownName: no such submission is about initiatives of the person.
        Mistakes: everything that is still wrong, or that the person may not record.
    """
    if number not in {one.id for one in refusals(context, person)}:
        for initiative in sorted(_named(intake.refusal(context, number))):
            access.is_permitted(context, person, initiative, Right.RECORD)
        raise UnknownName("refused submission", str(number))
    found = read_lines(lines_of(text), "")
    by_initiative: dict[str, list[Submission]] = {}
    for one in found:
        by_initiative.setdefault(one.initiative or "", []).append(one)
    with ExitStack() as stack:
        for initiative, submissions in by_initiative.items():
            source = SubmissionSource.CORRECTION
            stack.enter_context(entering_refusals(context, initiative, person, source, submissions))
        for initiative, submissions in by_initiative.items():
            check_permission(context, person, initiative, submissions)
        return intake.retry(context, number, text=text, where="", actor=actor)
