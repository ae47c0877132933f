"""The nightly review of a large portfolio, in parts that the workers share, on a real Prefect server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterTags
from prefect.states import AwaitingRetry
from support.office import Office, until, working
from support.world import model, stage

from clusterflow.prefect import runs, shards
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import review
from clusterflow.services import shards as shard_service
from clusterflow.services.context import Context
from clusterflow.services.review import ReviewResult

MODEL = model(stage("launch"), name="parted")
INITIATIVES = [f"i{n}" for n in range(7)]


@pytest.fixture
def office(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office(sqlite_url, "i0", MODEL)
    for one in INITIATIVES:
        office.enrol(one, "parted")
    own = {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "SHARD": "2", "PROOF": "none", "LANGUAGE": "es"}
    for key, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    return office


class Counted:
    """Counts how often each initiative is reviewed, and fails where a test wants it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: dict[str, int]) -> None:
        self.times: Counter[str] = Counter()
        self.failing, self.real = failing, review.review_initiatives
        monkeypatch.setattr(review, "review_initiatives", self)
        monkeypatch.setattr(shard_service, "RETRY_DELAY", timedelta(0))

    def __call__(self, context: Context, initiatives: Sequence[str], actor: str | None = None) -> ReviewResult:
        for one in initiatives:
            if self.failing.get(one, 0) > 0:
                self.failing[one] -= 1
                raise ArithmeticError("a number that nobody foresaw")
        self.times.update(initiatives)
        return self.real(context, initiatives, actor)


async def night() -> UUID:
    async with prefect_client() as client:
        found = await client.read_deployment_by_name("review/portfolio")
        return (await client.create_flow_run_from_deployment(found.id)).id


async def test_each_initiative_is_reviewed_once_though_a_part_fails_twice(
    prefect: PrefectServer, deployed: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch, {"i3": 2})
    async with working():
        run = await night()
        ended = await office.ended(run)
        assert ended.kind == "COMPLETED", ended
        parts = await _parts(str(run))
    assert counted.times == dict.fromkeys(INITIATIVES, 1)
    assert sorted(parts) == [f"Portafolio · 2024-01-10 · parte {n} de 4" for n in range(1, 5)]


async def test_a_part_that_fails_each_time_is_told_by_name_while_the_others_end(
    prefect: PrefectServer, deployed: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch, {"i6": 99})
    async with working():
        run = await night()
        ended = await office.ended(run)
    assert ended.kind == "FAILED"
    assert "i5, i6: ArithmeticError: a number that nobody foresaw" in ended.message
    assert counted.times == dict.fromkeys(INITIATIVES[:5], 1)
    counted.failing.clear()
    async with prefect_client() as client:
        await client.set_flow_run_state(run, AwaitingRetry(), force=True)
    async with working():
        ended = await office.ended(run)
    assert ended.kind == "COMPLETED", "once the cause is gone, the run that is retried does what was left out"
    assert counted.times == dict.fromkeys(INITIATIVES, 1)


async def test_without_a_deployment_for_parts_the_run_does_them_all(
    prefect: PrefectServer, deployed: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch, {})
    monkeypatch.setattr(shards, "DEPLOYMENT", f"shard/{uuid4().hex}")
    async with working():
        ended = await office.ended(await night())
    assert ended.kind == "COMPLETED", ended
    assert counted.times == dict.fromkeys(INITIATIVES, 1)


async def test_a_small_portfolio_stays_one_run(
    prefect: PrefectServer, deployed: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_SHARD", str(len(INITIATIVES)))
    counted = Counted(monkeypatch, {})
    async with working():
        run = await night()
        ended = await office.ended(run)
    assert ended.kind == "COMPLETED", ended
    assert counted.times == {}
    assert await _parts(str(run), 0) == []


async def _parts(job: str, wanted: int = 4) -> list[str]:
    """The names of the runs of a job, once all have ended."""

    async def look() -> list[str] | None:
        async with prefect_client() as client:
            found = await client.read_flow_runs(
                flow_filter=FlowFilter(name=FlowFilterName(any_=["shard"])),
                flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=["shard"])),
            )
        mine = [r for r in found if r.parameters.get("job") == job]
        over = [r for r in mine if r.state is not None and runs.is_over(r.state.type.value)]
        return [r.name for r in mine] if len(over) == len(mine) == wanted else None

    return await until(look, "the end of all parts")
