"""Says who can correct what holds an initiative back, and with which facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion, leaves
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import Role
from clusterflow.reports.status import Hindrance
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context


def menders(
    context: Context, model: LifecycleModel, hindrances: Iterable[Hindrance]
) -> Mapping[tuple[str, str], tuple[Role, ...]]:
    """Return the roles that can correct each hindrance, by stage and criterion."""
    return {
        (one.stage, one.criterion): _roles(context, model.stage(one.stage).gate.by_id[one.criterion])
        for one in hindrances
    }


def records_behind(context: Context, requirement: Criterion | AnyOf | AllOf) -> tuple[str, ...]:
    """Return the record types of an initiative that say whether a requirement is met."""
    declared = metrics_of(context)
    found = [declared[c.metric].record for c in leaves(requirement) if c.metric in declared]
    return tuple(dict.fromkeys(r for r in found if r is not None and RECORDS[r].of_initiative))


def _roles(context: Context, requirement: Criterion | AnyOf | AllOf) -> tuple[Role, ...]:
    declared = metrics_of(context)
    found = {role for c in leaves(requirement) if c.metric in declared for role in declared[c.metric].mended_by}
    return tuple(role for role in Role if role in found)
