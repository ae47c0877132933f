"""A program office in a test: a small world whose flows run on a real Prefect server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, TaskRun
from support.patience import PATIENCE_SECONDS
from support.world import World

from clusterflow.domain.events import Entry
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.prefect import names, runs
from clusterflow.prefect.api import all_pages, prefect_client
from clusterflow.prefect.background_sending import send_what_is_left
from clusterflow.prefect.publish import Published, publish
from clusterflow.prefect.runs import RunState, Waiting
from clusterflow.prefect.worker import serve
from clusterflow.services import ledger

T = TypeVar("T")

POLL_SECONDS = 0.2
"""The pause between two requests to Prefect.

Each costs 10 ms of CPU time here, and more at the server; the awaited run needs it itself.
"""

ROOT = Path(__file__).resolve().parents[2]


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Check repeatedly until there is a result, and return it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (result := await look()) is None:
        assert time.monotonic() < deadline, f"not seen in time: {what}"
        await asyncio.sleep(POLL_SECONDS)
    return result


@contextlib.asynccontextmanager
async def working() -> AsyncIterator[None]:
    """A worker for the real flows, while the block runs.

    It finds the runs that this process starts at once, and those that the server makes within half a second.
    """
    task = asyncio.create_task(serve(ROOT, query_seconds=0.5, grace_seconds=0.2))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await send_what_is_left()  # the next test may use another server


async def clear_runs() -> None:
    """Delete the runs that a test left at a shared server.

    The runs that Prefect's scheduler made remain: a schedule without any is a fault that the doctor reports.
    """
    async with prefect_client() as client:
        for run in await all_pages(client.read_flow_runs):
            if not run.auto_scheduled:
                await client.delete_flow_run(run.id)


class Office(World):
    """A world with one initiative, and what its people see in Prefect."""

    def __init__(self, url: str, initiative: str, *models: LifecycleModel) -> None:
        super().__init__(url, *models)
        self.initiative = initiative

    async def publish(self) -> Published:
        return await publish(self.context)

    async def asking(self, stage: str, after: str | None = None) -> Waiting:
        """Return the run that waits for an answer at the gate of a stage; with ``after``, a run newer than that one."""

        async def look() -> Waiting | None:
            waiting = await runs.waiting(f"initiative:{self.initiative}", f"stage:{stage}")
            put = [w for w in waiting if w.key != after]
            # The form exists shortly after the suspension.
            return put[0] if put and await self.schema(put[0]) else None

        return await until(look, f"a question about {stage}")

    async def description(self, waiting: Waiting) -> str:
        """Return the text above the form. It exists shortly after the form."""

        async def look() -> str | None:
            found = await self._input(waiting, "description")
            return None if found is None else str(found)

        return await until(look, "the text above the form")

    async def schema(self, waiting: Waiting) -> dict[str, Any] | None:
        """Return the form as Prefect's pages receive it."""
        found: dict[str, Any] | None = await self._input(waiting, "schema")
        return found

    async def _input(self, waiting: Waiting, part: str) -> Any:
        async with prefect_client() as client:
            answer = await client.request(
                "POST", f"/flow_runs/{waiting.run_id}/input/filter", json={"prefix": f"suspended-{waiting.key}-{part}"}
            )
        return json.loads(answer.json()[0]["value"]) if answer.json() else None

    async def answer(self, waiting: Waiting, decision: str = "go", by: str = "mona", **more: str) -> None:
        """Submit the form as Prefect's pages do."""
        fields = {"decision": decision, "decided_by": by, "reason": "it is time", **more}
        outcome = await runs.resume(waiting.run_id, fields)
        assert outcome, outcome

    async def ended(self, run: UUID) -> RunState:
        """Return how a run ended. A failure shows its message."""

        async def look() -> RunState | None:
            state = (await runs.state_of([run]))[run]
            return state if state.kind in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        return await until(look, "the end of the run")

    async def run(self, run: UUID) -> FlowRun:
        async with prefect_client() as client:
            return await client.read_flow_run(run)

    async def at_rest(self) -> None:
        """Wait until no run of this initiative is due or running."""
        wanted: Mapping[str, Any] = {
            "flow_runs": {
                "tags": {"all_": [f"initiative:{self.initiative}"]},
                "state": {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING", "CANCELLING"]}},
            }
        }

        async def look() -> bool | None:
            async with prefect_client() as client:
                busy = (await client.request("POST", "/flow_runs/count", json=dict(wanted))).json()
            return True if busy == 0 else None

        await until(look, "rest")

    async def tasks(self, run: UUID, wanted: Callable[[dict[str, TaskRun]], bool]) -> dict[str, TaskRun]:
        """Return the run graph by task name, once the server has written what is expected (it writes each second)."""

        async def look() -> dict[str, TaskRun] | None:
            async with prefect_client() as client:
                found = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
            by_name = {t.name: t for t in found if t.state is not None}
            return by_name if wanted(by_name) and len(by_name) == len(found) else None

        return await until(look, "the run graph")

    async def artifact(self, key: str) -> str:
        """Return the newest artifact with a key."""

        async def look() -> str | None:
            async with prefect_client() as client:
                found = (
                    await client.request(
                        "POST", "/artifacts/latest/filter", json={"artifacts": {"key": {"any_": [key]}}}
                    )
                ).json()
            return str(found[0]["data"]) if found else None

        return await until(look, f"artifact {key}")

    async def events(self) -> list[str]:
        """Return the ids of this initiative's events in Prefect, once those of its life have all arrived."""
        life = {str(names.event_id(e.hash)) for e in ledger.entries(self.context, self.initiative) if not is_fact(e)}
        wanted = {
            "filter": {
                "resource": {"id": [names.resource(self.initiative)]},
                "occurred": {"since": "2020-01-01T00:00:00Z", "until": "2035-01-01T00:00:00Z"},
            },
            "limit": 50,
        }

        async def look() -> list[str] | None:
            async with prefect_client() as client:
                page = (await client.request("POST", "/events/filter", json=wanted)).json()
            found = [str(e["id"]) for e in page["events"] if e["event"] != "clusterflow.facts.recorded"]
            return found if life <= set(found) else None

        return await until(look, f"{len(life)} events")


def is_fact(entry: Entry) -> bool:
    return entry.event.kind.startswith("record.")
