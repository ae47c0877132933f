"""Whether what is scheduled is made into runs, and the runs begin on time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort

from clusterflow.domain.text import Text
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health.deployments import deployed
from clusterflow.prefect.pool import POOL
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, several, trouble, warning

SOON = timedelta(minutes=2)
"""Within which Prefect's scheduler has made the runs of a new schedule; it looks each minute."""

LONG = timedelta(minutes=10)
"""A run that is late for longer is not just behind another one."""


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Late runs, and schedules without any run to come."""
    now = datetime.now(UTC)
    found = await deployed()
    async with prefect_client() as client:
        runs = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Late"]))),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=200,
        )
        to_come = FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        )
        without_runs_yet = []
        for name, deployment in found.items():
            if is_expected(deployment, now):
                mine = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
                if not await client.count_flow_runs(flow_run_filter=to_come, deployment_filter=mine):
                    without_runs_yet.append(name)
    results = [*late(runs, {d.id: name for name, d in found.items()}, now), *without_runs(without_runs_yet)]
    return results or [ok(_SCHEDULES, both(_ON_TIME, count=sum(is_scheduled(d) for d in found.values())))]


def is_scheduled(deployment: DeploymentResponse) -> bool:
    return not deployment.paused and any(s.active for s in deployment.schedules)


def is_expected(deployment: DeploymentResponse, now: datetime) -> bool:
    """Whether Prefect must have made runs of one of its schedules by now."""
    due = [s for s in deployment.schedules if s.active and _is_frequent(s)]
    changed = [s.updated or s.created for s in due]
    return not deployment.paused and any(at is None or now - at > SOON for at in changed)


def _is_frequent(schedule: DeploymentSchedule) -> bool:
    """Whether it brings a run in any hundred days: Prefect makes runs for no longer ahead."""
    match schedule.schedule:
        case CronSchedule(cron=cron):
            fields = cron.split()
            return len(fields) == 5 and fields[3] == "*"
        case IntervalSchedule(interval=interval):
            return interval <= timedelta(days=90)
    return False


def late(runs: Sequence[FlowRun], names: dict[object, str], now: datetime) -> Iterator[CheckResult]:
    """Each deployment whose runs have not begun when they should."""
    counts = Counter(r.deployment_id for r in runs)
    for deployment, count in counts.items():
        first = min((r.expected_start_time or now for r in runs if r.deployment_id == deployment), default=now)
        minutes = int((now - first).total_seconds() // 60)
        what = both(_RUNS, name=names.get(deployment, "?"))
        found = both(_LATE, count=count, minutes=minutes)
        yield (
            trouble(what, found, advise("start-more-workers"))
            if now - first > LONG
            else warning(what, found, advise("start-more-workers"))
        )


def without_runs(names: Sequence[str]) -> Iterator[CheckResult]:
    """Schedules that are switched on and bring no run."""
    if names:
        yield trouble(_SCHEDULES, both(_BARREN, names=several(names)), advise("restart-scheduler"))


_SCHEDULES = Text(es="horarios", en="schedules")
_RUNS = Text(es="ejecuciones de {name}", en="runs of {name}")
_ON_TIME = Text(
    es="despliegues con horario: {count}; nada llega tarde", en="deployments by schedule: {count}; no run is late"
)
_LATE = Text(
    es="sin empezar: {count}; la primera debía empezar hace {minutes} min",
    en="not begun: {count}; the first was due {minutes} min ago",
)
_BARREN = Text(
    es="el planificador de Prefect no crea ejecuciones de: {names}", en="Prefect's scheduler makes no runs of: {names}"
)
