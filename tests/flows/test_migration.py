"""On a Prefect server: an initiative with an open gate passes to another model. The old form goes, a new one opens."""

from __future__ import annotations

from pathlib import Path

from support.office import ROOT, Office
from support.world import model, stage, stated

from clusterflow.prefect import runs
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.deploy import deploy
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import standing
from clusterflow.services.migration import migrate

LIFECYCLE = """
pull: []
deployments:
  - name: turned
    entrypoint: flows.lifecycle.lifecycle
    tags: [clusterflow, lifecycle]
    work_pool: {name: clusterflow}
"""
TURNED = model(stage("launch", (), stated("launch"), need=1), stage("gather"), name="turned")


async def test_the_open_form_gives_way_to_that_of_the_new_model(
    prefect: PrefectServer, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text(LIFECYCLE, encoding="utf-8")
    assert await deploy(ROOT, prefect.api_url, prefect.auth, file=file) == ["lifecycle/turned"]
    office.context.models = {**(office.context.models or {}), "turned": TURNED}
    office.record("office id=agency organisation=ministry name=Agency from=2020-01-01")
    office.record(f"initiative id={office.initiative} office=agency from={office.now.date()}")
    office.state_figure("launch", initiative=office.initiative)
    await office.publish()
    before = await office.asking("launch")

    migrate(office.context, "turned", initiative=office.initiative, by="gala", reason="a new program")
    assert (await office.publish()).problems == ()
    ended = await office.ended(before.run_id)
    assert ended.message == "launch: the initiative passed to another model"
    form = await office.asking("launch")
    assert form.run_id != before.run_id
    async with prefect_client() as client:
        run = await client.read_flow_run(form.run_id)
        deployment = await client.read_deployment(run.deployment_id) if run.deployment_id else None
    assert deployment is not None
    assert deployment.name == "turned"
    assert "model:turned" in run.tags
    again = await reconcile(office.context)
    assert (again.opened, again.closed, again.problems) == ((), (), ())
    assert len(await runs.waiting(f"initiative:{office.initiative}")) == 1
    await office.answer(form)
    await office.at_rest()
    state = standing.state(office.context, office.initiative)
    assert state.milestone("launch") is not None
    assert [v.stage for v in state.open_visits] == ["gather"]
