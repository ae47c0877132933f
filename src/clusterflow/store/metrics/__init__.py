"""The metrics, one file a family; each is a set-based statement over all initiatives of a pass."""

from clusterflow.store.metrics import (
    activity,
    business,
    documents,
    drift,
    governance,
    meetings,
    members,
    money,
    plugins,
    staff,
    strategy,
    time,
    trust,
)
from clusterflow.store.metrics.metric import METRICS, Metric, evidence, measure, measure_apart
from clusterflow.store.metrics.scope import Scope

FAMILIES = (
    members, drift, documents, governance, staff, meetings, trust, strategy, money, business, activity, time,
)  # fmt: skip
"""Importing a family gives its metrics their ids."""

__all__ = ["FAMILIES", "METRICS", "Metric", "Scope", "evidence", "measure", "measure_apart", "plugins"]
