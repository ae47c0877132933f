"""Review: brings one initiative, or the whole portfolio, up to date."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import entry_points

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.text import Frozen
from clusterflow.engine import evaluate as evaluation
from clusterflow.engine import process_deadlines as deadline_processing
from clusterflow.engine.evaluate import CurrentAssessment
from clusterflow.engine.evaluate import EvaluationResult as EvaluationResult
from clusterflow.engine.transaction import perform
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import compute_without_broken, describe_problem
from clusterflow.services.outbox import RETRY_DELAY
from clusterflow.services.standing import enrolled
from clusterflow.store import deadlines, ledger, outbox
from clusterflow.store.concerned import initiatives_concerned
from clusterflow.store.metrics.plugins import GROUP
from clusterflow.store.registry import initiative_records, work_calendar
from clusterflow.telemetry.work import working_on

PORTION = 500
"""The most initiatives that are measured as a set where not all of them are."""


class ReviewResult(Frozen):
    """What a review of the portfolio changed."""

    as_of: date
    looked_at: int
    changed: tuple[EvaluationResult, ...]
    problems: Mapping[str, str] = {}
    """By initiative, why it could not be reviewed. An error in one initiative does not stop the others."""


class DeadlineResult(Frozen):
    """What became due and was processed. ``problems`` say, by initiative, what could not be processed yet."""

    changed: tuple[EvaluationResult, ...]
    problems: Mapping[str, str]


def evaluate(
    context: Context, initiative: str, actor: str | None = None, known: CurrentAssessment | None = None
) -> EvaluationResult:
    """Bring one initiative up to date.

    Args:
        known: what was measured of it, together with others. If the registry has changed since, it is measured again.
    """
    metrics = metrics_of(context)
    with working_on(initiative=initiative):
        with context.reading() as connection:
            if known is not None and ledger.peek_version(connection, REGISTRY) == known.registry_version:
                observed: CurrentAssessment | None = known
            else:
                observed = evaluation.observe(connection, initiative, context.clock(), metrics)
        return perform(
            context.database, context.command(actor), "evaluate", initiative, EvaluationResult,
            lambda tx: evaluation.evaluate(tx, initiative, metrics, observed),
        )  # fmt: skip


def review_portfolio(context: Context, actor: str | None = None) -> ReviewResult:
    """Bring the whole portfolio up to date. It is measured as a set, and only changes are written."""
    due, everyone = process_deadlines(context, actor), enrolled(context)
    return _review(context, due, everyone, actor, lambda only: _plan_changes(context, everyone, only))


def review_initiatives(context: Context, initiatives: Sequence[str], actor: str | None = None) -> ReviewResult:
    """Bring some initiatives up to date, as a set: a part of a large portfolio."""
    due = process_deadlines(context, actor, set(initiatives))

    def plan(only: Sequence[str] | None) -> dict[str, CurrentAssessment]:
        return _plan_changes(context, (), initiatives if only is None else only)

    return _review(context, due, initiatives, actor, plan)


def concerned(context: Context, facts: Mapping[str, int]) -> list[str] | None:
    """Return the initiatives whose answers may depend on new facts; ``None`` if they are most of the portfolio, or all.

    Args:
        facts: for each chain with unpublished facts that no evaluation has seen, the version of the last such fact.
    """
    found = {*facts} - {REGISTRY}
    everyone = enrolled(context)
    if REGISTRY in facts:
        if entry_points(group=GROUP):
            return None  # the metric of a third party may read any organisation
        with context.reading() as connection:
            shared = initiatives_concerned(connection, outbox.published(connection, REGISTRY), facts[REGISTRY])
        if shared is None:
            return None
        found |= shared & {*everyone}
    return sorted(found) if len(found) * 2 <= len(everyone) or len(found) < 2 else None


def review_in_portions(
    context: Context, initiatives: Sequence[str] | None, actor: str | None = None
) -> Iterator[ReviewResult]:
    """Bring many initiatives up to date, or the whole portfolio (``None``), and yield what each portion gave."""
    if initiatives is None:
        yield review_portfolio(context, actor)
        return
    for start in range(0, len(initiatives), PORTION):
        yield review_initiatives(context, initiatives[start : start + PORTION], actor)


def _review(
    context: Context,
    due: DeadlineResult,
    initiatives: Sequence[str],
    actor: str | None,
    plan: Callable[[Sequence[str] | None], dict[str, CurrentAssessment]],
) -> ReviewResult:
    plans, broken = compute_without_broken(plan, lambda: initiatives)
    changed, problems = list(due.changed), {**due.problems, **broken}
    for initiative in sorted(plans):
        try:
            # Each is forgotten when it is written: the first review changes all of them.
            changed.append(evaluate(context, initiative, actor, plans.pop(initiative)))
        except Exception as problem:
            problems[initiative] = describe_problem(problem)
    return ReviewResult(
        as_of=context.clock().date(),
        looked_at=len(initiatives),
        changed=tuple(c for c in changed if c.changes),
        problems=problems,
    )


def _plan_changes(
    context: Context, everyone: Sequence[str], only: Sequence[str] | None
) -> dict[str, CurrentAssessment]:
    """Return the assessments that change something in some of the enrolled initiatives, or in all (``None``)."""
    initiatives = everyone if only is None else only
    with context.reading() as connection:
        records = initiative_records(connection, context.clock().date(), initiatives)
        # An initiative whose own record was retracted continues, without national holidays.
        calendars = dict.fromkeys(initiatives, work_calendar(connection))
        calendars |= {i: work_calendar(connection, r.timezone, r.country, r.subdivision) for i, r in records.items()}
        heads = ledger.heads(connection, initiatives)
        now, metrics = context.clock(), metrics_of(context)
        return evaluation.evaluate_portfolio(connection, heads, calendars, now, metrics, everyone=only is None)


def initiatives_due(context: Context) -> Sequence[str]:
    """Return the initiatives in which something has become due."""
    with context.reading() as connection:
        return deadlines.initiatives_due(connection, context.clock())


def process_deadlines(
    context: Context, actor: str | None = None, only: Collection[str] | None = None
) -> DeadlineResult:
    """Process what has become due, in all initiatives or in some. What fails is retried after ``RETRY_DELAY``."""
    done, problems = list[EvaluationResult](), dict[str, str]()
    for initiative in initiatives_due(context):
        if only is not None and initiative not in only:
            continue
        try:
            done.append(_process(context, initiative, actor))
        except Exception as problem:
            problems[initiative] = describe_problem(problem)
            with context.database.begin() as connection:
                deadlines.postpone(connection, initiative, context.clock(), context.clock() + RETRY_DELAY)
    return DeadlineResult(changed=tuple(done), problems=problems)


def _process(context: Context, initiative: str, actor: str | None) -> EvaluationResult:
    metrics = metrics_of(context)
    return perform(
        context.database, context.command(actor), "fall due", initiative, EvaluationResult,
        lambda tx: deadline_processing.process_deadlines(tx, initiative, metrics),
    )  # fmt: skip
