"""The metrics, one file per family. Each is one statement over all initiatives of a pass."""

from clusterflow.store.metrics import plugins
from clusterflow.store.metrics.metric import Metric, evidence, measure, measure_by_part
from clusterflow.store.metrics.register import METRICS
from clusterflow.store.query_scope import Scope

__all__ = ["METRICS", "Metric", "Scope", "evidence", "measure", "measure_by_part", "plugins"]
