"""A model of the office's own: one YAML file, and it lives through its gates on a real Prefect server."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from support.office import ROOT, Office, working

from clusterflow.domain.terms import DecisionKind
from clusterflow.prefect import runs
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.declarations import deployment_name
from clusterflow.prefect.deploy import declarations_of, deploy_declared
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import standing

MODEL = """
model: rosario
version: "1"
title: {es: Modelo de Rosario, en: Rosario model}
about: {es: Primero la confianza y después la estrategia., en: Trust comes first and the strategy after it.}
source: P
stages:
  - id: trust
    kind: critical-mass
    title: {es: Confianza, en: Trust}
    allowed: 6 months
    source: P
    proposal: true
    gate:
      title: {es: Puerta de la confianza, en: Trust gate}
      milestone: {es: Confianza lograda, en: Trust achieved}
      decided_by: {roles: [manager, board-member], need: 1}
      requires:
        - {metric: stated, with: {metric: trust}, bound: ">= 1", severity: blocking, source: P, proposal: true}
  - id: strategy
    kind: strategy
    after: [trust]
    title: {es: Estrategia, en: Strategy}
    allowed: 6 months
    source: P
    proposal: true
    gate:
      title: {es: Puerta de la estrategia, en: Strategy gate}
      milestone: {es: Estrategia adoptada, en: Strategy adopted}
      decided_by: {roles: [manager, board-member], need: 1}
      requires:
        - {metric: stated, with: {metric: strategy}, bound: ">= 1", severity: blocking, source: P, proposal: true}
"""


@pytest.fixture
async def office(
    prefect: PrefectServer, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """An office whose only step was to put a file into ``configs/models``."""
    configs = tmp_path / "configs"
    shutil.copytree(ROOT / "configs", configs)
    (configs / "models" / "rosario.yaml").write_text(MODEL, encoding="utf-8")
    office = Office(sqlite_url, f"i-{uuid4().hex[:8]}")
    own = {"DATABASE": sqlite_url, "CONFIGS": str(configs), "TODAY": str(office.now.date()), "PROOF": "none"}
    for key, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{key}", value)
    office.context.settings = office.context.settings.model_copy(update={"configs": configs})
    async with working():
        yield office


async def test_a_model_that_is_only_a_file_lives_through_its_gates(prefect: PrefectServer, office: Office) -> None:
    found = declarations_of(office.context)
    assert found.problems == {}
    declared = [d for d in found.declared if d["name"] == "rosario"]
    assert await deploy_declared(ROOT, prefect.api_url, prefect.auth, declared) == ["lifecycle/rosario"]
    async with prefect_client() as client:
        there = await client.read_deployment_by_name(deployment_name(declared[0]))
    assert there.description is not None
    assert there.description.startswith("Rosario model · Modelo de Rosario")
    assert {"clusterflow", "lifecycle", "model:rosario"} <= set(there.tags)

    office.enrol(office.initiative, "rosario")
    office.state_figure("trust", initiative=office.initiative)
    assert (await office.publish()).problems == ()
    form = await office.asking("trust")
    assert "stated" not in form.name
    await office.answer(form)
    await office.at_rest()
    stored = standing.state(office.context, office.initiative)
    assert stored.milestone("trust") is not None
    assert [v.stage for v in stored.visits if v.left_on is None] == ["strategy"]

    office.state_figure("strategy", initiative=office.initiative)
    await office.publish()
    form = await office.asking("strategy")
    await office.answer(form)
    assert (await office.ended(form.run_id)).message == f"Strategy: {DecisionKind.GO.value}"
    assert await runs.waiting(f"initiative:{office.initiative}") == []
