"""The office page: the portfolio that a person's office follows, and what waits for its staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from clusterflow.domain.access import Right
from clusterflow.domain.record_events import SubmissionSource
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.refused_submission import Refusal
from clusterflow.domain.text import Frozen, Language
from clusterflow.engine.enrol import EnrolmentResult
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.errors import ClusterflowError, NotPossible, UnknownName
from clusterflow.intake.corrections import read_again
from clusterflow.intake.json_lines import lines_of, read_lines
from clusterflow.reports.status import status_in
from clusterflow.reports.status_board import BoardLine, board_of
from clusterflow.services import access, enrolment
from clusterflow.services.catalogue.models import models_of
from clusterflow.services.context import Context
from clusterflow.services.facts.permission import check_permission
from clusterflow.services.intake import submissions as intake
from clusterflow.services.refusals import entering_refusals
from clusterflow.store.portfolio import snapshots
from clusterflow.store.registry import current

PAGE = 50
"""The most initiatives on one page."""
VISITS = 10
LONGEST_PAYLOAD = 40_000
"""A larger refused submission is corrected on the command line."""


class OfficeBoard(Frozen):
    """One page of the initiatives of an office, and what its staff should check."""

    lines: tuple[BoardLine, ...]
    total: int
    """The number of lines on all pages."""
    page: int
    models: tuple[tuple[str, str], ...]
    """The models to filter by: id and title."""
    visits: tuple[BoardLine, ...]
    """The initiatives that need a visit most."""


def board(
    context: Context, person: str, language: Language, model: str = "", search: str = "", page: int = 1
) -> OfficeBoard:
    """The portfolio of a person's office.

    Args:
        model: only the initiatives under this model, if it is named.
        search: only the initiatives with this text in their name.
        page: which page, from 1; a page after the last one is the last one.
    """
    ids = sorted(access.initiatives_served(context, person))
    with context.reading() as connection:
        statuses = [status_in(life, language) for life in snapshots(connection, context.clock(), None, ids)]
    lines = board_of(statuses, context.clock().date(), language).lines
    wanted = search.strip().casefold()
    shown = [one for one in lines if model in ("", one.model) and wanted in one.name.casefold()]
    page = max(1, min(page, -(-len(shown) // PAGE)))
    return OfficeBoard(
        lines=tuple(shown[(page - 1) * PAGE : page * PAGE]),
        total=len(shown),
        page=page,
        models=tuple(sorted({(one.model, one.model_title) for one in lines})),
        visits=tuple(sorted(filter(_needs_visit, lines), key=_urgency)[:VISITS]),
    )


def _needs_visit(line: BoardLine) -> bool:
    return line.overdue or bool(line.lapsed)


def _urgency(line: BoardLine) -> tuple[object, ...]:
    """Lapsed milestones first, then stages that are overdue, then who has waited longest."""
    return (-len(line.lapsed), not line.overdue, -(line.waits_days or 0), -(line.days or 0), line.initiative)


def refusals(context: Context, person: str) -> Sequence[Refusal]:
    """The refused submissions that are about the office's initiatives alone; all of them for an administrator."""
    mine, everything = access.initiatives_served(context, person), access.is_administrator(context, person)
    return [one for one in intake.refusals(context) if everything or _is_about(one, mine)]


def _is_about(refusal: Refusal, mine: frozenset[str]) -> bool:
    named = _named(refusal)
    return bool(named) and named <= mine


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
        UnknownName: no such submission is about the office's initiatives.
        Mistakes: everything that is still wrong, or that the person may not record.
    """
    if number not in {one.id for one in refusals(context, person)}:
        for initiative in sorted(_named(intake.refusal(context, number))):
            access.is_permitted(context, person, initiative, Right.GRANT)
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


def model_choices(context: Context, language: Language) -> Sequence[tuple[str, str]]:
    """The models under which an initiative can be enrolled: id and title."""
    return sorted((m.id, m.title.to(language)) for m in models_of(context).values())


def enrol(
    context: Context, person: str, fields: Mapping[str, str], model: str, actor: str, key: str | None
) -> EnrolmentResult:
    """Enrol an initiative for an office of the person.

    Raises:
        NotPossible: an initiative of that id is enrolled already.
        UnknownName: the person does not work for that office, or there is no such model.
        Mistakes: a field is not accepted.
    """
    if fields.get("office", "") not in access.offices_of(context, person):
        raise UnknownName("office", fields.get("office", ""))
    with context.reading() as connection:
        known = current(connection, Initiative, REGISTRY, context.clock().date(), id=fields.get("id", ""))
    if known:
        # Its record belongs to its own office, which another one must not change by enrolling it.
        raise NotPossible(f"an initiative is called «{fields.get('id')}» already")
    start = {"from": context.clock().date().isoformat(), **{n: v for n, v in fields.items() if v}}
    return enrolment.enrol(context, Submission("initiative", start, "initiative"), model, actor, key)
