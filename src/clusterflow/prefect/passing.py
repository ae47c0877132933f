"""One pass: what the lifecycle flow does, told to Prefect. The engine is the authority, never the resume."""

from __future__ import annotations

from prefect import task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from clusterflow.app import App
from clusterflow.engine.decide import Decided
from clusterflow.model.words import StageStatus
from clusterflow.prefect import names, runs
from clusterflow.prefect.forms import GateForm, ballot_of, form_for
from clusterflow.prefect.pages import eligible
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import STATUS
from clusterflow.reports.markdown import escaped, gate_page
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.store.inbox import Item


@task(task_run_name="{name}", persist_result=False)
async def stage_task(name: str, label: str, message: str) -> State:
    """One stage of the model in the run graph; the name of its state says what became of it."""
    return Completed(name=label, message=message)
