"""Whether runs failed, hang, or were left behind by a worker that died."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from clusterflow.domain.text import Text
from clusterflow.prefect.api import all_pages, prefect_client
from clusterflow.prefect.health.deployments import deployed
from clusterflow.prefect.orphans import AT_WORK, is_orphan, live_workers
from clusterflow.prefect.pool import POOL
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, plain, trouble, warning

RECENT = timedelta(days=1)
"""A failure longer ago is history."""

LONG = timedelta(hours=1)
"""A pass takes seconds, and the review of ten thousand initiatives some minutes."""

MESSAGE = 160
"""The most characters of a run's message."""

FAILURES = (StateType.FAILED, StateType.CRASHED)
BEGUN = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Failed and crashed runs of a day, runs that take long, and runs without a worker."""
    now = datetime.now(UTC)
    names = {d.id: name for name, d in (await deployed()).items()}
    failed = await _runs(FAILURES, FlowRunFilterExpectedStartTime(after_=now - RECENT))
    begun = await _runs(BEGUN)
    alive = await live_workers()
    orphans = [r for r in begun if is_orphan(r, alive.__contains__, AT_WORK, now)]
    slow = [r for r in begun if r not in orphans and r.state is not None and now - r.state.timestamp > LONG]
    ui = surroundings.settings.pages_url
    results = [*failures(failed, names, ui), *left_behind(orphans), *hanging(slow, now, ui)]
    return results or [ok(RUNS, _NONE)]


async def _runs(types: Iterable[StateType], expected: FlowRunFilterExpectedStartTime | None = None) -> list[FlowRun]:
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))), expected_start_time=expected
    )
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    async with prefect_client() as client:
        return await all_pages(
            client.read_flow_runs,
            flow_run_filter=wanted,
            work_pool_filter=pool,
            sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        )


def failures(runs: Iterable[FlowRun], names: Mapping[UUID, str], ui: str) -> Iterator[CheckResult]:
    """The failures by deployment; of each the newest run is named, newest first."""
    by_deployment: dict[UUID | None, list[FlowRun]] = defaultdict(list)
    for run in runs:
        by_deployment[run.deployment_id].append(run)
    for deployment, mine in by_deployment.items():
        message = " ".join(((mine[0].state and mine[0].state.message) or "–").split())[:MESSAGE]
        name = names.get(deployment, "?") if deployment else "?"
        found = both(_FAILED, count=len(mine), run=mine[0].name, message=message)
        yield warning(
            both(_OF, name=name), found, advise("retry-run", address=_address(mine[0], ui), run=str(mine[0].id))
        )


def left_behind(runs: Iterable[FlowRun]) -> Iterator[CheckResult]:
    """The runs whose worker died."""
    names = [run.name for run in runs]
    if names:
        more = f" (+{len(names) - 5})" if len(names) > 5 else ""
        found = both(_LEFT, count=len(names), names=", ".join(names[:5]) + more)
        yield trouble(RUNS, found, advise("reconcile"))


def hanging(runs: Iterable[FlowRun], now: datetime, ui: str) -> Iterator[CheckResult]:
    """The runs that take long."""
    for run in runs:
        since = run.state.timestamp if run.state else now
        found = both(_LONG, minutes=int((now - since).total_seconds() // 60))
        yield warning(plain(run.name), found, advise("wait-for-run", address=_address(run, ui)))


def _address(run: FlowRun, ui: str) -> str:
    return f"{ui}/v2/runs/flow-run/{run.id}"


RUNS = Text(es="ejecuciones", en="runs")
_NONE = Text(es="ninguna falló en 24 horas, ninguna está atascada", en="none failed in 24 hours, none is stuck")
_OF = Text(es="ejecuciones de {name}", en="runs of {name}")
_FAILED = Text(
    es="fallos en 24 horas: {count}; el último, «{run}»: {message}",
    en="failures in 24 hours: {count}; the last one, «{run}»: {message}",
)
_LEFT = Text(
    es="{count} sin trabajador, porque el suyo ya no existe: {names}",
    en="{count} without a worker, because theirs is gone: {names}",
)
_LONG = Text(es="sigue en marcha desde hace {minutes} min", en="has been running for {minutes} min")
