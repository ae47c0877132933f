"""Time, on a real Prefect server and without one: the relay tells what becomes due, and a gate opens again."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from support.mailbox import mail_server
from support.office import ROOT, Office, until, working
from support.ports import free_port
from support.world import model, stage
from werkzeug import Response

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.terms import DecisionKind
from clusterflow.prefect import serving, worker
from clusterflow.prefect.api import settings_for
from clusterflow.prefect.pool import ensure_pool
from clusterflow.prefect.server import PrefectServer
from clusterflow.prefect.serving import keep_relaying
from clusterflow.services import gate_forms, gates, outbox, standing

SHORT = model(stage("launch"), stage("strategy", ("launch",)), name="short")


@pytest.fixture(scope="module")
def lived() -> LifecycleModel:
    return SHORT


@pytest.fixture
def office(begin: Callable[..., Office]) -> Office:
    """An enrolled initiative, and flows that open its database on its day; no worker."""
    return begin()


@pytest.fixture
async def worked(prefect: PrefectServer, deployed: None, office: Office) -> AsyncIterator[Office]:
    """The same, with a worker beside it."""
    async with working():
        yield office


async def test_a_missed_condition_puts_the_question_again(worked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = worked
    gates.open_gate(office.context, office.initiative, "launch")
    office.decide("launch", DecisionKind.CONDITIONAL_GO, initiative=office.initiative, due_all=date(2024, 1, 15))
    await office.publish()
    await office.at_rest()
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2024-01-16")
    office.at("2024-01-16")
    published = await office.publish()
    assert (published.evaluated, published.passes, published.problems) == (1, 1, ())

    form = await office.asking("launch")
    assert form.name == f"Initiative-{office.initiative} · gate 1: launch"
    await office.answer(form, "conditional-go", conditions_due="2024-06-03")
    assert (await office.ended(form.run_id)).message == "launch: go, with conditions"
    state = standing.state(office.context, office.initiative)
    assert [v.stage for v in state.open_visits] == ["strategy"], "what follows has gone on"
    assert [c.due_on for c in state.conditions_at("launch")] == [date(2024, 1, 15), date(2024, 6, 3)]


NOWHERE = "http://127.0.0.1:1/api"
ONE_RETRY = {PREFECT_CLIENT_MAX_RETRIES: 1}
"""Of five, the last is made while the test already ends, which then waits for it a quarter of a minute."""

ANSWERS = {
    "not-found": Response('{"detail": "Not Found"}', 404, content_type="application/json"),
    "too-often": Response("slowly", 429, headers={"Retry-After": "0"}),
    "in-trouble": Response("Internal Server Error", 500),
    "a-page-of-a-proxy": Response("<html>We are back soon.</html>", 200, content_type="text/html"),
}


@pytest.fixture(params=["nobody", *ANSWERS])
def no_prefect(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where no Prefect answers, though something else may."""
    if request.param == "nobody":
        yield NOWHERE
        return
    with HTTPServer() as server:
        server.expect_request(re.compile(".*")).respond_with_response(ANSWERS[request.param])
        yield server.url_for("/api")


async def test_time_passes_and_people_are_notified_without_prefect(
    office: Office, no_prefect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "AWAY_SECONDS", 0.1)

    async def person_is_notified() -> bool | None:
        return len(box.mails) > 1 or None

    with mail_server() as (box, address), settings_for(no_prefect), temporary_settings(ONE_RETRY):
        office.context.settings = office.context.settings.model_copy(update={"mail": SecretStr(address)})
        office.at("2024-06-03")
        relaying = asyncio.create_task(keep_relaying(office.context))
        await until(person_is_notified, "the mails about what is overdue")
        assert not relaying.done()
        relaying.cancel()
    assert office.kinds(office.initiative).count("stage.overdue") == 2


async def test_a_worker_outlives_whatever_answers_in_prefects_place(no_prefect: str) -> None:
    with settings_for(no_prefect), pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "RETRY_SECONDS", 0.05)
        tried: list[str] = []

        async def ensured(name: str) -> bool:
            tried.append(name)
            return await ensure_pool(name)

        async def again() -> bool | None:
            return len(tried) > 1 or None

        patch.setattr(worker, "ensure_pool", ensured)
        working = asyncio.create_task(worker.serve(ROOT))
        await until(again, "another attempt")
        assert not working.done()
        working.cancel()


class SlowMailServer:
    """It has got a mail, and says nothing until it may."""

    def __init__(self) -> None:
        self.got, self.may = threading.Event(), threading.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.got.set()
        await asyncio.to_thread(self.may.wait)
        return "250 OK"


@pytest.fixture
def slow(office: Office) -> Iterator[SlowMailServer]:
    """The office's mail server."""
    slow, port = SlowMailServer(), free_port()
    controller = Controller(slow, hostname="127.0.0.1", port=port)
    controller.start()
    address = f"mailto://127.0.0.1:{port}/?from=office@clusterflow.example&mode=insecure&cto=600"
    office.context.settings = office.context.settings.model_copy(update={"mail": SecretStr(address)})
    yield slow
    slow.may.set()
    controller.stop()


async def test_a_slow_mail_server_holds_up_nobody_in_prefect(worked: Office, slow: SlowMailServer) -> None:
    office = worked

    async def got() -> bool | None:
        return slow.got.is_set() or None

    relaying = asyncio.create_task(keep_relaying(office.context))
    gates.open_gate(office.context, office.initiative, "launch")
    form = await office.asking("launch")
    await until(got, "a mail")
    assert office.decide("launch", DecisionKind.STOP, initiative=office.initiative).taken
    assert (await office.ended(form.run_id)).kind == "COMPLETED"
    assert outbox.backlog(office.context).notices > 1, "while nobody has been told"
    relaying.cancel()


async def test_a_gate_that_nobody_asks_about_is_asked_about_again(
    worked: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pass failed, say: the run that holds it puts no form."""
    office = worked
    gates.open_gate(office.context, office.initiative, "launch")
    assert gate_forms.claim(office.context, office.initiative, str(uuid4())) is not None
    monkeypatch.setattr(serving, "RECONCILE_SECONDS", 0.1)
    relaying = asyncio.create_task(keep_relaying(office.context))
    await office.asking("launch")
    relaying.cancel()
