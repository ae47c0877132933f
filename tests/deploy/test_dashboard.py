"""The dashboard asks only for metrics and labels that exist, and the scrape configuration for ports that are tried."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from ruamel.yaml import YAML

from clusterflow.services.monitoring.endpoint import PORTS
from clusterflow.services.monitoring.metrics import METRICS

FOLDER = Path(__file__).resolve().parents[2] / "deployments" / "monitoring"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
PANELS = DASHBOARD["panels"]
QUERIES = [target for panel in PANELS for target in panel["targets"]]

FUNCTIONS = {"sum", "max", "by", "rate", "histogram_quantile"}
OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that Prometheus adds itself, and that of buckets."""


def names_in(expression: str) -> set[str]:
    """The series of a query: what is neither a function, nor a label, nor in quotation marks or brackets."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|by \([^)]*\)", "", expression)
    return set(re.findall(r"[a-z_]\w+", bare)) - FUNCTIONS


def labels_in(expression: str) -> set[str]:
    grouped = [label.strip() for inside in re.findall(r"by \(([^)]*)\)", expression) for label in inside.split(",")]
    return {*grouped, *re.findall(r"[{,]\s*(\w+)\s*(?:=|!)", expression)}


def test_every_query_names_metrics_and_labels_that_exist() -> None:
    declared = {series: set(metric.labels) for metric in METRICS for series in metric.series}
    of_process = {s.name for family in ProcessCollector(registry=CollectorRegistry()).collect() for s in family.samples}
    for query in QUERIES:
        names = names_in(query["expr"])
        assert names, query
        assert names <= {*declared, *of_process}, query
        known = set.union(*(declared.get(name, set()) for name in names)) | OF_PROMETHEUS
        assert labels_in(query["expr"]) <= known, query
        assert set(re.findall(r"\{\{(\w+)\}\}", query["legendFormat"])) <= known, query


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = set.union(*(names_in(query["expr"]) for query in QUERIES))
    assert not [metric.name for metric in METRICS if not shown & set(metric.series)]


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    places = sorted((p["gridPos"]["y"], p["gridPos"]["x"], p["gridPos"]["w"], p["gridPos"]["h"]) for p in PANELS)
    for (y, x, width, height), (next_y, next_x, _, _) in pairwise(places):
        assert x + width <= 24
        assert next_y >= y + height if next_y != y else next_x >= x + width
    assert all(query["datasource"]["uid"] == "${datasource}" for query in QUERIES)


def test_the_scrape_configuration_reads_the_first_ports() -> None:
    (job,) = YAML(typ="safe").load(FOLDER / "prometheus.yml")["scrape_configs"]
    assert job["job_name"] == "clusterflow"
    ports = [int(target.rpartition(":")[2]) for static in job["static_configs"] for target in static["targets"]]
    assert all(9464 <= port < 9464 + PORTS for port in ports)
