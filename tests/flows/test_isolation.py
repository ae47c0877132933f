"""One broken initiative or model of three never stops a review, a relay or a reconcile; each step is broken in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from prefect.client.schemas.objects import StateType
from sqlalchemy import update
from support.office import ROOT, Office, until
from support.world import model, stage

from clusterflow.configs.schedules import DEFAULTS
from clusterflow.prefect import events, names, runs
from clusterflow.prefect import publish as publishing
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.declarations import declare
from clusterflow.prefect.deploy import deploy_declared, load
from clusterflow.prefect.events import OutgoingEvent
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import gate_forms, ledger, review, standing
from clusterflow.store import pinned_models, tables

SOUND = model(stage("launch"), name="sound")
DAMAGED = model(stage("launch", allowed_days=7), name="damaged")
EVERYONE = ("a", "b", "c")


@pytest.fixture(scope="module")
def deployed(prefect_server: PrefectServer) -> None:
    """Passes of both models; no worker takes them, so only what starts them is seen."""
    declared = declare([SOUND, DAMAGED], DEFAULTS)[:2]
    asyncio.run(deploy_declared(ROOT, prefect_server.api_url, prefect_server.auth, declared))


@pytest.fixture
def office(prefect: PrefectServer, deployed: None, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Three initiatives whose gates are ready; the model of «b» is its own."""
    office = Office(sqlite_url, "b", SOUND, DAMAGED)
    for key, value in {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "PROOF": "none"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    for initiative in EVERYONE:
        office.enrol(initiative, "damaged" if initiative == "b" else "sound")
        office.state_figure("launch", initiative=initiative)
    return office


def damage_model(office: Office) -> None:
    with office.context.database.begin() as connection:
        table = tables.lifecycle_model
        connection.execute(update(table).where(table.c.id == "damaged").values(document="{}"))
    pinned_models._PARSED.clear()


def held(office: Office) -> set[str]:
    """The initiatives whose open gate has a run that asks."""
    return {i.initiative for i in gate_forms.open_gates(office.context) if i.run is not None}


def break_evaluation(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = review.evaluate

    def failing(context: Any, initiative: str, *more: Any, **named: Any) -> Any:
        if initiative == "b":
            raise ArithmeticError("broken")
        return evaluate(context, initiative, *more, **named)

    monkeypatch.setattr(review, "evaluate", failing)


def break_start(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    start = runs.start

    async def failing(deployment: str, parameters: dict[str, Any], **more: Any) -> Any:
        if parameters["initiative"] == "b":
            raise ValueError("broken")
        return await start(deployment, parameters, **more)

    monkeypatch.setattr(runs, "start", failing)


def break_post(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    post = events.post

    async def failing(outgoing: Iterable[OutgoingEvent]) -> None:
        posted = list(outgoing)
        if any(e.resource["prefect.resource.id"] == names.resource("b") for e in posted):
            raise ValueError("broken")
        await post(posted)

    monkeypatch.setattr(events, "post", failing)


def break_ledger(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = ledger.entries

    def failing(context: Any, chain: str, *more: Any) -> Any:
        if chain == "b":
            raise LookupError("broken")
        return entries(context, chain, *more)

    monkeypatch.setattr(publishing.ledger, "entries", failing)


def break_model(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    damage_model(office)


STEPS = [break_evaluation, break_start, break_post, break_ledger, break_model]
Break = Callable[[Office, pytest.MonkeyPatch], None]


def name_of(step: Break) -> str:
    return getattr(step, "__name__", "").removeprefix("break_")


@pytest.mark.parametrize("step", STEPS, ids=name_of)
async def test_a_relay_publishes_the_others_and_names_the_broken_one(
    office: Office, step: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(office, monkeypatch)
    published = await office.publish()
    assert published.problems
    assert {p.partition(":")[0] for p in published.problems} == {"b"}
    assert held(office) == {"a", "c"}
    monkeypatch.undo()


@pytest.mark.parametrize(
    "step", [break_start, break_ledger, break_model], ids=lambda s: s.__name__.removeprefix("break_")
)
async def test_a_reconcile_opens_the_others_and_names_the_broken_one(
    office: Office, step: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    for initiative in EVERYONE:
        review.evaluate(office.context, initiative)
    step(office, monkeypatch)
    done = await reconcile(office.context)
    assert {name.partition(",")[0] for name in done.opened} == {"a", "c"}
    assert {p.partition(",")[0] for p in done.problems} == {"b"}
    assert held(office) == {"a", "c"}


@pytest.mark.parametrize("step", STEPS, ids=name_of)
async def test_a_review_goes_through_names_the_broken_one_and_shows_the_others(
    office: Office, step: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(office, monkeypatch)
    state = await load("flows.review.review")(return_state=True)  # type: ignore[call-arg]
    assert state.type is StateType.COMPLETED, state
    logged = await errors_of(state.state_details.flow_run_id)
    assert any(line.startswith("b") for line in logged), logged
    assert not any(line.startswith(("a:", "c:")) for line in logged)
    assert {"a", "c"} <= held(office)
    page = await office.artifact(names.PORTFOLIO_KEY)
    assert ("Could not be read: b" in page) is (step is break_model)
    assert "Initiative-a" in page
    assert "Initiative-c" in page


async def test_a_step_that_fails_as_a_whole_does_not_stop_the_next_and_the_run_says_which(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_flow = load("flows.review.review")

    async def broken(context: object) -> None:
        raise RuntimeError("no publishing today")

    monkeypatch.setattr("flows.review.publish", broken)
    state = await review_flow(return_state=True)  # type: ignore[call-arg]
    assert (state.type, state.message) == (
        StateType.FAILED,
        "publishing the outbox: RuntimeError: no publishing today",
    )
    assert held(office) == set(EVERYONE), "the forms were opened all the same"
    assert standing.board(office.context).problems == {}


async def errors_of(run: Any) -> list[str]:
    """The errors in the log of a run, once they are there."""

    async def look() -> list[str] | None:
        async with prefect_client() as client:
            wanted = {"logs": {"flow_run_id": {"any_": [str(run)]}, "level": {"ge_": 40}}}
            found = (await client.request("POST", "/logs/filter", json=wanted)).json()
        return [line["message"] for line in found] or None

    return await until(look, "errors in the log")
