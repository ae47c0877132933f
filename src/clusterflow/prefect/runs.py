"""Flow runs in few words: start, find, answer, close, cancel, rename.

All of them speak through ``api.prefect_client`` and raise ``PrefectUnreachable`` where no Prefect answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled, Cancelling, Completed

from clusterflow.errors import NotPossible, UnknownDeployment, UnknownName
from clusterflow.prefect import wakeup
from clusterflow.prefect.api import PAGE, all_pages, detail, prefect_client


@dataclass(frozen=True, kw_only=True, slots=True)
class RunState:
    """What a run is at: ``kind`` is Prefect's type (``COMPLETED``), ``name`` may be a word of ours («Decided»)."""

    kind: str
    name: str
    message: str
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A suspended run: ``key`` is the key it was suspended under."""

    run_id: UUID
    name: str
    tags: tuple[str, ...]
    key: str | None
    since: datetime


class Verdict(Enum):
    """What the server says to an answer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """The run continues to wait: the answer does not fit the form."""
    TOO_LATE = "too late"
    """The run does not wait any more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The server's verdict on an answer; ``reason`` is empty when it was accepted."""

    verdict: Verdict
    reason: str = ""

    def __bool__(self) -> bool:
        return self.verdict is Verdict.ACCEPTED


async def start(
    deployment: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    idempotency_key: str | None = None,
    tags: Iterable[str] = (),
    name: str | None = None,
) -> UUID:
    """Start a run of ``flow/deployment``; the same ``idempotency_key`` gives the same run again, whatever its state.

    ``tags`` are added to those of the deployment.

    Raises:
        UnknownDeployment: there is no such deployment.
        NotPossible: the parameters do not fit the flow.
    """
    async with prefect_client() as client:
        try:
            found = await client.read_deployment_by_name(deployment)
        except (ObjectNotFound, ValueError):
            raise UnknownDeployment(deployment) from None
        try:
            run = await client.create_flow_run_from_deployment(
                found.id,
                parameters=dict(parameters or {}),
                idempotency_key=idempotency_key,
                tags=_distinct(tags),
                name=name,
            )
        except PrefectHTTPStatusError as error:
            if error.response.status_code not in (400, 409, 422):
                raise
            raise NotPossible(f"{deployment} does not take these parameters: {detail(error)}") from None
    wakeup.notify_workers()
    return run.id


async def waiting(*tags: str) -> list[Waiting]:
    """The suspended runs that carry all of ``tags``, oldest first."""
    selection = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])),
        tags=FlowRunFilterTags(all_=list(tags)) if tags else None,
    )
    return [
        Waiting(
            run_id=run.id,
            name=run.name,
            tags=tuple(run.tags),
            key=run.state.state_details.pause_key,
            since=run.state.timestamp,
        )
        for run in await _read(selection)
        if run.state is not None and run.state.state_details.pause_reschedule  # not those whose process still waits
    ]


async def state_of(run_ids: Iterable[UUID]) -> dict[UUID, RunState]:
    """Where these runs stand; a run that the server does not know is not in the answer."""
    ids = list(run_ids)
    states: dict[UUID, RunState] = {}
    for first in range(0, len(ids), PAGE):
        for run in await _read(FlowRunFilter(id=FlowRunFilterId(any_=ids[first : first + PAGE]))):
            if run.state is not None:
                states[run.id] = RunState(
                    kind=run.state.type.value,
                    name=run.state.name or run.state.type.value.capitalize(),
                    message=run.state.message or "",
                    since=run.state.timestamp,
                )
    return states


async def last_question(run_id: UUID) -> str | None:
    """The key under which the run was last suspended: what it has just been resumed from."""
    async with prefect_client() as client:
        states = await client.read_flow_run_states(run_id)
    paused = [s for s in states if s.is_paused()]
    return max(paused, key=lambda s: s.timestamp).state_details.pause_key if paused else None


async def forget_answer(run_id: UUID, question: str) -> None:
    """Delete what was typed into a form that has been dealt with."""
    async with prefect_client() as client:
        with suppress(ObjectNotFound):
            await client.delete_flow_run_input(run_id, f"suspended-{question}-response")


