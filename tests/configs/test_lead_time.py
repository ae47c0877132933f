"""The lead time of a model: how long before something turns people are notified."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from clusterflow.configs.models import load_model, parse_model
from clusterflow.domain.lifecycle import LEAD_DAYS
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.settings import Settings

from .conftest import MODEL


def test_a_model_declares_its_lead_time(metrics: Mapping[str, MetricDeclaration]) -> None:
    declared = parse_model(MODEL.replace("source: ECLAC\n", "source: ECLAC\nlead_time: 13 weeks\n", 1), metrics)
    assert declared.lead == 91


def test_a_model_without_one_has_the_default_and_keeps_its_hash(metrics: Mapping[str, MetricDeclaration]) -> None:
    silent = parse_model(MODEL, metrics)
    assert silent.lead == LEAD_DAYS
    assert "lead" not in silent.model_dump_json(by_alias=True), "initiatives stay pinned to the same text"


@pytest.mark.parametrize("name", ["basque", "catalan", "colombian-hybrid", "cordoba", "ecuador", "nuevo-leon"])
def test_the_shipped_models_declare_it(name: str) -> None:
    configs = Settings().configs
    assert load_model(configs / "models" / f"{name}.yaml", metrics_in(configs)).lead_days is not None
