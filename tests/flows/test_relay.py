"""What the relay tells Prefect, and the relay as a flow, where no long-lived one runs."""

from __future__ import annotations

from unittest.mock import patch
from uuid import uuid4

import pytest
from prefect.states import Pending, Running
from support.office import Office, working
from support.world import World, model, stage, stated

from clusterflow.prefect import names, publish
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.orphans import WORKER_LABEL
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import gate_forms, ledger, review
from clusterflow.services import outbox as outbox_service

TINY = model(stage("launch", (), stated("launch")), stage("strategy", ("launch",)))


def test_events_follow_one_another_and_name_whom_they_concern(sqlite_url: str) -> None:
    w = World(sqlite_url, TINY)
    w.enrol()
    w.state_figure("launch")
    w.evaluate()
    entries = ledger.entries(w.context, "one")
    events = list(publish._events_of(w.context, "one", entries))
    assert [e.follows for e in events] == [None, *(e.id for e in events[:-1])]
    assert {e.resource["prefect.resource.id"] for e in events} == {names.resource("one")}
    concerned = {(e.name, r["prefect.resource.role"], r["prefect.resource.id"]) for e in events for r in e.related}
    assert ("clusterflow.facts.recorded", "organisation", "clusterflow.organisation.firm") in concerned
    assert ("clusterflow.facts.recorded", "body", "clusterflow.initiative.one.body.board") in concerned
    assert ("clusterflow.gate.opened", "stage", "clusterflow.initiative.one.stage.launch") in concerned
    # The cards of the event feed show names: of the initiative, and of the criterion whose answer changed.
    assert {e.resource["prefect.resource.name"] for e in events} == {"Initiative-one"}
    changed = next(e for e in events if e.name == "clusterflow.finding.changed")
    assert {r["prefect.resource.role"]: r["prefect.resource.name"] for r in changed.related} == {
        "stage": "launch",
        "criterion": "launch",
    }
    again = list(publish._events_of(w.context, "one", entries))
    assert [e.id for e in again] == [e.id for e in events], "the same entries are the same events"


def test_many_initiatives_with_facts_are_checked_as_a_set(sqlite_url: str) -> None:
    w = World(sqlite_url, TINY)
    everyone = [f"i{n}" for n in range(publish.ONE_BY_ONE + 5)]
    for initiative in everyone:
        w.enrol(initiative)
    review.review_portfolio(w.context)
    for initiative in everyone:
        w.record(f"link initiative={initiative} id=a direction=inside with_whom=x from=2024-01-01")
    w.state_figure("launch", initiative="i3")
    with patch.object(review, "evaluate", wraps=review.evaluate) as one_by_one:
        found, failed = publish._evaluate(w.context, outbox_service.unevaluated(w.context))
    assert (found.evaluated, failed) == (len(everyone), {})
    assert [call.args[1] for call in one_by_one.call_args_list] == ["i3"], "only where an answer changed"
    assert [i for i in everyone if "gate.opened" in w.kinds(i)] == ["i3"]


async def test_the_relay_flow_carries_a_fact_to_the_form(
    prefect: PrefectServer, deployed: None, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}", TINY)
    for key, value in {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "PROOF": "none"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    office.enrol(office.initiative)
    office.state_figure("launch", initiative=office.initiative)
    async with working(), prefect_client() as client:
        outbox = await client.read_deployment_by_name("relay/outbox")
        for _ in range(2):  # the second finds nothing to do
            run = await client.create_flow_run_from_deployment(outbox.id)
            ended = await office.ended(run.id)
            assert ended.kind == "COMPLETED", ended
        form = await office.asking("launch")
        assert outbox_service.backlog(office.context).events == 0
        assert [i.run for i in gate_forms.open_gates(office.context, office.initiative)] == [str(form.run_id)]
        # Where plain workers are alone, nobody but this flow sees that a form is lost.
        await client.delete_flow_run(form.run_id)
        run = await client.create_flow_run_from_deployment(outbox.id)
        assert (await office.ended(run.id)).kind == "COMPLETED"
        assert (await office.asking("launch")).run_id != form.run_id


async def test_a_relay_run_that_a_dead_worker_left_behind_cancels_no_later_one(
    prefect: PrefectServer, deployed: None, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}", TINY)
    for key, value in {"DATABASE": sqlite_url, "TODAY": str(office.now.date()), "PROOF": "none"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    async with prefect_client() as client:
        outbox = await client.read_deployment_by_name("relay/outbox")
        left_behind = (await client.create_flow_run_from_deployment(outbox.id)).id
        for state in (Pending(), Running()):  # as its worker did: it holds a slot of the deployment
            await client.set_flow_run_state(left_behind, state)
        await client.update_flow_run_labels(left_behind, {WORKER_LABEL: f"ProcessWorker {uuid4()}"})
        async with working():
            run = await client.create_flow_run_from_deployment(outbox.id)
            assert (await office.ended(run.id)).kind == "COMPLETED"
        await client.delete_flow_run(left_behind)