async def resume(run_id: UUID, answer: Mapping[str, Any] | None = None) -> Outcome:
    """Answer the form of a suspended run: ``answer`` is what JSON carries (a date as ``2030-01-31``).

    The server checks types, choices and patterns, but no formats: a text where a date belongs is accepted, and
    then fails the run. Check against the form's class first where the answer was typed.

    Raises:
        UnknownName: there is no such run.
    """
    async with prefect_client() as client:
        if await _find(run_id) is None:  # the server itself answers a run it does not know with HTTP 500
            raise UnknownName("flow run", str(run_id))
        result = await client.resume_flow_run(run_id, run_input=None if answer is None else dict(answer))
    # The request succeeds in any case: only the status tells a resumption from a refusal.
    if result.status is SetStateStatus.ACCEPT:
        wakeup.notify_workers()
        return Outcome(Verdict.ACCEPTED)
    reason = getattr(result.details, "reason", None) or "the server gives no reason"
    return Outcome(Verdict.REJECTED if result.status is SetStateStatus.REJECT else Verdict.TOO_LATE, reason)


async def close(run_id: UUID, message: str, *, name: str = "Decided") -> bool:
    """End a suspended run that nobody needs to answer any more, in green, under a state name of ours.

    Afterwards it cannot be resumed. False where it was not waiting; then nothing is changed.
    """
    async with prefect_client() as client:
        run = await _find(run_id)
        if run is None or run.state is None or not run.state.is_paused():
            return False
        state: State[Any] = Completed(name=name, message=message)
        result = await client.set_flow_run_state(run_id, state)
        return result.status is SetStateStatus.ACCEPT


async def cancel(run_id: UUID, message: str) -> bool:
    """Cancel a run: at once where it waits, through its worker where it runs. False where it has ended already."""
    async with prefect_client() as client:
        run = await _find(run_id)
        if run is None or run.state is None or run.state.is_final():
            return False
        at_work = run.state.is_running() or run.state.is_pending()
        state: State[Any] = Cancelling(message=message) if at_work else Cancelled(message=message)
        result = await client.set_flow_run_state(run_id, state)
        return result.status is SetStateStatus.ACCEPT


async def label(run_id: UUID, name: str, tags: Iterable[str]) -> None:
    """Give a run another name, and these tags instead of those it has; inside its own flow too, at any time."""
    async with prefect_client() as client:
        await client.update_flow_run(run_id, name=name, tags=_distinct(tags))


async def rename(run_id: UUID, name: str) -> None:
    """Give a run another name; inside its own flow too, at any time."""
    async with prefect_client() as client:
        await client.set_flow_run_name(run_id, name)


async def tag(run_id: UUID, tags: Iterable[str]) -> None:
    """Give a run these tags instead of those it has."""
    async with prefect_client() as client:
        await client.update_flow_run(run_id, tags=_distinct(tags))


def _distinct(tags: Iterable[str]) -> list[str]:
    """Each tag once: Prefect keeps and shows doubles."""
    return list(dict.fromkeys(tags))


def is_over(kind: str) -> bool:
    """Return whether a run of this type of state has ended."""
    return kind in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


async def _find(run_id: UUID) -> FlowRun | None:
    found = await _read(FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
    return found[0] if found else None


async def _read(selection: FlowRunFilter) -> Sequence[FlowRun]:
    async with prefect_client() as client:
        return await all_pages(client.read_flow_runs, flow_run_filter=selection, sort=FlowRunSort.START_TIME_ASC)


async def count(flow: str, *tags: str) -> int:
    """How many runs of a flow carry one of the tags, whatever became of them."""
    async with prefect_client() as client:
        return await client.count_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(any_=list(tags))),
        )


async def at_work(flow: str) -> int:
    """How many runs of a flow are due, pending or running: neither ended nor waiting for a person."""
    busy = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    async with prefect_client() as client:
        return await client.count_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=busy))),
        )
