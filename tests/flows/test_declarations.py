"""The deployments that follow from the models and the schedules."""

from __future__ import annotations

from ruamel.yaml import YAML
from support.office import ROOT

from clusterflow.configs.schedules import DEFAULTS, Schedule
from clusterflow.prefect.declarations import declare, deployment_name, prefect_yaml
from clusterflow.services.catalogue.models import models_in

MODELS = models_in(ROOT / "configs")


def test_the_shipped_file_is_what_the_shipped_models_and_schedules_declare() -> None:
    written = (ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8")
    assert written == prefect_yaml(declare(MODELS.values(), DEFAULTS)), "run: make deployments"


def test_the_file_holds_nothing_but_the_declarations() -> None:
    declared = declare(MODELS.values(), DEFAULTS)
    assert YAML(typ="safe").load(prefect_yaml(declared))["deployments"] == declared


def test_every_model_has_a_deployment_with_a_bilingual_description() -> None:
    for model, one in zip(
        sorted(MODELS.values(), key=lambda m: m.id), declare(MODELS.values(), DEFAULTS), strict=False
    ):
        assert deployment_name(one) == f"lifecycle/{model.id}"
        assert one["description"].startswith(f"{model.title.en} · {model.title.es}\n")
        assert f"model:{model.id}" in one["tags"]


def test_schedules_are_those_of_the_office() -> None:
    own = {**DEFAULTS, "review": Schedule(cron="0 6 * * *", timezone="America/Bogota", active=False)}
    (review,) = [d for d in declare([], own) if d["name"] == "portfolio"]
    assert review["schedules"] == [
        {"slug": "nightly", "cron": "0 6 * * *", "timezone": "America/Bogota", "active": False}
    ]
