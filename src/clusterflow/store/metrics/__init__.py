"""The metrics, one file a family; each is a set-based statement over all initiatives of a pass."""

from clusterflow.store.metrics import members
from clusterflow.store.metrics.metric import METRICS, Metric, evidence, measure
from clusterflow.store.metrics.scope import Scope

__all__ = ["METRICS", "Metric", "Scope", "evidence", "measure", "members"]
