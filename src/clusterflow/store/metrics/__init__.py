"""The metrics, one file per family. Each is one statement over all initiatives of a pass."""

from clusterflow.store.metrics import (
    activity,
    business,
    documents,
    durations,
    governance,
    meetings,
    members,
    membership_changes,
    money,
    places,
    plugins,
    staff,
    strategy,
    trust,
)
from clusterflow.store.metrics.metric import METRICS, Metric, evidence, measure, measure_by_part
from clusterflow.store.query_scope import Scope

FAMILIES = (
    members, membership_changes, places, documents, governance, staff, meetings, trust, strategy, money, business,
    activity, durations,
)  # fmt: skip
"""The import of a family registers its metrics by id."""

__all__ = ["FAMILIES", "METRICS", "Metric", "Scope", "evidence", "measure", "measure_by_part", "plugins"]
