"""Helm accepts our values for Prefect's charts, Kubernetes what comes of them, and compose_spec the compose file.

What the charts start has the variables with which tests/deploy/test_machines.py starts the same parts.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import missing
from ruamel.yaml import YAML

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
CHARTS = Path(__file__).parent / "charts"
KUBERNETES = "1.33"
NAMED_OTHERWISE = {"PREFECT_REDIS_MESSAGING_URL": "PREFECT_REDIS_MESSAGING_HOST"}
"""The chart gives the parts of this address, each in a variable of its own."""


def _library(name: str) -> ModuleType:
    """Return a library of the extra «dev»; on a machine that was set up before it was added, the test is skipped."""
    try:
        return __import__(name)
    except ImportError:
        missing(name, "pip install -c constraints.txt -e '.[dev]'")
        raise


def _render(chart: str) -> list[dict[str, Any]]:
    helm, values = _library("helm_python"), YAML(typ="safe").load(DEPLOYMENTS / "helm" / f"{chart}.yaml")
    with helm.Chart.load(str(CHARTS / chart)) as loaded:
        loaded.validate_schema(values)
        texts = loaded.render(values, name=chart, namespace="office")
    manifests = [text for name, text in texts.items() if name.endswith(".yaml")]
    return [found for text in manifests for found in YAML(typ="safe").load_all(text) if found]


def _own() -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all(DEPLOYMENTS / "helm" / "clusterflow.yaml"))


def _containers(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The only container of each deployment, by the deployment's name."""
    found = {m["metadata"]["name"]: m["spec"]["template"]["spec"] for m in manifests if m["kind"] == "Deployment"}
    return {name: pod["containers"][0] for name, pod in found.items()}


def _is_named(manifest: dict[str, Any], name: str) -> bool:
    return bool(manifest["metadata"]["name"] == name)


def _variables(container: dict[str, Any]) -> set[str]:
    return {variable["name"] for variable in container["env"]}


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(DEPLOYMENTS / "compose.yaml")
    return found


@pytest.mark.parametrize("chart", ["prefect-server", "prefect-worker", "clusterflow"])
def test_kubernetes_accepts_what_the_values_give(chart: str) -> None:
    kubernetes = _library("kubernetes_validate")
    manifests = _own() if chart == "clusterflow" else _render(chart)
    assert manifests
    for manifest in manifests:
        kubernetes.validate(manifest, KUBERNETES, strict=True)


def test_the_chart_starts_servers_and_services_with_the_variables_of_the_compose_file() -> None:
    containers, services = _containers(_render("prefect-server")), _compose()["services"]
    parts = {"prefect-server": "prefect-api", "prefect-server-background-services": "prefect-services"}
    for name, service in parts.items():
        wanted = set(services[service]["environment"])
        if service == "prefect-services":
            wanted.remove("PREFECT_SERVER_API_AUTH_STRING")  # nobody asks them anything
        assert {NAMED_OTHERWISE.get(v, v) for v in wanted} <= _variables(containers[name]), name
        command = " ".join(containers[name].get("command", []) + containers[name]["args"])
        assert " ".join(services[service]["command"].split()[:3]) in command
    assert "--no-services" in containers["prefect-server"]["args"]
    (servers,) = (m for m in _render("prefect-server") if m["kind"] == "Deployment" and _is_named(m, "prefect-server"))
    assert servers["spec"]["replicas"] == services["prefect-api"]["deploy"]["replicas"]


def test_the_workers_serve_our_pool_and_find_the_server() -> None:
    (worker,) = _containers(_render("prefect-worker")).values()
    assert worker["args"][worker["args"].index("--pool") + 1] == "clusterflow"
    variables = {variable["name"]: variable for variable in worker["env"]}
    assert variables["PREFECT_API_URL"]["value"] == "http://prefect-server:4200/api"
    assert variables["PREFECT_API_AUTH_STRING"]["valueFrom"]["secretKeyRef"]["name"] == "prefect-auth"
    assert {"secretRef": {"name": "clusterflow"}} in worker["envFrom"]


def test_relays_and_web_pages_write_logs_and_metrics_everywhere() -> None:
    monitoring = {"CLUSTERFLOW_LOG", "CLUSTERFLOW_METRICS_PORT"}
    for container in _containers(_own()).values():
        assert monitoring <= _variables(container)
    services = _compose()["services"]
    for service in ("relay", "worker", "web"):
        assert monitoring <= set(services[service]["environment"])
    settings = (DEPLOYMENTS / "systemd" / "environment.example").read_text(encoding="utf-8")
    assert all(f"\n{name}=" in settings for name in monitoring)
    extras = (DEPLOYMENTS / "Containerfile").read_text(encoding="utf-8")
    assert "monitoring" in extras.partition("$wheel[")[2].partition("]")[0].split(",")


def test_compose_accepts_the_compose_file() -> None:
    compose = _library("compose_spec")
    options = compose.PyOptions()
    options.apply_merge = True
    found = options.from_yaml((DEPLOYMENTS / "compose.yaml").read_text(encoding="utf-8"))
    found.validate()
    assert set(found.service_names()) == set(_compose()["services"])


def test_prometheus_of_the_compose_file_asks_every_part_that_shows_metrics() -> None:
    compose = _compose()
    (job,) = YAML(typ="safe").load(compose["configs"]["prometheus"]["content"])["scrape_configs"]
    (targets,) = job["dns_sd_configs"]
    environments = {name: service.get("environment", {}) for name, service in compose["services"].items()}
    shown = {name for name, variables in environments.items() if "CLUSTERFLOW_METRICS_PORT" in variables}
    assert set(targets["names"]) == shown
    assert {str(targets["port"])} == {environments[name]["CLUSTERFLOW_METRICS_PORT"] for name in shown}
