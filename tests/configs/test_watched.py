"""The challenges of the seeds, and the virtuous circle, are watched for good in every model."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.terms import StageKind

CONFIGS = Path(__file__).parents[2] / "configs"
MODELS = load_models(model_files(CONFIGS / "models"), load_metrics(CONFIGS / "metrics.yaml"))

WATCHED = {
    "committee-participation",
    "person-turnover",
    "committee-focus",
    "dues-collected(size=large)",
    "dues-collected(size=sme)",
    "business-generated",
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_operation_stage_keeps_every_challenge_of_the_seeds(model: LifecycleModel) -> None:
    (operation,) = [stage for stage in model.stages if stage.kind is StageKind.OPERATION]
    watched = {
        criterion.metric + next((f"(size={value})" for name, value in criterion.with_ if name == "size"), "")
        for criterion in operation.gate.criteria
        if criterion.keep is not None
    }
    assert watched >= WATCHED
