"""Whether somebody serves the pool."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from prefect.client.schemas.objects import Worker
from prefect.exceptions import ObjectNotFound

from clusterflow.domain.text import Text
from clusterflow.prefect.api import all_pages, prefect_client
from clusterflow.prefect.orphans import last_beat, sends_heartbeats
from clusterflow.prefect.pool import POOL
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, several, trouble


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """The pool, and the heartbeats of its workers."""
    async with prefect_client() as client:
        try:
            pool = await client.read_work_pool(POOL)
        except ObjectNotFound:
            return [trouble(_POOL, _NO_POOL, advise("deploy"))]
        workers = await all_pages(client.read_workers_for_work_pool, work_pool_name=POOL)
    results = [trouble(_POOL, _PAUSED, advise("resume-pool", pool=POOL))] if pool.is_paused else []
    return [*results, at_work(workers, datetime.now(UTC))]


def at_work(workers: Iterable[Worker], now: datetime) -> CheckResult:
    """Who serves the pool; those of long ago are no news while somebody does."""
    known = sorted((w for w in workers if w.last_heartbeat_time), key=last_beat, reverse=True)
    alive = [w for w in known if sends_heartbeats(w, now)]
    if alive:
        return ok(_WORKERS, both(_SERVE, names=several([w.name for w in alive]), pool=POOL))
    if known:
        last = both(_GONE, name=known[0].name, since=f"{last_beat(known[0]):%Y-%m-%d %H:%M} UTC")
        return trouble(_WORKERS, last, advise("start-worker", pool=POOL))
    return trouble(_WORKERS, both(_NOBODY, pool=POOL), advise("start-worker", pool=POOL))


_POOL = Text(es=f"grupo {POOL}", en=f"pool {POOL}")
_WORKERS = Text(es="trabajadores", en="workers")
_NO_POOL = Text(es="no existe en Prefect", en="does not exist in Prefect")
_PAUSED = Text(es="está en pausa: nada se ejecuta", en="is paused: nothing runs")
_SERVE = Text(es="atienden {pool}: {names}", en="serving {pool}: {names}")
_GONE = Text(
    es="ninguno en marcha; el último, «{name}», latió el {since}",
    en="none is up; the last one, «{name}», was heard at {since}",
)
_NOBODY = Text(es="nadie ha atendido nunca {pool}", en="nobody has ever served {pool}")
