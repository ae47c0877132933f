"""Deployments follow the models on a real Prefect server, and a model that is missing there stops nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from support.office import ROOT, Office
from support.world import model, stage, stated

from clusterflow.configs.schedules import DEFAULTS
from clusterflow.prefect import api
from clusterflow.prefect.declarations import declare, deployment_name
from clusterflow.prefect.deploy import declarations_of, deploy_declared
from clusterflow.prefect.obsolete import find_obsolete, remove
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.server import PrefectServer
from clusterflow.store import pinned_models, tables

OWN = model(stage("launch", (), stated("launch")), name="own")
GONE = model(stage("launch", (), stated("launch")), name="gone")


async def test_what_is_no_longer_declared_is_found_and_removed(prefect: PrefectServer) -> None:
    declared = declare([OWN, GONE], {**DEFAULTS})[:2]
    await deploy_declared(ROOT, prefect.api_url, prefect.auth, declared)
    remaining = [d for d in declared if d["name"] == "own"]
    found = [o for o in await find_obsolete(remaining) if "gone" in o.name]
    assert [str(o) for o in found] == ["deployment lifecycle/gone", "automation clusterflow · lifecycle/gone"]
    await remove(found)
    assert [o for o in await find_obsolete(remaining) if "gone" in o.name] == []


def test_a_model_without_a_file_is_declared_while_initiatives_are_pinned_to_it(sqlite_url: str) -> None:
    office = Office(sqlite_url, "one", GONE)
    office.enrol("one", "gone")
    office.context.models = None
    found = declarations_of(office.context)
    assert found.problems == {}
    assert {"lifecycle/gone", "lifecycle/basque"} <= {deployment_name(d) for d in found.declared}


async def test_what_was_deployed_for_a_model_that_cannot_be_read_is_spared(
    prefect: PrefectServer, sqlite_url: str
) -> None:
    office = Office(sqlite_url, "one", GONE)
    office.enrol("one", "gone")
    office.context.models = None
    await deploy_declared(ROOT, prefect.api_url, prefect.auth, declare([GONE], DEFAULTS)[:1])
    with office.context.database.begin() as connection:
        connection.execute(update(tables.lifecycle_model).values(document="{}"))
    pinned_models._PARSED.clear()
    found = declarations_of(office.context)
    assert list(found.problems) == ["gone"]
    assert "lifecycle/basque" in {deployment_name(d) for d in found.declared}
    assert [o for o in await find_obsolete(found.declared, found.problems) if "gone" in o.name] == []
    assert [o.kind for o in await find_obsolete(found.declared) if "gone" in o.name] == ["deployment", "automation"]


async def test_automations_are_read_whole_however_many_there_are(
    prefect: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = [model(stage("launch", (), stated("launch")), name=f"m{n}") for n in range(3)]
    await deploy_declared(ROOT, prefect.api_url, prefect.auth, declare(models, DEFAULTS)[:3])
    monkeypatch.setattr(api, "PAGE", 1)
    found = await find_obsolete([])
    assert {f"clusterflow · lifecycle/m{n}" for n in range(3)} <= {o.name for o in found if o.kind == "automation"}
    await remove([o for o in found if o.name.split("/")[-1] in ("m0", "m1", "m2")])


async def test_a_missing_deployment_stops_no_other_initiative(prefect: PrefectServer, sqlite_url: str) -> None:
    lost = model(stage("launch", (), stated("launch")), name="never-deployed")
    office = Office(sqlite_url, "a-lost", OWN, lost)
    await deploy_declared(ROOT, prefect.api_url, prefect.auth, declare([OWN], DEFAULTS)[:1])
    for initiative, pinned in (("a-lost", lost), ("b-sound", OWN)):
        office.enrol(initiative, pinned.id)
        office.state_figure("launch", initiative=initiative)
        office.evaluate(initiative)
    done = await reconcile(office.context)
    assert done.opened == ("b-sound, gate of launch",)
    assert [p.partition(":")[0] for p in done.problems] == ["a-lost, gate of launch"]
